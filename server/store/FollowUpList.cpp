#include "store/FollowUpList.h"

#include "store/CallList.h"
#include "store/FollowUpRows.h"
#include "store/ListCursor.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

SqlCondition conditionOf(const FollowUpRequest &request, TimeMs now)
{
    SqlCondition where;
    if (request.state)
        where.add("state = ?", {wireWord(*request.state)});
    if (!request.owner.isEmpty())
        where.add("owner = ?", {request.owner});
    if (!request.call_id.isEmpty())
        where.add("call_id = ?", {request.call_id});
    if (request.due_at.from)
        where.add("due_at >= ?", {*request.due_at.from});
    if (request.due_at.to)
        where.add("due_at < ?", {*request.due_at.to});
    if (request.overdue)
        where.add(*request.overdue ? "state = 'OPEN' AND due_at <= ?" : "(state <> 'OPEN' OR due_at > ?)", {now});
    return where;
}

/** Names the list: a cursor is good for the same question only. */
QByteArray nameOf(const FollowUpRequest &request)
{
    const auto end = [](const OptionalInt &value) { return value ? QString::number(*value) : QString(); };
    const QString overdue = request.overdue ? QString::number(*request.overdue) : QString();
    return QStringList{u"follow_ups"_s, request.state ? wireWord(*request.state) : QString(), request.owner, request.call_id, end(request.due_at.from), end(request.due_at.to), overdue}
        .join(u'\n')
        .toUtf8();
}

} // namespace

Result<FollowUpPage> readFollowUps(WorkspaceTx &tx, const FollowUpRequest &request, TimeMs now)
{
    const QByteArray name = nameOf(request);
    SqlCondition where = conditionOf(request, now);
    if (!request.cursor.isEmpty()) {
        const auto place = listPlaceOf(request.cursor, name);
        if (!place || place->is_text || place->is_last_part)
            return Error{Error::Code::InvalidInput, u"cursor must be the next of a page of this list."_s, {}, false};
        where.add("(due_at, id) > (?, ?)", {place->number, place->id});
    }
    SqlStatement rows = tx.query(QByteArray(followUpColumns) + "WHERE ws = ?" + where.text + " ORDER BY due_at, id LIMIT ?");
    bindValues(rows, where.values);
    rows.bindAll(static_cast<qint64>(request.limit + 1));
    FollowUpPage page;
    while (rows.step())
        page.tasks.append(followUpOf(rows));
    if (rows.failed())
        return rows.verdict().error();
    if (page.tasks.size() > request.limit) {
        page.tasks.resize(request.limit);
        page.next = listCursor({page.tasks.last().id, page.tasks.last().due_at, {}, false, false}, name);
    }
    return page;
}

Result<std::optional<FollowUpTask>> findFollowUp(WorkspaceTx &tx, const QString &id)
{
    SqlStatement row = tx.query(QByteArray(followUpColumns) + "WHERE ws = ? AND id = ?", id);
    const auto found = row.found();
    if (!found)
        return found.error();
    return *found ? std::optional(followUpOf(row)) : std::nullopt;
}

Result<FollowUpCounts> countFollowUps(WorkspaceTx &tx, TimeMs now, TimeMs soon)
{
    const auto count = [&](TimeMs from, TimeMs to) -> Result<qint64> {
        SqlStatement open = tx.query("SELECT count(*) FROM follow_up WHERE ws = ? AND state = 'OPEN' AND due_at > ? AND due_at <= ?", from, to);
        const auto found = open.found();
        if (!found)
            return found.error();
        return open.integer(0);
    };
    const auto overdue = count(-1, now);
    const auto dueSoon = count(now, now + soon);
    if (!overdue || !dueSoon)
        return !overdue ? overdue.error() : dueSoon.error();
    return FollowUpCounts{*overdue, *dueSoon};
}

} // namespace calldeck
