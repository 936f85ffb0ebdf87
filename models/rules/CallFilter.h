#pragma once

#include "records/Call.h"

namespace calldeck
{

struct Range {
    OptionalInt from; ///< inclusive
    OptionalInt to;   ///< exclusive for times, inclusive for numbers
    bool isSet() const { return from || to; }
    friend bool operator==(const Range &, const Range &) = default;
};

/** Which calls: every part that is set must hold; within one list any value may match. Default: all calls. */
struct CallFilter {
    QList<CallStatus> statuses;
    QList<CallType> types;
    QList<Outcome> outcomes;
    QStringList dispositions;
    QStringList agents;          ///< agent_name, exact, letter case ignored
    QStringList queues;
    QStringList tags;            ///< any of
    QList<SlaState> sla_states;  ///< as of the moment of the query
    std::optional<bool> in_triage, has_outcome, emergency, do_not_contact, spam, after_hours, has_recording, has_transcript,
        follow_up_required, outcome_owed;
    Range started_at, duration_seconds, value_cents, priority, lead_score, queue_seconds;
    QString text;                ///< search words

    bool isEmpty() const { return *this == CallFilter{}; }
    friend bool operator==(const CallFilter &, const CallFilter &) = default;
};

/**
 * The filter language of the command line, the search field and saved views:
 *   status:missed,voicemail type:inbound outcome:booked agent:"Dana K." queue:PS tag:vip sla:overdue
 *   is:emergency is:triage is:dnc is:spam is:afterhours is:owed has:recording has:transcript has:outcome has:followup
 *   (- before a term negates is:/has:)
 *   started>=2026-01-01 started<2026-02-01T09:30 started:today|yesterday|week|month duration>60 value>=100 priority<=2 lead>50 wait>20
 *   disposition:no_answer type:outbound (all outbound types)   and plain words or "phrases" for text
 * Several values of one key: any of them; several terms: all of them. A value with blanks or commas stands in quotes (\" and \\ inside).
 * Value is typed in currency units and kept in cents. Days are those of `zone`, weeks begin on Monday. Search text may end inside a
 * phrase that is still being typed. The error names the term and what may stand there.
 */
Result<CallFilter> parseCallFilter(const QString &expression, TimeMs now, const QTimeZone &zone);
/** The expression that parses back to this filter; words of its text that would read as terms come back as phrases. */
QString callFilterText(const CallFilter &filter, const QTimeZone &zone);

/** Both at once: the values of one list are pooled (any of them), of other parts those of `more` win, texts are joined. */
CallFilter mergedFilter(CallFilter filter, const CallFilter &more);

enum class SortColumn {
    Started, Triage, Sla, Caller, Number, Type, Status, Outcome,
    Agent, Queue, Priority, Duration, Value, LeadScore, Wait, Sentiment
};
struct SortOrder {
    SortColumn column = SortColumn::Started;
    bool descending = true;
    friend bool operator==(const SortOrder &, const SortOrder &) = default;
};

struct CallQuery {
    CallFilter filter;
    SortOrder sort;
    friend bool operator==(const CallQuery &, const CallQuery &) = default;
};

} // namespace calldeck
