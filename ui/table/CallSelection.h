#pragma once

#include "records/Call.h"

#include <QObject>
#include <vector>

namespace calldeck
{

/** Which calls are chosen, by key and independent of what is loaded. A call that comes later is never chosen by itself. */
class CallSelection : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    bool contains(CallKey key) const { return static_cast<size_t>(key) < m_chosen.size() && m_chosen[static_cast<size_t>(key)]; }
    bool isEmpty() const { return m_count == 0; }
    qint64 count() const { return m_count; }
    /** The chosen calls in the order of the list. */
    QList<CallKey> keys(const std::vector<CallKey> &order) const;

    void clear();
    void selectAll(const std::vector<CallKey> &order);
    void toggle(CallKey key);
    void selectMany(const QList<CallKey> &keys);
    /** Calls that have left the list are no longer chosen. */
    void keepOnly(const std::vector<CallKey> &order);

Q_SIGNALS:
    void changed();

private:
    void put(CallKey key, bool chosen);

    std::vector<bool> m_chosen; ///< by key, which are dense: a million calls take 125 kB
    qint64 m_count = 0;
};

} // namespace calldeck
