#include "api/Answers.h"
#include "api/Period.h"
#include "api/Query.h"
#include "api/RestHandlers.h"
#include "api/RowTexts.h"
#include "store/CallFigures.h"
#include "sync/Settings.h"

#include <QJsonArray>
#include <cmath>
#include <numeric>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int mostDays = 92;
constexpr qint64 mostOffset = 10'000;
constexpr TimeMs day = 24LL * 3'600'000;

/** In percent, to a tenth. */
QJsonValue share(qint64 part, qint64 whole) { return whole > 0 ? QJsonValue(std::round(1000.0 * static_cast<double>(part) / static_cast<double>(whole)) / 10.0) : QJsonValue(); }

QJsonObject figuresJson(const CallFigures &figures)
{
    return {{u"total"_s, figures.calls},
            {u"successful"_s, figures.successful},
            {u"failed"_s, figures.failed},
            {u"unknown"_s, figures.unknown()},
            {u"conversions"_s, figures.conversions},
            {u"conversion_rate"_s, share(figures.conversions, figures.calls)},
            {u"booked"_s, figures.booked},
            {u"booking_rate"_s, share(figures.booked, figures.calls)},
            {u"average_duration"_s, figures.with_duration > 0 ? QJsonValue(static_cast<double>(figures.duration) / static_cast<double>(figures.with_duration)) : QJsonValue()},
            {u"sla"_s, QJsonObject{{u"in_time"_s, figures.in_time}, {u"late"_s, figures.late}, {u"running"_s, figures.running}, {u"compliance"_s, share(figures.in_time, figures.in_time + figures.late)}}},
            {u"insurance_verified"_s, figures.insurance_verified},
            {u"payment_plan_cents"_s, figures.payment_plans},
            {u"collections"_s, QJsonObject{{u"attempts"_s, figures.collection_attempts},
                                           {u"successes"_s, figures.collection_successes},
                                           {u"rate"_s, share(figures.collection_successes, figures.collection_attempts)},
                                           {u"collected_cents"_s, figures.collected}}}};
}

/** One reading of the figures: a moment of the store, the business's zone, and which calls. */
class FigureReader
{
public:
    static Result<std::unique_ptr<FigureReader>> begin(ApiCall &call)
    {
        auto tx = reading(call);
        if (!tx)
            return tx.error();
        const auto settings = settingsOf(**tx);
        if (!settings)
            return settings.error();
        return std::unique_ptr<FigureReader>(new FigureReader(*std::move(tx), QTimeZone((*settings)->zone), call.now));
    }

    WorkspaceTx &tx() { return *m_tx; }
    const QTimeZone &zone() const { return m_zone; }

    /** The sums of the filter's period, of today, this week and this month, and by day. */
    Result<QJsonObject> all(CallListFilter filter)
    {
        const auto whole = readFigures(*m_tx, filter, m_now);
        if (!whole)
            return whole.error();
        QJsonObject json = figuresJson(*whole);
        const TimeMs to = filter.started_at.to.value_or(dayBegin(m_now, m_zone) + day);
        const TimeMs from = filter.started_at.from.value_or(to - 30 * day);
        const std::initializer_list<std::pair<QString, TimeMs>> spans{{u"today"_s, dayBegin(m_now, m_zone)}, {u"this_week"_s, weekBegin(m_now, m_zone)}, {u"this_month"_s, monthBegin(m_now, m_zone)}};
        for (const auto &[name, begin] : spans) {
            filter.started_at = {begin, OptionalInt()};
            const auto count = readFigures(*m_tx, filter, m_now);
            if (!count)
                return count.error();
            json.insert(name, count->calls);
        }
        QJsonArray days;
        for (const Day &one : daysOf(from, to, m_zone, mostDays)) {
            filter.started_at = one.range;
            const auto figures = readFigures(*m_tx, filter, m_now);
            if (!figures)
                return figures.error();
            days.append(QJsonObject{{u"day"_s, one.date.toString(Qt::ISODate)}, {u"calls"_s, figures->calls}, {u"conversions"_s, figures->conversions}});
        }
        json.insert(u"by_day"_s, days);
        return json;
    }

private:
    FigureReader(std::unique_ptr<WorkspaceTx> tx, QTimeZone zone, TimeMs now) : m_tx(std::move(tx)), m_zone(std::move(zone)), m_now(now) {}

    std::unique_ptr<WorkspaceTx> m_tx;
    const QTimeZone m_zone;
    const TimeMs m_now;
};

HttpResponse objectAnswer(const Result<QJsonObject> &json) { return json ? jsonAnswer(*json) : failed(json.error()); }

/** Period and agent of the query; without a beginning the last seven days. */
Result<CallListFilter> filterOf(ApiCall &call, const QTimeZone &zone)
{
    const auto period = periodOf(call.request, zone);
    const auto agent = textIn(call.request, u"agentId"_s);
    if (!period || !agent)
        return !period ? period.error() : agent.error();
    CallListFilter filter;
    filter.started_at = *period;
    if (!filter.started_at.from)
        filter.started_at.from = filter.started_at.to.value_or(call.now) - 7 * day;
    filter.agent_id = *agent;
    return filter;
}

} // namespace

HttpResponse showCallFigures(ApiCall &call)
{
    const auto reader = FigureReader::begin(call);
    if (!reader)
        return failed(reader.error());
    const auto filter = filterOf(call, (*reader)->zone());
    return filter ? objectAnswer((*reader)->all(*filter)) : failed(filter.error());
}

HttpResponse showOutcomes(ApiCall &call)
{
    const auto reader = FigureReader::begin(call);
    if (!reader)
        return failed(reader.error());
    const auto filter = filterOf(call, (*reader)->zone());
    if (!filter)
        return failed(filter.error());
    const auto counts = readOutcomeCounts((*reader)->tx(), *filter, call.now);
    if (!counts)
        return failed(counts.error());
    const qint64 total = std::accumulate(counts->cbegin(), counts->cend(), qint64(0), [](qint64 sum, const OutcomeCount &count) { return sum + count.calls; });
    QJsonArray outcomes;
    for (const OutcomeCount &count : *counts)
        outcomes.append(QJsonObject{{u"outcome"_s, count.outcome.isEmpty() ? QJsonValue() : QJsonValue(count.outcome)}, {u"count"_s, count.calls}, {u"percentage"_s, share(count.calls, total)}});
    return jsonAnswer({{u"total"_s, total}, {u"outcomes"_s, outcomes}});
}

HttpResponse showRecentCalls(ApiCall &call)
{
    const auto limit = numberIn(call.request, u"limit"_s, 1, CallListRequest::most);
    const auto offset = numberIn(call.request, u"offset"_s, 0, mostOffset);
    const auto agent = textIn(call.request, u"agentId"_s);
    if (!limit || !offset || !agent)
        return failed(!limit ? limit.error() : !offset ? offset.error() : agent.error());
    const auto tx = reading(call);
    if (!tx)
        return failed(tx.error());
    CallListRequest request;
    request.filter.agent_id = *agent;
    // Calls that have begun: a list with an offset has no second part.
    request.filter.started_at.from = 0;
    request.limit = static_cast<int>(limit->value_or(20));
    request.offset = static_cast<int>(offset->value_or(0));
    auto page = readCallPage(**tx, request, call.now);
    if (!page)
        return failed(page.error());
    page->next.clear();
    return callsAnswer("calls", *page);
}

HttpResponse showOverview(ApiCall &call)
{
    const auto reader = FigureReader::begin(call);
    return reader ? objectAnswer((*reader)->all({})) : failed(reader.error());
}

HttpResponse showCampaign(ApiCall &call)
{
    const auto reader = FigureReader::begin(call);
    if (!reader)
        return failed(reader.error());
    CallListFilter filter;
    filter.campaign = pathPart(call, 3);
    auto figures = (*reader)->all(filter);
    if (figures && figures->value(u"total"_s).toInteger() == 0)
        return failed({Error::Code::NotFound, {}, {}, false});
    if (figures)
        figures->insert(u"campaign_id"_s, filter.campaign);
    return objectAnswer(figures);
}

} // namespace calldeck
