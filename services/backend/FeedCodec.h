#pragma once

#include "store/FeedRows.h"
#include "store/OutboxRows.h"

namespace calldeck
{

// The documents of docs/api/sync.md. A document that is not as it must be is an error as a whole: nothing of it is applied.

QJsonObject pushDocument(const SyncPosition &position, const QList<Edit> &edits);
/** The body of /api/sync/park. */
QJsonObject parkDocument(const SyncPosition &position, const Edit &edit);
/** The value of the header Device-Stamps of a push; "" where the file has none. */
QByteArray stampWords(const SyncPosition &position);
/** Whether a problem document of a push is about an edit, not about the push as a whole. */
bool blamesAnEdit(const QJsonObject &problem);
/** Whether the backend's store is damaged. */
bool isOfDamage(const QJsonObject &problem);

struct PushAnswer {
    qint64 epoch = 0;
    QList<PushResult> results;
    QString stamp;             ///< that the push had, when the backend knows stamps
    bool renew_device = false; ///< a newer copy of this file wrote as this device
};
Result<PushAnswer> readPushAnswer(const QJsonObject &json);

struct ChangesAnswer {
    FeedPage page;
    qint64 head = 0;
};
Result<ChangesAnswer> readChanges(const QJsonObject &json);
Result<SnapshotPage> readSnapshot(const QJsonObject &json);
struct RowsAnswer {
    qint64 epoch = 0;
    qint64 head = 0;
    QString kind;    ///< that was asked for
    QStringList ids; ///< those that were asked for
    QList<FeedRow> rows;
};
Result<RowsAnswer> readRows(const QJsonObject &json);

/** The epoch and the base of a 409. */
struct EpochChange {
    qint64 epoch = 0;
    qint64 base = 0;
};
Result<EpochChange> readEpochChange(const QJsonObject &json);

} // namespace calldeck
