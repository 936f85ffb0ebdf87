#include "sync/ConflictRows.h"

#include "rules/JsonReader.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

const QString conflictKind = u"conflict"_s;

QJsonObject conflictRow(const StoredConflict &stored)
{
    const Conflict &conflict = stored.conflict;
    return {{u"id"_s, conflict.id},           {u"call_id"_s, conflict.call_id}, {u"part"_s, conflict.part},           {u"kept"_s, conflict.kept},   {u"losing"_s, conflict.losing},
            {u"kept_by"_s, conflict.kept_by}, {u"losing_by"_s, conflict.losing_by}, {u"at"_s, isoUtc(conflict.at)}, {u"state"_s, stored.state}};
}

} // namespace

Verdict putConflict(WorkspaceTx &tx, const StoredConflict &stored, const Change &change)
{
    Entity entity{conflictKind, stored.conflict.id, 0, compactJson(conflictRow(stored)), "{}", false};
    Change line = change;
    line.kind = conflictKind;
    line.id = stored.conflict.id;
    line.op = u"effect"_s;
    Verdict done = putEntity(tx, entity, line);
    if (done) {
        done = tx.write("INSERT INTO conflict(ws, id, call_id, args, losing_account) VALUES (?, ?, ?, ?, ?) ON CONFLICT(ws, id) DO NOTHING", stored.conflict.id,
                        stored.conflict.call_id, compactJson(stored.conflict.args), stored.losing_account);
    }
    return done;
}

Result<std::optional<StoredConflict>> findConflict(WorkspaceTx &tx, const QString &id)
{
    const auto entity = findEntity(tx, conflictKind, id);
    if (!entity)
        return entity.error();
    if (!*entity || (*entity)->deleted)
        return std::optional<StoredConflict>();
    SqlStatement side = tx.query("SELECT args, losing_account FROM conflict WHERE ws = ? AND id = ?", id);
    const auto found = side.found();
    if (!found)
        return found.error();
    QString problem;
    const QJsonObject row = parsedObject((*entity)->row);
    JsonReader reader(row, QString(), problem);
    StoredConflict stored;
    stored.conflict = {id,
                       reader.text(u"call_id"_s),
                       reader.text(u"part"_s),
                       reader.optionalText(u"kept"_s),
                       reader.optionalText(u"losing"_s),
                       reader.optionalText(u"kept_by"_s),
                       reader.optionalText(u"losing_by"_s),
                       reader.time(u"at"_s),
                       *found ? parsedObject(side.bytes(0)) : QJsonObject()};
    stored.state = reader.text(u"state"_s);
    stored.losing_account = *found ? side.text(1) : QString();
    return std::optional(stored);
}

Verdict deleteConflictsOf(WorkspaceTx &tx, const QString &callId, const Change &change)
{
    QStringList ids;
    SqlStatement rows = tx.query("SELECT id FROM conflict WHERE ws = ? AND call_id = ? ORDER BY id", callId);
    while (rows.step())
        ids.append(rows.text(0));
    Verdict done = rows.verdict();
    for (const QString &id : ids) {
        Change line = change;
        line.kind = conflictKind;
        line.id = id;
        line.op = u"effect"_s;
        if (done)
            done = deleteEntity(tx, conflictKind, id, line);
    }
    // The edit that lost stands there, with what was written in it.
    return done ? tx.write("DELETE FROM conflict WHERE ws = ? AND call_id = ?", callId) : done;
}

} // namespace calldeck
