#include "backend/FeedCodec.h"

#include "rules/JsonReader.h"

#include <QJsonArray>
#include <algorithm>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

template <class T, class F> Result<T> whole(const QJsonObject &json, F read)
{
    QString problem;
    JsonReader reader(json, QString(), problem);
    T value = read(reader);
    if (!problem.isEmpty())
        return Error{Error::Code::Damaged, u"The server's answer cannot be read."_s, problem, true};
    return value;
}

FeedRow readRow(JsonReader &reader)
{
    FeedRow row;
    row.kind = reader.text(u"kind"_s);
    row.id = reader.text(u"id"_s);
    row.ver = reader.integer(u"ver"_s);
    if (!reader.optionalBoolean(u"deleted"_s))
        row.row = reader.members(u"row"_s);
    row.erased = reader.optionalBoolean(u"erased"_s);
    return row;
}

/** Here, where nobody waits, and not on the thread that writes. What cannot be read is told of by who applies it. */
void readStates(QList<FeedRow> &rows)
{
    for (FeedRow &row : rows) {
        if (row.kind != u"call"_s || !row.row)
            continue;
        if (auto state = callStateFromRow(*row.row))
            row.state = std::make_shared<const CallState>(*std::move(state));
    }
}

PushResult readResult(JsonReader &reader)
{
    PushResult result;
    result.mid = reader.text(u"mid"_s);
    const QString status = reader.text(u"status"_s);
    if (status == u"rejected"_s)
        result.status = PushResult::Status::Rejected;
    else if (status == u"conflict"_s)
        result.status = PushResult::Status::Conflict;
    else if (status != u"applied"_s && status != u"duplicate"_s)
        reader.fail(u"status"_s, u"must be applied, duplicate, conflict or rejected"_s);
    result.seq = reader.integer(u"seq"_s);
    result.code = reader.optionalText(u"code"_s);
    result.message = reader.optionalText(u"message"_s);
    return result;
}

} // namespace

QJsonObject pushDocument(const SyncPosition &position, const QList<Edit> &edits)
{
    QJsonArray ms;
    for (const Edit &edit : edits)
        ms.append(editToJson(edit));
    return {{u"device"_s, position.device}, {u"epoch"_s, position.epoch}, {u"schema_ver"_s, editSchemaVersion}, {u"ms"_s, ms}};
}

QJsonObject parkDocument(const SyncPosition &position, const Edit &edit)
{
    return {{u"device"_s, position.device}, {u"epoch"_s, position.epoch}, {u"edit"_s, editToJson(edit)}};
}

QByteArray stampWords(const SyncPosition &position)
{
    // Without a next one, as when the disk is full, the file stays what it is.
    const QString next = position.next_stamp.isEmpty() ? position.stamp : position.next_stamp;
    if (next.isEmpty())
        return {};
    return (position.stamp.isEmpty() ? QByteArray("-") : position.stamp.toLatin1()) + ' ' + next.toLatin1();
}

bool blamesAnEdit(const QJsonObject &problem)
{
    const QJsonArray errors = problem.value(u"errors"_s).toArray();
    return std::any_of(errors.begin(), errors.end(), [](const QJsonValue &error) { return error.toObject().value(u"field"_s).toString().startsWith(u"ms["_s); });
}

bool isOfDamage(const QJsonObject &problem) { return problem.value(u"code"_s) == u"damaged"_s; }

Result<PushAnswer> readPushAnswer(const QJsonObject &json)
{
    return whole<PushAnswer>(json, [](JsonReader &reader) {
        return PushAnswer{reader.integer(u"epoch"_s), reader.list<PushResult>(u"results"_s, readResult), reader.optionalText(u"stamp"_s), reader.optionalBoolean(u"renew_device"_s)};
    });
}

Result<ChangesAnswer> readChanges(const QJsonObject &json)
{
    return whole<ChangesAnswer>(json, [](JsonReader &reader) {
        ChangesAnswer answer;
        answer.page = {reader.integer(u"epoch"_s), reader.integer(u"from"_s), reader.integer(u"to"_s), reader.list<FeedRow>(u"rows"_s, readRow)};
        answer.head = reader.integer(u"head"_s);
        return answer;
    });
}

Result<SnapshotPage> readSnapshot(const QJsonObject &json)
{
    return whole<SnapshotPage>(json, [&](JsonReader &reader) {
        const auto place = [&reader](const QString &name, QString &kind, QString &after) {
            if (!reader.has(name))
                return;
            reader.object<bool>(name, [&](JsonReader &at) {
                kind = at.text(u"kind"_s);
                after = at.text(u"after"_s);
                return true;
            });
        };
        if (!json.contains(u"from"_s))
            reader.fail(u"from"_s, u"is missing"_s);
        SnapshotPage page;
        page.epoch = reader.integer(u"epoch"_s);
        page.s = reader.integer(u"s"_s);
        place(u"from"_s, page.asked_kind, page.asked_after);
        page.rows = reader.list<FeedRow>(u"rows"_s, readRow);
        readStates(page.rows);
        place(u"next"_s, page.next_kind, page.next_after);
        return page;
    });
}

Result<RowsAnswer> readRows(const QJsonObject &json)
{
    return whole<RowsAnswer>(json, [](JsonReader &reader) {
        return RowsAnswer{reader.integer(u"epoch"_s), reader.integer(u"head"_s), reader.text(u"kind"_s), reader.texts(u"ids"_s), reader.list<FeedRow>(u"rows"_s, readRow)};
    });
}

Result<EpochChange> readEpochChange(const QJsonObject &json)
{
    return whole<EpochChange>(json, [](JsonReader &reader) { return EpochChange{reader.integer(u"epoch"_s), reader.integer(u"base"_s)}; });
}

} // namespace calldeck
