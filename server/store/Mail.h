#pragma once

#include "store/WorkspaceTx.h"

namespace calldeck
{

/** A message that waits to go out. */
struct Mail {
    QString id; ///< what it is about: the same id is never queued twice
    QString recipient;
    QString subject;
    QString body;
    qint64 tries = 0;
};

struct MailLimits {
    static constexpr TimeMs lease = 120'000; ///< longer than any try takes
    static constexpr qint64 tries = 12;
    static constexpr TimeMs life = 30LL * 24 * 3'600'000;
};

/** Nothing is written when the account has no address (any more) or the mail is there already. */
Verdict queueExportMail(WorkspaceTx &tx, const QString &account, const QString &job, qint64 rows, TimeMs now);
/** To every manager and administrator. Ids only: what a call is about stays in the workspace. */
Verdict queueBreachMail(WorkspaceTx &tx, const QString &callId, TimeMs dueAt, TimeMs now);
/** To the owner of a task, whom the task knows by name; to nobody when no account, or more than one, has that name. */
Verdict queueReminderMail(WorkspaceTx &tx, const QString &task, const QString &owner, const QString &callId, TimeMs dueAt, TimeMs now);

/** Is there a message to try now? */
Result<bool> mailWaits(WorkspaceTx &tx, TimeMs now);
/** The next message to try, held for MailLimits::lease; nothing when none is due. */
Result<std::optional<Mail>> claimMail(WorkspaceTx &tx, TimeMs now);
Verdict mailSent(WorkspaceTx &tx, const QString &id, TimeMs now);
/** For another try after a pause that grows, or given up: when the server said so for good, or after the last try. */
Verdict mailFailed(WorkspaceTx &tx, const Mail &mail, bool forGood, const QString &message, TimeMs now);
Verdict forgetMail(WorkspaceTx &tx, TimeMs before);

} // namespace calldeck
