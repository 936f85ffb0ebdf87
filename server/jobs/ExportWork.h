#pragma once

#include "jobs/DataFolder.h"
#include "jobs/JobRunner.h"

namespace calldeck
{

/** What exports need beside the store. */
struct ExportParts {
    std::shared_ptr<DataFolder> folder;
    QString pdf_font;           ///< a TrueType file for PDFs; "" for the PDF's own Helvetica, which knows Western letters only
};

struct ExportLimits {
    static constexpr qint64 pdf_rows = 20'000; ///< a PDF is made in memory
    static constexpr TimeMs life = 7LL * 24 * 3'600'000; ///< of the file
};

/** The name of a finished export's file; "" when there is none. */
QString exportFileName(const Job &job);
/** All files of a job but this one go: what tries left that came to no end. */
void removeExportFiles(const DataFolder &folder, const QString &job, const QString &but = {});
/** A guess for the person who waits, in seconds. */
qint64 exportSeconds(qint64 rows, const QString &format);

/**
 * Does an export job {"filters", "format", "email"} as a whole: the rows of one moment, oldest first, into a file that appears whole or not
 * at all. The number of rows is compared with the count of the same moment and goes into the audit trail with the digest of the file. The
 * job's `result` is {"rows", "bytes", "sha256", "format", "file"}.
 */
Result<bool> exportStep(JobContext &context, const ExportParts &parts);

} // namespace calldeck
