#pragma once

#include "store/WorkspaceTx.h"

namespace calldeck
{

/** A record as the feed carries it. */
struct Entity {
    QString kind;
    QString id;
    qint64 ver = 0;           ///< the seq of its last change
    QByteArray row;           ///< JSON as it goes out
    QByteArray stamps = "{}"; ///< see Merge.h
    bool deleted = false;
};

/** The record, deleted or not; nothing when there never was one. */
Result<std::optional<Entity>> findEntity(WorkspaceTx &tx, const QString &kind, const QString &id);
/** What is foreseen about a record's row is foreseen under this name. */
QByteArray entityName(const QString &kind, const QString &id);
/** findEntity() of the same record comes soon: see SqlStatement::foresee(). */
void foreseeEntity(WorkspaceTx &tx, const QString &kind, const QString &id);
/** Takes the next number, writes the line of the log and the record with that number as its version. */
Verdict putEntity(WorkspaceTx &tx, Entity &entity, const Change &change);
/** As putEntity() for a record that goes: its row is emptied. One that is not there is left alone. */
Verdict deleteEntity(WorkspaceTx &tx, const QString &kind, const QString &id, const Change &change);

QByteArray compactJson(const QJsonObject &object);
QJsonObject parsedObject(const QByteArray &json);

} // namespace calldeck
