#pragma once

#include "store/EntityTable.h"

namespace calldeck
{

/** Why a reader's cursor is of no use any more. */
struct WrongEpoch {
    qint64 epoch = 0; ///< of the store
    qint64 base = 0;  ///< up to here the reader's history is the store's
};
struct LogGone {
    qint64 min = 0; ///< the log begins after it
};
/** A JSON document, or why there is none. */
using FeedAnswer = std::variant<QByteArray, WrongEpoch, LogGone>;

struct FeedLimits {
    static constexpr int changes = 500;
    static constexpr int most_changes = 2000;
    static constexpr int snapshot = 1000;
    static constexpr int most_snapshot = 2000;
    static constexpr int most_ids = 200;
    static constexpr qsizetype page_bytes = 1024 * 1024;
};

/** The kinds that the feed carries. */
const QStringList &feedKinds();

/** The oldest common history of a client of that epoch and the store: the least base of all epochs after it. */
Result<qint64> baseFor(WorkspaceTx &tx, qint64 clientEpoch);
/** WrongEpoch, or nothing when the epoch is the store's. */
Result<std::optional<WrongEpoch>> checkEpoch(WorkspaceTx &tx, qint64 epoch);

/** Records changed after `seq`, each once in its newest state. */
Result<FeedAnswer> readChanges(WorkspaceTx &tx, qint64 epoch, qint64 seq, int limit);

struct SnapshotPlace {
    qint64 epoch = 0; ///< 0: the store's, whichever
    qint64 s = -1;    ///< -1: the head, as the first page fixes it
    QString only;     ///< kind, "" for all
    QString kind;     ///< after this record
    QString id;
    int limit = FeedLimits::snapshot;
};
/** One page of all records by (kind, id). */
Result<FeedAnswer> readSnapshot(WorkspaceTx &tx, const SnapshotPlace &place);

/** {"epoch", "head", "rows"}: the named records; what there is not is left out. */
Result<QByteArray> readRows(WorkspaceTx &tx, const QString &kind, const QStringList &ids);
/** {"epoch", "head", "kind", "count", "digest"}: SHA-256 over "id TAB ver LF" of the living records by id. */
Result<QByteArray> readDigest(WorkspaceTx &tx, const QString &kind);

} // namespace calldeck
