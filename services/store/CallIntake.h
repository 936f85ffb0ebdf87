#pragma once

#include "rules/Workspace.h"
#include "store/CacheFile.h"
#include "database/Database.h"

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
    Verdict prepare(Call &call, TimeMs now) const;
    /** Puts the mark on a call whose number is on the do-not-contact list. */
    Verdict markIfListed(Call &call) const;
    Result<Taken> add(Call call, const IncomingCall &incoming, TimeMs now);
    Result<Taken> update(const Call &before, const Call &fresh, const IncomingCall &incoming, TimeMs now);
    /** The call as the news leave it: what people decided here stays. */
    Result<Call> merged(const Call &before, const Call &fresh, TimeMs now) const;
    Result<bool> bringsNewTurnsOrWords(CallKey key, const IncomingCall &incoming);
    Verdict writeBeside(const Call &call, const IncomingCall &incoming, bool isNew);
    Verdict settleFollowUps(const Call &call, TimeMs now);

    Database &m_database;
    const Workspace &m_workspace;
};

/** The wire id that a provider's call always gets: the same pair gives the same id on every desk. */
QString callIdFor(const QString &provider, const QString &providerCallId);

} // namespace calldeck
