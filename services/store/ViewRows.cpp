#include "store/ViewRows.h"

#include "store/Mutation.h"
#include "store/OutboxRows.h"

#include <QUuid>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

const QString viewKind = u"view"_s;

Verdict send(Database &database, const QString &uid, const QString &op, const QJsonObject &args, TimeMs now)
{
    const QString mid = newMutationId(now);
    return insertOutgoing(database, {mid, 0, viewKind, uid, op, args, 0, now}, mid);
}

Verdict write(Database &database, const QString &uid, const QString &name, const QString &filter)
{
    Statement write = database.prepare("INSERT INTO saved_views (uid, name, filter) VALUES (?, ?, ?) ON CONFLICT (uid) DO UPDATE SET name = excluded.name, filter = excluded.filter");
    return write.bind(1, uid).bindText(2, name).bindText(3, filter).run();
}

Verdict remove(Database &database, const QString &uid)
{
    Statement remove = database.prepare("DELETE FROM saved_views WHERE uid = ?");
    return remove.bindAll(uid).run();
}

/** "" when there is none. */
Result<QString> uidOf(Database &database, qint64 id)
{
    Statement select = database.prepare("SELECT uid FROM saved_views WHERE id = ?");
    const bool found = select.bindAll(id).step();
    return select.failed() ? Result<QString>(database.lastError()) : found ? select.text(0) : QString();
}

} // namespace

Verdict keepView(Database &database, const SavedView &view, TimeMs now)
{
    const QString name = view.name.trimmed();
    if (name.isEmpty())
        return Error{Error::Code::InvalidInput, u"A view needs a name."_s, {}, false};
    Transaction transaction(database);
    if (!transaction.begun())
        return transaction.begun();
    const bool isNew = view.id <= 0;
    const auto uid = isNew ? Result<QString>(QUuid::createUuid().toString(QUuid::Id128)) : uidOf(database, view.id);
    if (!uid)
        return uid.error();
    if (uid->isEmpty())
        return Error{Error::Code::NotFound, u"Somebody has deleted this view."_s, {}, false};
    if (Verdict kept = write(database, *uid, name, view.filter); !kept)
        return Error{Error::Code::Conflict, u"A view named \"%1\" exists already."_s.arg(name), kept.error().detail, false};
    const Verdict sent = send(database, *uid, isNew ? u"create"_s : u"set"_s, {{u"name"_s, name}, {u"filter"_s, view.filter}}, now);
    return sent ? transaction.commit() : sent;
}

Verdict removeView(Database &database, qint64 id, TimeMs now)
{
    Transaction transaction(database);
    if (!transaction.begun())
        return transaction.begun();
    const auto uid = uidOf(database, id);
    if (!uid || uid->isEmpty())
        return uid ? Verdict(Done{}) : Verdict(uid.error());
    Verdict done = remove(database, *uid);
    if (done)
        done = send(database, *uid, u"del"_s, {}, now);
    return done ? transaction.commit() : done;
}

Verdict applyViewRow(Database &database, const FeedRow &row)
{
    const auto open = openEdits(database, viewKind, row.id, row.ver);
    if (!open)
        return open.error();
    QJsonObject view = row.row.value_or(QJsonObject());
    bool isThere = row.row.has_value();
    for (const Edit &edit : *open) {
        isThere = edit.op != u"del"_s && (isThere || edit.op == u"create"_s);
        for (auto it = edit.args.begin(); it != edit.args.end(); ++it)
            view.insert(it.key(), it.value());
    }
    if (!isThere)
        return remove(database, row.id);
    // Names are unique here too: the backend's view takes the place of one that it will refuse.
    const QString name = view.value(u"name"_s).toString();
    Statement twin = database.prepare("DELETE FROM saved_views WHERE name = ? AND uid <> ?");
    const Verdict done = twin.bindAll(name, row.id).run();
    return done ? write(database, row.id, name, view.value(u"filter"_s).toString()) : done;
}

} // namespace calldeck
