#include "store/CacheRecords.h"

#include "store/AuditRows.h"
#include "store/CallDetails.h"
#include "store/CallRows.h"
#include "store/CallSearch.h"
#include "store/OutboxRows.h"
#include "store/StateRows.h"

namespace calldeck
{

namespace
{

class Visit
{
public:
    Visit(Database &database, const RecordVisitor &visitor) : m_database(database), m_visitor(visitor) {}

    Verdict run()
    {
        for (const auto part : {&Visit::calls, &Visit::contacts, &Visit::numbers, &Visit::views, &Visit::edits}) {
            if (Verdict done = (this->*part)(); !done)
                return done;
        }
        return Done{};
    }

private:
    /** Runs `work` for each row of `sql`. */
    template <class F> Verdict each(const QByteArray &sql, F &&work)
    {
        Statement select = m_database.prepare(sql);
        while (select.step()) {
            if (Verdict done = work(select); !done)
                return done;
        }
        return select.failed() ? Verdict(m_database.lastError()) : Verdict(Done{});
    }

    Verdict calls()
    {
        return each("SELECT id FROM calls ORDER BY id", [this](const Statement &row) { return call(row.integer(0)); });
    }

    Verdict call(CallKey key)
    {
        const auto found = findCallByKey(m_database, key);
        if (!found || !*found)
            return found ? Verdict(Done{}) : Verdict(found.error());
        auto state = loadState(m_database, **found);
        if (!state)
            return state.error();
        state->follow_ups.removeIf([&](const FollowUpTask &task) { return !state->owns(task); });
        const auto trail = auditOfCall(m_database, key);
        if (!trail)
            return trail.error();
        if (Verdict done = m_visitor.call(*state, handworkIn(*trail)); !done)
            return done;
        const auto turns = callTurns(m_database, key, turnsPerCall);
        if (!turns || turns->isEmpty())
            return turns ? Verdict(Done{}) : Verdict(turns.error());
        return m_visitor.turns((*found)->call_id, *turns);
    }

    /** Tells each of what was read. */
    template <class T> static Verdict tell(const Result<QList<T>> &all, const std::function<Verdict(const T &)> &visit)
    {
        if (!all)
            return all.error();
        for (const T &one : *all) {
            if (Verdict done = visit(one); !done)
                return done;
        }
        return Done{};
    }

    Verdict contacts() { return tell(allContacts(m_database), m_visitor.contact); }

    Verdict numbers()
    {
        return each("SELECT number, reason, set_at, set_by FROM do_not_contact",
                    [this](const Statement &row) { return m_visitor.number(row.text(0), {row.text(1), row.integer(2), row.text(3)}); });
    }

    Verdict views()
    {
        return each("SELECT uid, name, filter FROM saved_views ORDER BY id", [this](const Statement &row) { return m_visitor.view(row.text(0), row.text(1), row.text(2)); });
    }

    Verdict edits() { return tell(shownEdits(m_database), m_visitor.edit); }

    Database &m_database;
    const RecordVisitor &m_visitor;
};

} // namespace

Verdict visitRecords(Database &database, const RecordVisitor &visitor)
{
    if (Verdict begun = database.execute("BEGIN"); !begun)
        return begun;
    const Verdict done = Visit(database, visitor).run();
    const Verdict ended = database.execute("ROLLBACK");
    return done ? ended : done;
}

} // namespace calldeck
