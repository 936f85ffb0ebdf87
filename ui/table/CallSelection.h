#pragma once

#include "records/Call.h"

#include <QObject>
#include <QSet>
#include <vector>

namespace calldeck
{

/** Which calls are chosen: some, or all of the result but a few. Independent of what is loaded, so that choosing a million costs nothing. */
class CallSelection : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    bool contains(CallKey key) const { return m_all != m_keys.contains(key); }
    bool isEmpty() const { return !m_all && m_keys.isEmpty(); }
    qint64 count(qint64 total) const { return m_all ? total - m_keys.size() : m_keys.size(); }
    QList<CallKey> keys(const std::vector<CallKey> &order) const;

    void clear();
    void selectAll();
    void selectOnly(CallKey key);
    void toggle(CallKey key);
    void selectMany(const QList<CallKey> &keys);

Q_SIGNALS:
    void changed();

private:
    bool m_all = false;
    QSet<CallKey> m_keys; ///< chosen, or with m_all left out
};

} // namespace calldeck
