#include "api/Answers.h"
#include "api/CallChange.h"
#include "api/EntityAnswers.h"
#include "api/Query.h"
#include "api/RestHandlers.h"
#include "api/RestRun.h"
#include "api/RowTexts.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

/** `op` with what the body says of the view. */
HttpResponse writeView(ApiCall &call, const QString &op, const QString &id, int status)
{
    const auto base = baseVerOf(call.body);
    if (!base)
        return failed(base.error());
    QJsonObject args = call.body;
    args.remove(u"base_ver"_s);
    return inOneWrite(call, [&](RestRun &run) -> Result<HttpResponse> {
        const QString view = id.isEmpty() ? run.newId(u"v-"_s) : id;
        if (!run.take({u"view"_s, view, op, args, u"name"_s, *base}))
            return run.refusal();
        return entityAnswer(run.tx(), "view", u"view"_s, view, status);
    });
}

} // namespace

HttpResponse listViews(ApiCall &call) { return entitiesAnswer(call, "views", u"view"_s); }

HttpResponse addView(ApiCall &call) { return writeView(call, u"create"_s, {}, 201); }

HttpResponse changeView(ApiCall &call) { return writeView(call, u"set"_s, pathPart(call, 3), 200); }

HttpResponse deleteView(ApiCall &call)
{
    return inOneWrite(call, [&](RestRun &run) -> Result<HttpResponse> {
        if (!run.take({u"view"_s, pathPart(call, 3), u"del"_s, {}, u"id"_s}))
            return run.refusal();
        return nothingAnswer();
    });
}

} // namespace calldeck
