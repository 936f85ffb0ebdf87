#pragma once

#include "ingest/Mapping.h"
#include "sync/Intake.h"

namespace calldeck
{

struct ImportOrder {
    QString file;
    std::optional<Mapping> mapping; ///< nothing: columns named like our fields
    bool dry_run = false;           ///< find out what would happen, change nothing
    bool skip_bad = false;          ///< take the good rows; without it one bad row changes nothing
    std::function<void(const RowError &)> on_refused; ///< told every refused row as it is read; may be empty
};

struct ImportReport {
    qint64 read = 0; ///< rows of the file, without the header
    qint64 added = 0;
    qint64 updated = 0;
    qint64 unchanged = 0;
    qint64 skipped_by_rule = 0;
    qint64 refused = 0;
    QList<RowError> errors; ///< the first hundred refused rows
    bool changed = false;   ///< something was written
    std::optional<QByteArray> adopted_zone; ///< an empty store took the zone of the mapping for the business's own
};

/** Called every few thousand rows with the rows read and the share of the file, 0 to 1. Returning false cancels the import. */
using ImportProgress = std::function<bool(qint64 rows, double share)>;

/**
 * Takes a file in, in one transaction. The Error is for what stops the whole import (file, mapping, store);
 * refused rows are in the report. Synchronous, on the thread of `sink`.
 */
Result<ImportReport> importFile(CallSink &sink, const ImportOrder &order, TimeMs now, const ImportProgress &progress = {});

/** Reads a mapping document from a file. */
Result<Mapping> readMapping(const QString &file);

} // namespace calldeck
