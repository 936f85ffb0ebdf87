#include "sync/Erasure.h"

#include "store/Moment.h"

#include <QJsonObject>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

Result<ErasureResult> eraseAll(WorkspaceTx &tx, const Person &person, TimeMs now)
{
    const auto records = recordsOf(tx, person);
    if (!records)
        return records.error();
    ErasureResult result;
    ErasureRun run{tx, *records, now, result};
    for (const PersonPart &part : personParts()) {
        if (Verdict done = part.erase(run); !done)
            return done.error();
    }
    return result;
}

} // namespace

Result<ErasureResult> erasePerson(SqlConnection &connection, const QString &ws, const Person &person, TimeMs now)
{
    if (!connection.secret().isSet())
        return Error{Error::Code::InvalidInput, u"Erasing needs the store's secret, for the numbers of people who asked not to be contacted."_s, {}, false};
    return withRetries(connection, [&]() -> Result<ErasureResult> {
        const auto tx = WorkspaceTx::begin(connection, ws, WorkspaceTx::Mode::Write);
        if (!tx)
            return tx.error();
        auto result = eraseAll(**tx, person, now);
        if (!result)
            return result;
        Verdict done = (*tx)->audit({{u"at"_s, isoUtc(now)}, {u"actor"_s, programActor}, {u"action"_s, u"erase"_s}, {u"calls"_s, result->calls}, {u"contacts"_s, result->contacts}});
        if (done)
            done = (*tx)->commit();
        if (!done)
            return done.error();
        return result;
    });
}

} // namespace calldeck
