#pragma once

#include "store/FeedRows.h"
#include "store/OutboxRows.h"

namespace calldeck
{

// The documents of docs/api/sync.md. A document that is not as it must be is an error as a whole: nothing of it is applied.

QJsonObject pushDocument(const SyncPosition &position, const QList<Edit> &edits);
/** The value of the header Device-Stamps of a push. */
QByteArray stampWords(const SyncPosition &position);

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
Result<SnapshotPage> readSnapshot(const QJsonObject &json, const QString &askedKind, const QString &askedAfter);
struct RowsAnswer {
    qint64 epoch = 0;
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
