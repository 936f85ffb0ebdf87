#pragma once

#include "database/Database.h"
#include "sync/CallState.h"
#include "sync/Edit.h"
#include "sync/Intake.h"

#include <functional>

namespace calldeck
{

/** Who is told of what a desk's file holds; the first error ends it. */
struct RecordVisitor {
    std::function<Verdict(const CallState &, const Handwork &)> call; ///< with its own follow-ups alone
    std::function<Verdict(const QString &callId, const QList<ConversationTurn> &)> turns; ///< only where there are any
    std::function<Verdict(const Contact &)> contact;
    std::function<Verdict(const QString &number, const ListedNumber &)> number;
    std::function<Verdict(const QString &id, const QString &name, const QString &filter)> view;
    std::function<Verdict(const Edit &)> edit; ///< on its way or acknowledged, of a record that was told before
};

/** Everything that the backend of this file would have, as of one moment; on the thread of `database`. */
Verdict visitRecords(Database &database, const RecordVisitor &visitor);

} // namespace calldeck
