#include "api/Trail.h"

#include "api/Log.h"
#include "store/Moment.h"
#include "store/WorkspaceTx.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

Verdict auditAlone(ApiCall &call, const QJsonObject &entry)
{
    return withRetries(call.connection, [&]() -> Verdict {
        const auto tx = WorkspaceTx::begin(call.connection, call.caller.ws, WorkspaceTx::Mode::Write);
        const Verdict done = tx ? (*tx)->audit(entry) : Verdict(tx.error());
        return done ? (*tx)->commit() : done;
    });
}

void auditRefusal(ApiCall &call, const QJsonObject &entry)
{
    call.refusal_told = true;
    if (Verdict written = auditAlone(call, entry); !written)
        logLine(u"audit_failed"_s, {{LogField::Workspace, call.caller.ws}, {LogField::Error, written.error().message}, {LogField::Detail, written.error().detail}});
}

void auditForbidden(ApiCall &call, const Route &route)
{
    if (call.refusal_told || route.method == "GET" || call.caller.ws.isEmpty())
        return;
    auditRefusal(call, {{u"at"_s, isoUtc(call.now)}, {u"actor"_s, call.caller.account}, {u"action"_s, u"request"_s}, {u"status"_s, u"rejected"_s}, {u"code"_s, u"forbidden"_s},
                        {u"route"_s, QString::fromLatin1(route.method + ' ' + route.pattern)}});
}

} // namespace calldeck
