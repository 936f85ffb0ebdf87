#include "api/Answers.h"
#include "api/Handlers.h"
#include "api/Services.h"
#include "rules/JsonReader.h"
#include "sync/Settings.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

HttpResponse showHealth(ApiCall &) { return jsonAnswer({{u"status"_s, u"ok"_s}}); }

HttpResponse showReadiness(ApiCall &call)
{
    const auto names = workspacesOf(call.connection);
    if (!names)
        return tooBusy();
    return jsonAnswer({{u"status"_s, u"ready"_s}});
}

HttpResponse showMetrics(ApiCall &call)
{
    const HttpServer::Stats stats = call.services.stats();
    HttpResponse response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = call.services.metrics.text({stats.connections, stats.web_sockets, static_cast<qint64>(call.services.pool.waiting())});
    return response;
}

HttpResponse replaceSettings(ApiCall &call)
{
    const QJsonValue json = call.body.value(u"settings"_s);
    if (!json.isObject())
        return badField(u"settings"_s, u"must be an object"_s);
    const auto settings = workspaceFromJson(json.toObject(), u"settings"_s);
    if (!settings)
        return failed(settings.error());
    const auto written = withRetries(call.connection, [&]() -> Result<Head> {
        const auto tx = WorkspaceTx::begin(call.connection, call.caller.ws, WorkspaceTx::Mode::Write);
        if (!tx)
            return tx.error();
        Verdict done = putSettings(**tx, *settings, {call.caller.account, call.caller.name, call.caller.account}, call.now);
        if (done)
            done = (*tx)->audit({{u"at"_s, isoUtc(call.now)}, {u"actor"_s, call.caller.account}, {u"action"_s, u"settings"_s}});
        if (done)
            done = (*tx)->commit();
        if (!done)
            return done.error();
        return (*tx)->head();
    });
    if (!written)
        return failed(written.error());
    call.services.hub.headMoved(call.caller.ws, written->epoch, written->seq);
    return jsonAnswer({{u"epoch"_s, written->epoch}, {u"seq"_s, written->seq}});
}

} // namespace calldeck
