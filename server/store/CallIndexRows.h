#pragma once

#include "rules/Sla.h"
#include "store/WorkspaceTx.h"
#include "sync/CallState.h"

namespace calldeck
{

/** The columns that lists filter and sort by. */
Verdict putCallIndex(WorkspaceTx &tx, const CallState &state);
Verdict putCallTags(WorkspaceTx &tx, const Call &call);
/** The call's own tasks. */
Verdict putFollowUps(WorkspaceTx &tx, const CallState &state);
/** By the rule of rules/Sla.h, of a row with the columns sla_warning_at, sla_critical_at, sla_due_at from `first` on. */
SlaState slaStateIn(SqlStatement &row, int first, TimeMs now);
Verdict removeCallIndex(WorkspaceTx &tx, const QString &callId);

/** {"number", "reason", "set_at", "set_by"}: a number on the do-not-contact list. */
QJsonObject listedRow(const QString &number, const ListedNumber &listed);
ListedNumber listedFromRow(const QJsonObject &row);

} // namespace calldeck
