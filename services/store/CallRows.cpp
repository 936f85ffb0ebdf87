#include "store/CallRows.h"

namespace calldeck
{

namespace
{

struct ReadValue {
    const Statement &row;
    int column;
    void operator()(QString &value) const { value = row.text(column); }
    void operator()(bool &value) const { value = row.integer(column) != 0; }
    void operator()(OptionalInt &value) const { value = row.optionalInteger(column); }
    void operator()(std::optional<double> &value) const
    {
        if (!row.isNull(column))
            value = row.real(column);
    }
    template <class E> void operator()(std::optional<E> &value) const
    {
        if (!row.isNull(column))
            value = fromWireWord<E>(QString::fromLatin1(row.utf8(column)));
    }
};

struct BindValue {
    Statement &statement;
    int index;
    void operator()(const QString &value) const { value.isEmpty() ? statement.bindNull(index) : statement.bind(index, value); }
    void operator()(bool value) const { statement.bind(index, value); }
    void operator()(const OptionalInt &value) const { statement.bind(index, value); }
    void operator()(const std::optional<double> &value) const { statement.bind(index, value); }
    template <class E> void operator()(const std::optional<E> &value) const
    {
        value ? statement.bind(index, wireWord(*value)) : statement.bindNull(index);
    }
};

QByteArray insertSql()
{
    QByteArray names;
    QByteArray marks;
    for (const CallFieldInfo &info : callFields()) {
        names += names.isEmpty() ? "" : ", ";
        names += info.name;
        marks += marks.isEmpty() ? "?" : ", ?";
    }
    return "INSERT INTO calls (" + names + ", ver, snapshot) VALUES (" + marks + ", ?, ?)";
}

Result<std::optional<Call>> readOne(Database &database, Statement &statement)
{
    if (statement.step()) {
        Call call = readCall(statement);
        call.tags = tagsOf(database, call.key);
        return std::optional(std::move(call));
    }
    if (statement.failed())
        return database.lastError();
    return std::optional<Call>();
}

} // namespace

const QByteArray &callColumnList()
{
    static const QByteArray list = [] {
        QByteArray names = "id";
        for (const CallFieldInfo &info : callFields())
            names += QByteArray(", ") + info.name;
        return names;
    }();
    return list;
}

Call readCall(const Statement &row)
{
    Call call;
    call.key = row.integer(0);
    forEachField(call, [&](CallField field, auto &value) { ReadValue{row, static_cast<int>(field) + 1}(value); });
    return call;
}

void bindField(Statement &statement, int index, const Call &call, CallField field)
{
    withField(call, field, BindValue{statement, index});
}

Verdict insertCall(Database &database, Call &call, const FeedMark &mark)
{
    static const QByteArray sql = insertSql();
    Statement insert = database.prepare(sql);
    forEachField(call, [&](CallField field, const auto &value) { BindValue{insert, static_cast<int>(field) + 1}(value); });
    const int fields = static_cast<int>(callFields().size());
    insert.bind(fields + 1, mark.ver).bind(fields + 2, mark.snapshot);
    if (Verdict done = insert.run(); !done)
        return done;
    call.key = database.lastInsertId();
    for (const QString &tag : std::as_const(call.tags)) {
        if (Verdict done = addTag(database, call.key, tag); !done)
            return done;
    }
    return Done{};
}

Verdict updateCall(Database &database, const Call &before, const Call &after)
{
    const QList<CallField> changed = changedFields(before, after);
    if (changed.isEmpty())
        return Done{};
    QByteArray sql = "UPDATE calls SET ";
    for (qsizetype i = 0; i < changed.size(); ++i)
        sql += QByteArray(i ? ", " : "") + infoOf(changed[i]).name + " = ?";
    sql += " WHERE id = ?";
    Statement update = database.prepare(sql);
    int index = 0;
    for (CallField field : changed)
        bindField(update, ++index, after, field);
    update.bind(++index, before.key);
    return update.run();
}

Result<std::optional<Call>> findCallByKey(Database &database, CallKey key)
{
    static const QByteArray sql = "SELECT " + callColumnList() + " FROM calls WHERE id = ?";
    Statement select = database.prepare(sql);
    select.bind(1, key);
    return readOne(database, select);
}

Result<std::optional<Call>> findCallByCallId(Database &database, const QString &callId)
{
    static const QByteArray sql = "SELECT " + callColumnList() + " FROM calls WHERE call_id = ?";
    Statement select = database.prepare(sql);
    select.bind(1, callId);
    return readOne(database, select);
}

QStringList tagsOf(Database &database, CallKey key)
{
    Statement select = database.prepare("SELECT tag FROM call_tags WHERE call_id = ?");
    select.bind(1, key);
    QStringList tags;
    while (select.step())
        tags.append(select.text(0));
    return tags;
}

Verdict addTag(Database &database, CallKey key, const QString &tag, bool *added)
{
    Statement insert = database.prepare("INSERT OR IGNORE INTO call_tags (call_id, tag) VALUES (?, ?)");
    Verdict done = insert.bindAll(key, tag).run();
    if (added)
        *added = done && database.changedRows() > 0;
    return done;
}

Verdict removeTag(Database &database, CallKey key, const QString &tag, bool *removed)
{
    Statement remove = database.prepare("DELETE FROM call_tags WHERE call_id = ? AND tag = ?");
    Verdict done = remove.bindAll(key, tag).run();
    if (removed)
        *removed = done && database.changedRows() > 0;
    return done;
}

} // namespace calldeck
