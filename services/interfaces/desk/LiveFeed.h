#pragma once

#include <QObject>

namespace calldeck
{

/** The demo workspace's source of arriving calls; the window only shows its state and switches the storm. */
class LiveFeed : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;
    virtual bool isSurge() const = 0;
    virtual void setSurge(bool on) = 0;

Q_SIGNALS:
    void surgeChanged(bool on);
};

} // namespace calldeck
