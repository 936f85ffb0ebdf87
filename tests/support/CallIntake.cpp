#include "CallIntake.h"

#include "store/AuditRows.h"
#include "store/CallDetails.h"
#include "store/CallRows.h"
#include "store/CallSearch.h"
#include "store/FollowUpRows.h"
#include "store/StateRows.h"

namespace calldeck
{

Result<CallIntake::Taken> CallIntake::put(const IncomingCall &incoming, TimeMs now)
{
    auto fresh = preparedCall(incoming.call, m_workspace, now);
    if (!fresh)
        return fresh.error();
    auto known = findCallByCallId(m_database, fresh->call_id);
    if (!known)
        return known.error();
    return *known ? update(**known, *fresh, incoming, now) : add(*fresh, incoming, now);
}

Result<CallState> CallIntake::aroundNumber(const QString &number)
{
    CallState state;
    if (number.isEmpty())
        return state;
    auto listed = listedNumber(m_database, number);
    if (!listed)
        return listed.error();
    auto tasks = openFollowUps(m_database, number, 0);
    if (!tasks)
        return tasks.error();
    state.listed = *std::move(listed);
    state.follow_ups = *std::move(tasks);
    return state;
}

Result<CallIntake::Taken> CallIntake::add(const Call &fresh, const IncomingCall &incoming, TimeMs now)
{
    const auto before = aroundNumber(fresh.customer_number);
    if (!before)
        return before.error();
    auto after = takeIncoming(*before, fresh, {}, m_workspace, now);
    if (!after)
        return after.error();
    Verdict done = insertCall(m_database, after->call);
    if (done)
        done = indexNewCall(m_database, after->call);
    if (done)
        done = writeBeside(after->call.key, incoming, true);
    if (done) {
        CallState inserted = *before;
        inserted.call = after->call;
        done = saveState(m_database, inserted, *after);
    }
    if (!done)
        return done.error();
    return Taken{Applied::Added, after->call.key};
}

Result<CallState> CallIntake::stateFor(const Call &known, const QString &number)
{
    auto state = loadState(m_database, known);
    if (!state || number.isEmpty() || number == known.customer_number)
        return state;
    // The news name another number: its list entry and its open tasks count from now on.
    const auto other = aroundNumber(number);
    if (!other)
        return other.error();
    state->listed = other->listed;
    for (const FollowUpTask &task : other->follow_ups) {
        if (!state->owns(task))
            state->follow_ups.append(task);
    }
    return state;
}

Result<CallIntake::Taken> CallIntake::update(const Call &known, const Call &fresh, const IncomingCall &incoming, TimeMs now)
{
    const auto before = stateFor(known, fresh.customer_number);
    if (!before)
        return before.error();
    const auto trail = auditOfCall(m_database, known.key);
    if (!trail)
        return trail.error();
    const auto after = takeIncoming(*before, fresh, handworkIn(*trail), m_workspace, now);
    if (!after)
        return after.error();
    const auto newBeside = bringsNewTurnsOrWords(known.key, incoming);
    if (!newBeside)
        return newBeside.error();
    if (*after == *before && !*newBeside)
        return Taken{Applied::Unchanged, known.key};
    Verdict done = saveState(m_database, *before, *after);
    if (done)
        done = indexCall(m_database, after->call);
    if (done)
        done = writeBeside(known.key, incoming, false);
    if (!done)
        return done.error();
    return Taken{Applied::Updated, known.key};
}

Result<bool> CallIntake::bringsNewTurnsOrWords(CallKey key, const IncomingCall &incoming)
{
    if (!incoming.raw.isEmpty()) {
        Statement known = m_database.prepare("SELECT 1 FROM call_payloads WHERE call_id = ? AND raw = ?");
        if (!known.bindAll(key, incoming.raw).step())
            return known.failed() ? Result<bool>(m_database.lastError()) : true;
    }
    if (incoming.turns.isEmpty())
        return false;
    auto known = callTurns(m_database, key, turnsPerCall);
    if (!known)
        return known.error();
    return *known != incoming.turns.first(std::min<qsizetype>(incoming.turns.size(), turnsPerCall));
}

Verdict CallIntake::writeBeside(CallKey call, const IncomingCall &incoming, bool isNew)
{
    if (!incoming.raw.isEmpty()) {
        Statement raw = m_database.prepare("INSERT OR REPLACE INTO call_payloads (call_id, raw) VALUES (?, ?)");
        if (Verdict done = raw.bindAll(call, incoming.raw).run(); !done)
            return done;
    }
    return isNew ? storeNewTurns(m_database, call, incoming.turns) : replaceTurns(m_database, call, incoming.turns);
}

} // namespace calldeck
