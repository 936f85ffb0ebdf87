#pragma once

#include "store/CacheFile.h"

namespace calldeck
{

enum class ExportFormat { Csv, JsonLines };

struct ExportOrder {
    QString file;
    ExportFormat format = ExportFormat::Csv;
    CallFilter filter;
    bool overwrite = false; ///< a file that exists is refused without it
};

/** Called every few thousand calls; returning false cancels the export. */
using ExportProgress = std::function<bool(qint64 calls)>;

/**
 * Writes the calls of a filter as they are at one moment, oldest first; both formats import again as equal calls. CSV has every field
 * and the tags, JSON Lines also what was said. The file appears whole or not at all. Returns the number of calls.
 */
Result<qint64> exportCalls(CacheFile &cache, const ExportOrder &order, TimeMs now, const ExportProgress &progress = {});

/** One call as an object of the JSON Lines export. */
QJsonObject exportedCall(const Call &call, const QList<ConversationTurn> &turns);

} // namespace calldeck
