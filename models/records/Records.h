#pragma once

#include "records/Call.h"

#include <QList>

namespace calldeck
{

/** One recorded disposition; all are kept, the newest that is not retracted is the call's current one. */
struct CallOutcomeRecord {
    QString mutation_id; ///< of the edit that recorded it; names it on the wire
    QString disposition; ///< DispositionRule::key
    Outcome outcome = Outcome::OTHER;
    QString notes;
    QString agent_id;
    TimeMs at = 0;
    std::optional<TimeMs> retracted_at; ///< set by undo
    bool beside = false;                ///< recorded without knowing of an earlier one by somebody else: kept, but not the call's outcome

    bool stands() const { return !retracted_at && !beside; }
    friend bool operator==(const CallOutcomeRecord &, const CallOutcomeRecord &) = default;
};

/** A note that somebody left on a call; each is its own row, so that two people never overwrite each other. */
struct CallNote {
    QString id; ///< of the edit that added it
    QString text;
    QString author;
    TimeMs at = 0;
    QString copy_of; ///< the note whose concurrent edit this is, "" for none

    friend bool operator==(const CallNote &, const CallNote &) = default;
};

struct Contact {
    QString id; ///< the same on every desk
    QString name;
    QString business_name;
    QString number; ///< E.164
    QString email;
    QString address;
    QString preferred_channel;
    QString time_windows;
    bool do_not_contact = false;
    QString do_not_contact_reason;

    friend bool operator==(const Contact &, const Contact &) = default;
};

struct FollowUpTask {
    QString id;       ///< the same on every desk
    CallKey call = 0; ///< in the local cache
    QString call_id;  ///< the call's name on the wire
    QString number; ///< E.164
    TimeMs due_at = 0;
    QString note;
    QString owner;
    FollowUpState state = FollowUpState::OPEN;
    bool automatic = false; ///< made by the missed-call rule
    TimeMs created_at = 0;
    std::optional<TimeMs> closed_at;
    QString caller_name; ///< of the call, for lists

    friend bool operator==(const FollowUpTask &, const FollowUpTask &) = default;
};

struct ConversationTurn {
    Speaker speaker = Speaker::CUSTOMER;
    QString content;
    qint64 at_ms = 0; ///< from the start of the call
    std::optional<double> confidence;

    friend bool operator==(const ConversationTurn &, const ConversationTurn &) = default;
};

/** What a person has typed for a call and not yet saved; survives a crash. */
struct Draft {
    QString disposition;
    QString notes;
    std::optional<TimeMs> follow_up_at;
    OptionalInt amount_cents;
    QString transferred_to;
    bool follow_up_suggested = false; ///< the time came with the disposition and goes with it
    TimeMs updated_at = 0;

    bool isEmpty() const { return disposition.isEmpty() && notes.isEmpty() && !follow_up_at && !amount_cents && transferred_to.isEmpty(); }
    friend bool operator==(const Draft &, const Draft &) = default;
};

/** A line of the History tab. */
struct TimelineEntry {
    enum class Kind { Call, Outcome, FollowUp, Audit };
    Kind kind = Kind::Call;
    TimeMs at = 0;
    CallKey call = 0;
    QString title;  ///< "Booked by Dana", "Missed inbound call"
    QString detail; ///< notes, reason, old and new value
};

struct SavedView {
    qint64 id = 0;
    QString name;
    QString filter; ///< filter expression
};

/** Everything the drawer shows about one call besides its history. */
struct CallDetail {
    Call call;
    QString transcript_excerpt; ///< first turns, "" when there is no transcript
    QList<FollowUpTask> follow_ups; ///< open ones of this number, earliest first
    std::optional<Contact> contact;
    std::optional<Draft> draft;
    int calls_of_number = 0; ///< how often this number is in the cache
};

} // namespace calldeck
