#include "demo/CallGenerator.h"

#include "demo/Stories.h"
#include "rules/Phone.h"

#include <QDateTime>
#include <algorithm>
#include <array>
#include <limits>

namespace calldeck
{

namespace
{

constexpr TimeMs hourMs = 3'600'000;
constexpr TimeMs dayMs = 24 * hourMs;
constexpr double demoCallsPerDay = 180;
constexpr int longestSpanDays = 3 * 365;
constexpr qint64 callsPerCaller = 4;
constexpr TimeMs lastArrivalMs = hourMs / 4; // before the end, so that the last call can be over
constexpr int longestWait = 600;
constexpr TimeMs recentMs = 18 * hourMs;
constexpr double usuallyMissed = 0.12;
constexpr double recentlyMissed = 0.3; ///< the generated history ends on a bad day

// Share of a day's calls in each hour, and of a week's in each day from Monday: service calls come in the morning and after work.
constexpr std::array<double, 24> hourWeight{0.2, 0.1, 0.1, 0.1, 0.2, 0.5, 1.6, 4.5, 8.6, 9.2, 8.7, 7.9, 6.8, 7.2, 7.4, 7.0, 6.6, 6.0, 4.4, 3.0, 2.2, 1.5, 0.9, 0.5};
constexpr std::array<double, 7> weekdayWeight{1.35, 1.2, 1.1, 1.1, 1.15, 0.65, 0.45};
constexpr double hourMean = 4.02;

QString latin(const char *text) { return QString::fromLatin1(text); }

} // namespace

CallGenerator::CallGenerator(quint64 seed, const Workspace &workspace)
    : m_chance(seed), m_workspace(workspace), m_zone(workspace.zone), m_run(QString::number(seed, 36))
{
}

CallGenerator::Caller CallGenerator::callerOf(int rank)
{
    // The caller is a function of the rank, so that the same person always has the same name and number.
    Chance own(static_cast<quint64>(rank) * 7919 + 17);
    Caller caller;
    caller.name = QString(latin(own.oneOf(firstNames())) + u' ' + latin(own.oneOf(lastNames())));
    if (own.happens(0.22))
        caller.business = QString(latin(own.oneOf(businessWords())) + u' ' + latin(own.oneOf(businessKinds())));
    const int exchange = 220 + own.below(690);
    caller.number = QStringLiteral("+1%1%2%3").arg(own.oneOf(areaCodes())).arg(exchange % 100 == 11 ? exchange + 1 : exchange).arg(own.below(10000), 4, 10, QLatin1Char('0'));
    return caller;
}

/** Within an hour of the wall clock calls come at one rate; a gap that reaches into another hour is drawn anew at that hour's. */
TimeMs CallGenerator::arrivalBefore(TimeMs at, double callsPerDay)
{
    for (;;) {
        const QDateTime local = QDateTime::fromMSecsSinceEpoch(at - 1, m_zone);
        const double rate = callsPerDay * hourWeight[static_cast<size_t>(local.time().hour())] / hourMean * weekdayWeight[static_cast<size_t>(local.date().dayOfWeek() - 1)];
        const TimeMs hourStart = at - 1 - local.time().msecsSinceStartOfDay() % hourMs;
        const double gap = -std::log(1 - m_chance.unit()) * dayMs / rate;
        if (gap <= static_cast<double>(at - hourStart))
            return at - std::max<TimeMs>(1, static_cast<TimeMs>(gap));
        at = hourStart;
    }
}

void CallGenerator::generate(qint64 count, TimeMs end, const std::function<bool(const IncomingCall &)> &visit)
{
    const double perDay = std::max(demoCallsPerDay, static_cast<double>(count) / longestSpanDays);
    m_callers = static_cast<int>(std::max<qint64>(m_callers, count / callsPerCaller));
    // Drawn from the end backwards, so that the newest calls are fresh however many there are.
    std::vector<TimeMs> arrivals(static_cast<size_t>(count));
    TimeMs at = end - lastArrivalMs;
    for (auto arrival = arrivals.rbegin(); arrival != arrivals.rend(); ++arrival)
        *arrival = at = arrivalBefore(at, perDay);
    for (TimeMs arrival : arrivals) {
        IncomingCall incoming = begin(arrival);
        const bool recent = end - arrival < recentMs;
        m_chance.happens(recent ? recentlyMissed : usuallyMissed) ? makeMissed(incoming, recent) : makeAnswered(incoming, recent, end);
        if (!visit(incoming))
            return;
    }
}

IncomingCall CallGenerator::begin(TimeMs at)
{
    const Caller caller = callerOf(m_chance.zipf(m_callers));
    const Story &story = m_chance.oneOf(stories());
    IncomingCall incoming;
    Call &call = incoming.call;
    call.provider = QStringLiteral("demo");
    call.provider_call_id = QStringLiteral("%1-%2").arg(m_run).arg(++m_number);
    call.caller_name = caller.name;
    call.business_name = caller.business;
    call.customer_number = caller.number;
    call.customer_number_raw = caller.number;
    call.line_number = QStringLiteral("+14155550100");
    call.call_type = m_chance.happens(0.85) ? CallType::INBOUND : CallType::OUTBOUND_FOLLOWUP;
    call.call_source = call.call_type == CallType::INBOUND ? CallSource::QUEUE : CallSource::CALLBACK;
    call.queue = latin(story.trade);
    call.started_at = at;
    call.queue_entered_at = at + 4000;
    call.priority = story.emergency ? 1 : 2 + m_chance.below(3);
    call.emergency = story.emergency && m_chance.happens(0.12);
    call.after_hours = !isOpen(m_workspace.calendar, at);
    call.ivr_seconds = 4 + m_chance.below(12);
    call.lead_source = m_chance.happens(0.4) ? QStringLiteral("Search ad") : m_chance.happens(0.5) ? QStringLiteral("Referral") : QStringLiteral("Returning customer");
    call.tags = {latin(story.tag)};
    if (m_chance.happens(0.15))
        call.tags.append(QStringLiteral("new customer"));
    call.call_purpose = latin(story.reason);
    return incoming;
}

void CallGenerator::addTurns(IncomingCall &incoming)
{
    for (const Story &story : stories()) {
        if (incoming.call.call_purpose != latin(story.reason))
            continue;
        const QString agent = incoming.call.agent_name.section(u' ', 0, 0);
        qint64 at = 1500;
        const auto say = [&](Speaker speaker, const QString &text) {
            incoming.turns.append({speaker, text, at, 0.82 + 0.17 * m_chance.unit()});
            at += 2500 + static_cast<qint64>(text.size()) * 60;
        };
        say(Speaker::AGENT, QStringLiteral("Thank you for calling, this is %1. How can I help?").arg(agent));
        say(Speaker::CUSTOMER, latin(story.ask));
        say(Speaker::AGENT, m_chance.happens(0.5) ? QStringLiteral("I'm sorry to hear that. Can you tell me a little more?") : QStringLiteral("Sure, let me look into that for you."));
        say(Speaker::CUSTOMER, latin(story.detail));
        if (m_chance.happens(0.6))
            say(Speaker::AGENT, m_chance.happens(0.5) ? QStringLiteral("We can have a technician there between two and four.") : QStringLiteral("The visit is ninety-five dollars, which we credit if you go ahead."));
        if (m_chance.happens(0.6))
            say(Speaker::CUSTOMER, m_chance.happens(0.6) ? QStringLiteral("That works for me, thank you.") : QStringLiteral("Let me check with my husband and call you back."));
        return;
    }
}

void CallGenerator::recordOutcome(Call &call, const QString &disposition)
{
    const DispositionRule *rule = dispositionNamed(m_workspace.dispositions, disposition);
    if (!rule)
        return;
    DispositionEntry entry;
    entry.disposition = disposition;
    if (rule->notes_required || m_chance.happens(0.4))
        entry.notes = QStringLiteral("Caller: %1.").arg(call.call_purpose);
    if (rule->amount_required)
        entry.amount_cents = call.value_cents.value_or(20000);
    if (rule->transfer_required)
        entry.transferred_to = QStringLiteral("Service manager");
    if (rule->follow_up_required)
        entry.follow_up_at = *call.ended_at + dayMs;
    applyDisposition(call, *rule, entry, call.agent_name, *call.ended_at + 20'000);
    // Generated calls carry no open task of their own; what was promised in the past was kept.
    call.follow_up_required = false;
    call.callback_scheduled = false;
}

void CallGenerator::makeAnswered(IncomingCall &incoming, bool recent, TimeMs latestEnd)
{
    Call &call = incoming.call;
    const qint64 wait = std::min<qint64>(longestWait, static_cast<qint64>(m_chance.logNormal(14, 0.9)));
    call.status = CallStatus::COMPLETED;
    call.agent_name = latin(m_chance.oneOf(agentNames()));
    call.agent_id = call.agent_name.toLower().replace(u' ', u'.');
    call.queue_seconds = wait;
    call.answered_at = *call.started_at + (*call.ivr_seconds + wait) * 1000;
    const qint64 talk = std::min({qint64(5400), 15 + static_cast<qint64>(m_chance.logNormal(165, 0.75)), (latestEnd - *call.answered_at) / 1000});
    call.talk_seconds = talk;
    call.wrap_up_seconds = 10 + m_chance.below(50);
    call.duration_seconds = *call.ivr_seconds + wait + talk;
    call.ended_at = *call.started_at + *call.duration_seconds * 1000;
    call.value_cents = 100LL * std::max(90, static_cast<int>(m_chance.logNormal(420, 0.9)));
    call.lead_score = std::clamp(static_cast<int>(55 + 20 * m_chance.normal()), 1, 100);
    call.sentiment_score = std::clamp(0.25 + 0.4 * m_chance.normal(), -1.0, 1.0);
    call.customer_sentiment = *call.sentiment_score > 0.2 ? Sentiment::POSITIVE : *call.sentiment_score < -0.2 ? Sentiment::NEGATIVE : Sentiment::NEUTRAL;
    call.cost_cents = 2 + talk / 30;
    call.outcome_required = true;
    call.transcript_summary = QStringLiteral("%1: %2. %3").arg(call.caller_name.section(u' ', 0, 0), call.call_purpose,
                                                               *call.value_cents > 60000 ? QStringLiteral("Wants a visit this week.") : QStringLiteral("Asked for the price first."));
    if (m_chance.happens(0.4)) {
        call.transcript_status = TranscriptStatus::AVAILABLE;
        addTurns(incoming);
    }
    if (recent && m_chance.happens(0.05))
        return;
    static constexpr const char *keys[] = {"booked", "booked", "booked", "booked", "estimate_given", "estimate_given", "callback_requested", "transferred",
                                           "insurance_billing", "payment_plan", "wrong_number_spam", "other"};
    recordOutcome(call, latin(m_chance.oneOf(keys)));
}

void CallGenerator::makeMissed(IncomingCall &incoming, bool recent)
{
    Call &call = incoming.call;
    const bool voicemail = m_chance.happens(0.3);
    const qint64 wait = std::min<qint64>(longestWait, 5 + static_cast<qint64>(m_chance.logNormal(35, 0.7)));
    call.status = voicemail ? CallStatus::VOICEMAIL : CallStatus::MISSED;
    call.queue_seconds = wait;
    call.duration_seconds = *call.ivr_seconds + wait + (voicemail ? 38 : 0);
    call.ended_at = *call.started_at + *call.duration_seconds * 1000;
    call.abandoned_stage = m_chance.happens(0.3) ? AbandonStage::IVR : AbandonStage::QUEUE;
    if (voicemail)
        call.transcript_summary = QStringLiteral("Voicemail: %1.").arg(call.call_purpose);
    call.outcome_required = true;
    if (recent)
        return;
    call.agent_name = latin(m_chance.oneOf(agentNames()));
    static constexpr const char *keys[] = {"booked", "left_voicemail", "left_voicemail", "no_answer", "no_answer", "wrong_number_spam"};
    recordOutcome(call, latin(m_chance.oneOf(keys)));
}

IncomingCall CallGenerator::arriving(TimeMs at)
{
    IncomingCall incoming = begin(at);
    incoming.call.status = CallStatus::IN_PROGRESS;
    incoming.call.live_state = LiveState::RINGING;
    incoming.call.call_type = CallType::INBOUND;
    return incoming;
}

IncomingCall CallGenerator::finish(IncomingCall incoming, TimeMs answeredAt, TimeMs endedAt, bool answered)
{
    Call &call = incoming.call;
    answered ? makeAnswered(incoming, false, std::numeric_limits<TimeMs>::max()) : makeMissed(incoming, true);
    if (answered) {
        call.answered_at = answeredAt;
        call.talk_seconds = (endedAt - answeredAt) / 1000;
    }
    call.queue_seconds = (answeredAt - *call.started_at) / 1000;
    call.ended_at = endedAt;
    call.duration_seconds = (endedAt - *call.started_at) / 1000;
    call.live_state.reset();
    return incoming;
}

} // namespace calldeck
