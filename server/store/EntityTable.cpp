#include "store/EntityTable.h"

#include "store/Moment.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace calldeck
{

namespace
{

constexpr auto oneEntity = "SELECT ver, deleted, \"row\", stamps FROM entity WHERE ws = ? AND kind = ? AND id = ?";

} // namespace

QByteArray entityName(const QString &kind, const QString &id) { return QString(u"entity " % kind % u' ' % id).toUtf8(); }

void foreseeEntity(WorkspaceTx &tx, const QString &kind, const QString &id) { tx.foresee(entityName(kind, id), oneEntity, kind, id); }

Result<std::optional<Entity>> findEntity(WorkspaceTx &tx, const QString &kind, const QString &id)
{
    SqlStatement find = tx.query(oneEntity, kind, id);
    const auto found = find.found();
    if (!found)
        return found.error();
    if (!*found)
        return std::optional<Entity>();
    return std::optional(Entity{kind, id, find.integer(0), find.bytes(2), find.bytes(3), find.integer(1) != 0});
}

Verdict putEntity(WorkspaceTx &tx, Entity &entity, const Change &change)
{
    entity.ver = tx.nextSeq();
    Verdict done = tx.logChange(change);
    if (done)
        done = tx.writeOnly(entityName(entity.kind, entity.id), "INSERT INTO entity(ws, kind, id, ver, deleted, \"row\", stamps) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT(ws, kind, id) DO UPDATE SET "
                        "ver = excluded.ver, deleted = excluded.deleted, \"row\" = excluded.\"row\", stamps = excluded.stamps",
                        entity.kind, entity.id, entity.ver, entity.deleted, entity.row, entity.stamps);
    return done;
}

Verdict deleteEntity(WorkspaceTx &tx, const QString &kind, const QString &id, const Change &change)
{
    auto found = findEntity(tx, kind, id);
    if (!found)
        return found.error();
    if (!*found || (*found)->deleted)
        return Done{};
    Entity gone{kind, id, 0, "{}", "{}", true};
    return putEntity(tx, gone, change);
}

QByteArray compactJson(const QJsonObject &object) { return QJsonDocument(object).toJson(QJsonDocument::Compact); }
QJsonObject parsedObject(const QByteArray &json) { return QJsonDocument::fromJson(json).object(); }

} // namespace calldeck
