#pragma once

#include "records/Call.h"
#include "database/Database.h"

namespace calldeck
{

/** "id, call_id, provider, ...": the columns of `calls` in the order that readCall() expects. */
const QByteArray &callColumnList();
/** The call in the current row of a statement that selected callColumnList() first; tags are not filled. */
Call readCall(const Statement &row);
void bindField(Statement &statement, int index, const Call &call, CallField field);
/** What the feed knows of a call. */
struct FeedMark {
    qint64 ver = 0;
    qint64 snapshot = 0; ///< number of the last snapshot that had it
};
/** Inserts the row and its tags; sets call.key. */
Verdict insertCall(Database &database, Call &call, const FeedMark &mark = {});
/** Writes the fields that differ; nothing to do is Done. */
Verdict updateCall(Database &database, const Call &before, const Call &after);

Result<std::optional<Call>> findCallByKey(Database &database, CallKey key);
Result<std::optional<Call>> findCallByCallId(Database &database, const QString &callId);
QStringList tagsOf(Database &database, CallKey key);
Verdict addTag(Database &database, CallKey key, const QString &tag, bool *added = nullptr);
Verdict removeTag(Database &database, CallKey key, const QString &tag, bool *removed = nullptr);

} // namespace calldeck
