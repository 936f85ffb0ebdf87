#include "store/CallWriter.h"

#include "store/CallIndexRows.h"
#include "store/ErasedRecords.h"
#include "store/TestSwitches.h"

#include <QJsonObject>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

class EffectWriter
{
public:
    EffectWriter(WorkspaceTx &tx, const CallChange &change) : m_tx(tx), m_in(change), m_number(change.after.state.call.customer_number) {}

    Verdict run()
    {
        Verdict done = writeListing();
        if (!done)
            return done;
        QStringList others = changedNeighbours();
        if (isMarked()) {
            const auto sameNumber = callsOfNumber(m_tx, m_number);
            if (!sameNumber)
                return sameNumber.error();
            others.append(*sameNumber);
        }
        others.removeDuplicates();
        others.removeAll(m_in.after.state.call.call_id);
        for (const QString &id : others) {
            if (done)
                done = writeOther(id);
        }
        return done;
    }

private:
    bool listingChanged() const { return m_in.before.state.listed != m_in.after.state.listed; }
    bool isMarked() const { return !m_number.isEmpty() && (listingChanged() || m_in.number_marked); }

    Change effect(const QString &kind, const QString &id) const
    {
        Change change = m_in.change;
        change.kind = kind;
        change.id = id;
        change.op = u"effect"_s;
        return change;
    }

    Verdict writeListing()
    {
        if (m_number.isEmpty() || !listingChanged())
            return Done{};
        if (!m_in.after.state.listed) {
            const Verdict forgotten = forgetErasedListing(m_tx, m_number);
            return forgotten ? deleteEntity(m_tx, u"number"_s, m_number, effect(u"number"_s, m_number)) : forgotten;
        }
        Entity entry{u"number"_s, m_number, 0, compactJson(listedRow(m_number, *m_in.after.state.listed)), "{}", false};
        return putEntity(m_tx, entry, effect(u"number"_s, m_number));
    }

    QStringList changedNeighbours() const
    {
        QStringList ids;
        for (const FollowUpTask &task : m_in.after.state.follow_ups) {
            if (!m_in.after.state.owns(task) && !m_in.before.state.follow_ups.contains(task))
                ids.append(task.call_id);
        }
        return ids;
    }

    Verdict writeOther(const QString &id)
    {
        auto other = loadCallAlone(m_tx, id);
        if (!other)
            return other.error();
        if (other->ver == 0 || other->deleted)
            return Done{};
        const CallState before = other->state;
        for (FollowUpTask &task : other->state.follow_ups)
            takeTask(task);
        if (isMarked()) {
            other->state.call.do_not_contact = m_in.after.state.listed.has_value();
            other->stamps.insert(u"flag:do_not_contact"_s, {m_tx.nextSeq(), m_in.change.device, m_in.change.lseq});
        }
        other->state.call.updated_at = m_in.change.at;
        return putCall(m_tx, *other, before, effect(u"call"_s, id));
    }

    void takeTask(FollowUpTask &task) const
    {
        for (const FollowUpTask &changed : m_in.after.state.follow_ups) {
            if (changed.id == task.id && changed.call_id == task.call_id)
                task = changed;
        }
    }

    WorkspaceTx &m_tx;
    const CallChange &m_in;
    QString m_number;
};

} // namespace

Verdict writeCallWithEffects(WorkspaceTx &tx, const CallChange &change)
{
    Verdict done = putCall(tx, change.after, change.before.state, change.change);
    return done ? EffectWriter(tx, change).run() : done;
}

} // namespace calldeck
