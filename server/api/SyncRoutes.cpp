#include "api/Answers.h"
#include "api/Handlers.h"
#include "api/Query.h"
#include "api/Services.h"
#include "rules/JsonReader.h"
#include "sync/EditOutcome.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr qint64 largest = 9'007'199'254'740'992;

Result<SnapshotPlace> placeOf(const HttpRequest &request)
{
    SnapshotPlace place;
    const auto epoch = numberIn(request, u"epoch"_s, 1, largest);
    const auto s = numberIn(request, u"s"_s, 0, largest);
    const auto limit = numberIn(request, u"limit"_s, 1, FeedLimits::most_snapshot);
    for (const auto *number : {&epoch, &s, &limit}) {
        if (!*number)
            return number->error();
    }
    place.epoch = epoch->value_or(0);
    place.s = s->value_or(-1);
    place.limit = static_cast<int>(limit->value_or(FeedLimits::snapshot));
    place.only = request.queryValue(u"only"_s);
    place.kind = request.queryValue(u"kind"_s);
    place.id = request.queryValue(u"after"_s);
    for (const auto &[name, kind] : {std::pair(u"only"_s, place.only), std::pair(u"kind"_s, place.kind)}) {
        if (!kind.isEmpty() && !feedKinds().contains(kind))
            return Error{Error::Code::InvalidInput, u"%1 must be one of %2."_s.arg(name, feedKinds().join(u", "_s)), {}, false};
    }
    return place;
}

Result<QString> kindOf(const HttpRequest &request)
{
    const QString kind = request.queryValue(u"kind"_s);
    if (!feedKinds().contains(kind))
        return Error{Error::Code::InvalidInput, u"kind must be one of %1."_s.arg(feedKinds().join(u", "_s)), {}, false};
    return kind;
}

HttpResponse documentAnswer(const Result<QByteArray> &document) { return document ? textAnswer(*document) : failed(document.error()); }

} // namespace

void pushEdits(ApiCall &call, const HttpReply &reply)
{
    auto request = pushRequestOf(call.body);
    if (!request)
        return reply.send(failed(request.error()));
    if (const auto words = headerOf(call.request, "device-stamps")) {
        const auto stamps = fileStampsOf(*words);
        if (!stamps)
            return reply.send(failed(stamps.error()));
        request->stamps = *stamps;
    }
    if (request->schema_ver > editSchemaVersion || request->schema_ver < std::max(1, editSchemaVersion - 2))
        return reply.send(problemWith(426, u"schema"_s, u"This desk and the backend do not understand each other"_s, {{u"schema_ver"_s, editSchemaVersion}}, u"Update the older of both; unsent work is kept."_s));
    if (request->edits.size() > PushRequest::most_edits)
        return reply.send(problem(413, u"too_many_edits"_s, u"Too many edits at once"_s, u"A push has at most %1."_s.arg(PushRequest::most_edits)));
    call.services.pushes.take({call.caller, call.now, *std::move(request), false, reply}, call.connection);
}

void parkEdit(ApiCall &call, const HttpReply &reply)
{
    QJsonObject envelope = call.body;
    const QJsonValue edit = envelope.take(u"edit"_s);
    envelope.insert(u"schema_ver"_s, editSchemaVersion);
    envelope.insert(u"ms"_s, QJsonArray{edit});
    auto request = pushRequestOf(envelope);
    if (!request)
        return reply.send(failed(request.error()));
    call.services.pushes.take({call.caller, call.now, *std::move(request), true, reply}, call.connection);
}

HttpResponse pullChanges(ApiCall &call)
{
    const QStringList cursor = call.request.queryValue(u"cursor"_s).split(u'.');
    bool epochOk = false;
    bool seqOk = false;
    const qint64 epoch = cursor.first().toLongLong(&epochOk);
    const qint64 seq = cursor.last().toLongLong(&seqOk);
    if (cursor.size() != 2 || !epochOk || !seqOk || epoch < 1 || seq < 0)
        return badField(u"cursor"_s, u"must be <epoch>.<seq>"_s);
    const auto limit = numberIn(call.request, u"limit"_s, 1, FeedLimits::most_changes);
    if (!limit)
        return failed(limit.error());
    const auto tx = reading(call);
    if (!tx)
        return failed(tx.error());
    return feedAnswer(readChanges(**tx, epoch, seq, static_cast<int>(limit->value_or(FeedLimits::changes))));
}

HttpResponse pullSnapshot(ApiCall &call)
{
    const auto place = placeOf(call.request);
    if (!place)
        return failed(place.error());
    const auto tx = reading(call);
    return tx ? feedAnswer(readSnapshot(**tx, *place)) : failed(tx.error());
}

HttpResponse pullRows(ApiCall &call)
{
    const auto kind = kindOf(call.request);
    if (!kind)
        return failed(kind.error());
    QStringList ids = call.request.queryValue(u"ids"_s).split(u',', Qt::SkipEmptyParts);
    ids.removeDuplicates();
    if (ids.isEmpty() || ids.size() > FeedLimits::most_ids)
        return badField(u"ids"_s, u"must be 1 to %1 ids with commas between"_s.arg(FeedLimits::most_ids));
    const auto tx = reading(call);
    return tx ? documentAnswer(readRows(**tx, *kind, ids)) : failed(tx.error());
}

HttpResponse pullDigest(ApiCall &call)
{
    const auto kind = kindOf(call.request);
    if (!kind)
        return failed(kind.error());
    const auto tx = reading(call);
    return tx ? documentAnswer(readDigest(**tx, *kind)) : failed(tx.error());
}

} // namespace calldeck
