#pragma once

#include "records/Records.h"

#include <QJsonArray>
#include <QJsonObject>

namespace calldeck
{

/** Why and since when a number is on the do-not-contact list. */
struct ListedNumber {
    QString reason;
    TimeMs set_at = 0;
    QString set_by;
    friend bool operator==(const ListedNumber &, const ListedNumber &) = default;
};

/** A call with everything that an edit of it may touch. Its wire row holds all but what belongs to others: see callRow(). */
struct CallState {
    Call call;
    QList<CallOutcomeRecord> outcomes; ///< oldest first
    QList<CallNote> notes;             ///< oldest first
    QList<FollowUpTask> follow_ups;    ///< of this call, and those of its number on other calls
    std::optional<ListedNumber> listed; ///< the number's entry on the do-not-contact list; nothing for a call without a number

    bool owns(const FollowUpTask &task) const { return task.call_id == call.call_id; }
    friend bool operator==(const CallState &, const CallState &) = default;
};

/** The row of the feed: the call's fields that are set, `tags`, `outcomes`, `notes`, and its own `follow_ups`. */
QJsonObject callRow(const CallState &state);
/** Reads a row of the feed; unknown keys are left for newer programs. Others' follow-ups and the list entry are not in it. */
Result<CallState> callStateFromRow(const QJsonObject &row);

/** A task as it stands in its call's row. */
QJsonObject followUpRow(const FollowUpTask &task);

/** The keys of a contact that a person may set. */
const QStringList &contactFields();
QJsonObject contactRow(const Contact &contact);
Result<Contact> contactFromRow(const QJsonObject &row);

QJsonArray turnsRow(const QList<ConversationTurn> &turns);
Result<QList<ConversationTurn>> turnsFromRow(const QJsonArray &row);

} // namespace calldeck
