#pragma once

#include "rules/CallFilter.h"

#include <QJsonObject>
#include <span>

namespace calldeck
{

/** Which calls a list, a bulk job or an export is about: every part that is set must hold, of a list any one. Default: all calls. */
struct CallListFilter {
    QStringList words; ///< of the search, in lower case: each must occur in the call's texts
    QList<CallStatus> statuses;
    QList<CallType> types;
    QList<Outcome> outcomes;
    QList<LeadStatus> lead_statuses;
    QStringList tags;
    QString disposition, agent, agent_id, queue, provider, campaign; ///< exact
    QString number;                                                  ///< E.164
    QString sla_state;                           ///< one of slaWords(), as of the moment of the query
    OptionalInt priority;
    std::optional<bool> emergency, has_recording, has_transcript, do_not_contact, spam, outcome_required, follow_up_required, triage;
    Range started_at, value_cents, scheduled_at;

    /** The same for the same filter, however it was spelled: cursors are bound to it. */
    QByteArray fingerprint() const;
    friend bool operator==(const CallListFilter &, const CallListFilter &) = default;
};

/** "none", "ok", "warning", "critical", "overdue", "met". */
const QStringList &slaWords();

struct CallListFlag {
    const char *name;   ///< of the parameter
    const char *column; ///< of call_index
    std::optional<bool> CallListFilter::*member;
};
struct CallListText {
    const char *name;
    const char *column;
    QString CallListFilter::*member;
};
std::span<const CallListFlag> callListFlags();
std::span<const CallListText> callListTexts();

/** The parameters of GET /api/calls that say which calls; sort, order, cursor and limit are none of them. */
const QStringList &callFilterNames();

/**
 * From the query of a URL. Other names are passed by; each bad value is refused (InvalidInput, naming the parameter). Several values stand with commas between.
 * `region` is the workspace's, for a number without a country code.
 */
Result<CallListFilter> callFilterFromQuery(const QList<std::pair<QString, QString>> &query, const QString &region);
/** From a JSON object with the same names: texts, numbers, true and false, and lists of texts where several values may stand. Other names are refused. */
Result<CallListFilter> callFilterFromJson(const QJsonObject &filters, const QString &region);

/** A time with its zone, "2026-11-21T09:30:00.000Z", or nothing. */
std::optional<TimeMs> timeWithZone(const QString &text);

} // namespace calldeck
