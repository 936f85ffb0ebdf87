#pragma once

#include "database/Database.h"
#include "rules/Workspace.h"
#include "store/CacheFile.h"
#include "sync/Intake.h"

namespace calldeck
{

/**
 * How a call from outside becomes a row: identity, phone, triage, deadline, follow-ups and search text, inside the caller's
 * transaction. What a person has recorded is never overwritten by what comes later from outside.
 */
class CallIntake
{
public:
    CallIntake(Database &database, const Workspace &workspace) : m_database(database), m_workspace(workspace) {}

    struct Taken {
        Applied applied = Applied::Unchanged;
        CallKey key = 0;
    };
    Result<Taken> put(const IncomingCall &incoming, TimeMs now);

private:
    /** The list entry and the open tasks of a number. */
    Result<CallState> aroundNumber(const QString &number);
    Result<CallState> stateFor(const Call &known, const QString &number);
    Result<Taken> add(const Call &fresh, const IncomingCall &incoming, TimeMs now);
    Result<Taken> update(const Call &known, const Call &fresh, const IncomingCall &incoming, TimeMs now);
    Result<bool> bringsNewTurnsOrWords(CallKey key, const IncomingCall &incoming);
    Verdict writeBeside(CallKey call, const IncomingCall &incoming, bool isNew);

    Database &m_database;
    const Workspace &m_workspace;
};

} // namespace calldeck
