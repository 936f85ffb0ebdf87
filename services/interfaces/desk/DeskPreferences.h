#pragma once

#include <QObject>
#include <QVariant>

namespace calldeck
{

/** What the window remembers about itself (columns, density, theme, sizes). The app keeps it in a file; tests use memory. */
class DeskPreferences : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;
    virtual QVariant value(const QString &key, const QVariant &fallback = {}) const = 0;
    /** An invalid value forgets the key. */
    virtual void setValue(const QString &key, const QVariant &value) = 0;
};

} // namespace calldeck
