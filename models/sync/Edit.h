#pragma once

#include "records/Call.h"

#include <QJsonObject>

namespace calldeck
{

/** The schema of `args`; the backend takes this one and what it still can translate. 1 was never spoken with a backend. */
inline constexpr int editSchemaVersion = 2;

/**
 * One intention of a person about one record: never a row image. The outbox keeps it, the backend merges it, and every desk folds its
 * own open ones over what the backend said.
 */
struct Edit {
    QString mid;        ///< UUIDv7, made once; the same id again is the same edit
    qint64 lseq = 0;    ///< order on its device, from 1
    QString kind;       ///< "call", "contact" or "view"
    QString id;         ///< the record's name on the wire
    QString op;         ///< see EditRules.h
    QJsonObject args;
    qint64 base_ver = 0; ///< version of the record that its author had from the backend, 0 for none
    TimeMs at = 0;       ///< when it was decided, on the backend's clock

    friend bool operator==(const Edit &, const Edit &) = default;
};

/** {"mid", "lseq", "kind", "id", "op", "args", "base_ver", "at"}: an edit in a push. */
QJsonObject editToJson(const Edit &edit);
/** The error names the key ("ms[3].lseq"); `path` is where the edit stands in the document. */
Result<Edit> editFromJson(const QJsonValue &json, const QString &path);

} // namespace calldeck
