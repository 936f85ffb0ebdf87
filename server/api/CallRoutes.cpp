#include "api/Answers.h"
#include "api/CallChange.h"
#include "api/Query.h"
#include "api/RestHandlers.h"
#include "api/RestRun.h"
#include "api/RowTexts.h"
#include "store/EntityTable.h"

#include <QJsonDocument>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

const QStringList sortWords{u"started_at"_s, u"value_cents"_s, u"duration"_s, u"sla_due_at"_s, u"customer"_s};

Result<QByteArrayList> conflictTexts(WorkspaceTx &tx, const QString &callId)
{
    SqlStatement rows = tx.query("SELECT e.ver, e.\"row\" FROM conflict c JOIN entity e ON e.ws = c.ws AND e.kind = 'conflict' AND e.id = c.id "
                                 "WHERE c.ws = ? AND c.call_id = ? AND e.deleted = 0 ORDER BY e.ver LIMIT 100",
                                 callId);
    QByteArrayList texts;
    while (rows.step())
        texts.append(rowText(rows.integer(0), rows.bytes(1)));
    if (rows.failed())
        return rows.verdict().error();
    return texts;
}

QByteArray turnsText(const QByteArray &row) { return QJsonDocument(parsedObject(row).value(u"turns"_s).toArray()).toJson(QJsonDocument::Compact); }

} // namespace

HttpResponse listCalls(ApiCall &call)
{
    const auto page = pageQueryOf(call.request);
    const auto sort = wordIn(call.request, u"sort"_s, sortWords, sortWords.first());
    const auto order = wordIn(call.request, u"order"_s, {u"asc"_s, u"desc"_s}, u"desc"_s);
    if (!page || !sort || !order)
        return failed(!page ? page.error() : !sort ? sort.error() : order.error());
    const auto tx = reading(call);
    if (!tx)
        return failed(tx.error());
    const auto settings = settingsOf(**tx);
    if (!settings)
        return failed(settings.error());
    const auto filter = callFilterFromQuery(call.request.query, (*settings)->region);
    if (!filter)
        return failed(filter.error());
    const CallListRequest request{*filter, static_cast<CallListSort>(sortWords.indexOf(*sort)), *order == u"desc"_s, page->limit, page->cursor};
    const auto read = readCallPage(**tx, request, call.now);
    return read ? callsAnswer("calls", *read) : failed(read.error());
}

HttpResponse showCall(ApiCall &call)
{
    const QString id = pathPart(call, 2);
    const auto tx = reading(call);
    if (!tx)
        return failed(tx.error());
    const auto row = readCallRow(**tx, id, call.now);
    if (!row || !*row)
        return failed(row ? Error{Error::Code::NotFound, {}, {}, false} : row.error());
    const auto turns = findEntity(**tx, u"turns"_s, id);
    const auto conflicts = conflictTexts(**tx, id);
    if (!turns || !conflicts)
        return failed(!turns ? turns.error() : conflicts.error());
    JsonObjectText answer;
    answer.addRaw("call", callText(**row));
    if (*turns && !(*turns)->deleted)
        answer.addRaw("turns", turnsText((*turns)->row));
    return textAnswer(answer.addRaw("conflicts", listText(*conflicts)).end());
}

HttpResponse changeCall(ApiCall &call)
{
    const QString id = pathPart(call, 2);
    return inOneWrite(call, [&](RestRun &run) -> Result<HttpResponse> {
        const auto edits = callEditsOf(id, call.body, run.workspace());
        if (!edits)
            return edits.error();
        for (const RestEdit &edit : *edits) {
            if (!run.take(edit))
                return run.refusal();
        }
        return run.callAnswer(id);
    });
}

HttpResponse deleteOneCall(ApiCall &call)
{
    return inOneWrite(call, [&](RestRun &run) -> Result<HttpResponse> {
        if (!run.take({u"call"_s, pathPart(call, 2), u"del"_s, {}, u"id"_s}))
            return run.refusal();
        return nothingAnswer();
    });
}

} // namespace calldeck
