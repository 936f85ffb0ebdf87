#include "rules/CallFilter.h"

#include "rules/FilterTerms.h"
#include "rules/LocalTime.h"

#include <algorithm>
#include <cmath>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr qsizetype longestExpression = 100'000;

using FlagMember = std::optional<bool> CallFilter::*;
using WordsMember = QStringList CallFilter::*;
using RangeMember = Range CallFilter::*;

// Each spelling stands once, for reading, writing and the messages.
struct FlagWord {
    const char16_t *key;
    const char16_t *word;
    FlagMember member;
};
constexpr FlagWord flagWords[] = {
    {u"is", u"emergency", &CallFilter::emergency},      {u"is", u"triage", &CallFilter::in_triage},
    {u"is", u"dnc", &CallFilter::do_not_contact},       {u"is", u"spam", &CallFilter::spam},
    {u"is", u"afterhours", &CallFilter::after_hours},   {u"is", u"owed", &CallFilter::outcome_owed},
    {u"has", u"recording", &CallFilter::has_recording}, {u"has", u"transcript", &CallFilter::has_transcript},
    {u"has", u"outcome", &CallFilter::has_outcome},     {u"has", u"followup", &CallFilter::follow_up_required},
};

struct TextKey {
    const char16_t *key;
    WordsMember member;
};
constexpr TextKey textKeys[] = {{u"disposition", &CallFilter::dispositions},
                                {u"agent", &CallFilter::agents},
                                {u"queue", &CallFilter::queues},
                                {u"tag", &CallFilter::tags}};

struct NumberKey {
    const char16_t *key;
    RangeMember member;
    bool money = false;
};
constexpr NumberKey numberKeys[] = {{u"duration", &CallFilter::duration_seconds},
                                    {u"value", &CallFilter::value_cents, true},
                                    {u"priority", &CallFilter::priority},
                                    {u"lead", &CallFilter::lead_score},
                                    {u"wait", &CallFilter::queue_seconds}};

QString fromTable(const char16_t *text)
{
    return QString::fromUtf16(text);
}

Error refused(const FilterTerm &term, const QString &why)
{
    return {Error::Code::InvalidInput, QString(u"\"%1\": %2"_s.arg(term.typed.left(60), why)), {}, false};
}

template <class T> void addOnce(QList<T> &list, const T &value)
{
    if (!list.contains(value))
        list.append(value);
}

QString knownKeys()
{
    return u"write status:, type:, outcome:, disposition:, agent:, queue:, tag:, sla:, is:, has:, started:, duration>, "
           u"value>, priority<=, lead> or "
           "wait>, or put the words to search in quotes."_s;
}

// Whole numbers are read by digits and not by double, so that what is kept is what was typed.
std::optional<qint64> parseAmount(const QString &text, bool money)
{
    constexpr int longest = 15;
    const QStringList parts = text.split(u'.');
    if (parts.size() > (money ? 2 : 1) || text.size() > longest)
        return std::nullopt;
    const auto isDigits = [](const QString &part) {
        return !part.isEmpty() &&
               std::all_of(part.cbegin(), part.cend(), [](QChar c) { return c >= u'0' && c <= u'9'; });
    };
    if (!isDigits(parts[0]) || (parts.size() == 2 && (!isDigits(parts[1]) || parts[1].size() > 2)))
        return std::nullopt;
    if (!money)
        return text.toLongLong();
    return parts[0].toLongLong() * 100 + (parts.size() == 2 ? parts[1].leftJustified(2, u'0').toLongLong() : 0);
}

QString amountText(qint64 amount, bool money)
{
    if (!money)
        return QString::number(amount);
    const QString cents = amount % 100 == 0 ? QString() : u".%1"_s.arg(amount % 100, 2, 10, QLatin1Char('0'));
    return QString(QString::number(amount / 100) % cents);
}

/** From the first to after the last moment that a typed time means: a whole day, or one millisecond. */
struct Span {
    TimeMs from = 0;
    TimeMs to = 0;
};

std::optional<Span> daysFrom(const QDate &first, const QDate &after, const QTimeZone &zone)
{
    constexpr int firstYear = 1900;
    constexpr int lastYear = 9000;
    if (!first.isValid() || first.year() < firstYear || after.year() > lastYear)
        return std::nullopt;
    return Span{atWallTime(first, QTime(0, 0), zone), atWallTime(after, QTime(0, 0), zone)};
}

std::optional<Span> namedSpan(const QString &word, TimeMs now, const QTimeZone &zone)
{
    const QDate today = localTime(now, zone).date();
    const QDate monday = today.addDays(1 - today.dayOfWeek());
    const QDate first(today.year(), today.month(), 1);
    if (word == u"today")
        return daysFrom(today, today.addDays(1), zone);
    if (word == u"yesterday")
        return daysFrom(today.addDays(-1), today, zone);
    if (word == u"week")
        return daysFrom(monday, monday.addDays(7), zone);
    if (word == u"month")
        return daysFrom(first, first.addMonths(1), zone);
    return std::nullopt;
}

std::optional<Span> parseSpan(const QString &text, TimeMs now, const QTimeZone &zone)
{
    if (const auto named = namedSpan(text.toLower(), now, zone))
        return named;
    if (const QDate day = QDate::fromString(text, u"yyyy-MM-dd"_s); day.isValid())
        return daysFrom(day, day.addDays(1), zone);
    const QDateTime at = QDateTime::fromString(text, Qt::ISODateWithMs);
    if (!at.isValid() || !text.contains(u'T') || !daysFrom(at.date(), at.date(), zone))
        return std::nullopt;
    const TimeMs moment =
        at.timeSpec() == Qt::LocalTime ? atWallTime(at.date(), at.time(), zone) : at.toMSecsSinceEpoch();
    return Span{moment, moment + 1};
}

class FilterReader
{
public:
    FilterReader(TimeMs now, const QTimeZone &zone) : m_now(now), m_zone(zone) {}

    Verdict add(const FilterTerm &term)
    {
        if (term.key.isEmpty())
            return addText(term);
        if (term.unclosed)
            return refused(term, u"the quote is not closed."_s);
        if (term.values.isEmpty())
            return refused(term, QString(u"something must stand after "_s % term.key % term.op % u'.'));
        if (term.key == u"is" || term.key == u"has")
            return addFlags(term);
        if (term.negated)
            return refused(term, u"only is: and has: can be negated."_s);
        if (term.key == u"started")
            return addStarted(term);
        for (const NumberKey &number : numberKeys) {
            if (term.key == number.key)
                return addNumber(term, number);
        }
        if (term.op != u":" && term.op != u"=")
            return known(term.key) ? refused(term, QString(u"write "_s % term.key % u": and what to look for."_s))
                                   : refused(term, knownKeys());
        return addWords(term);
    }

    CallFilter filter() const { return m_filter; }

private:
    static bool known(const QString &key)
    {
        static const QStringList enums{u"status"_s, u"type"_s, u"outcome"_s, u"sla"_s};
        return enums.contains(key) || std::any_of(std::begin(textKeys), std::end(textKeys),
                                                  [&](const TextKey &text) { return key == text.key; });
    }

    Verdict addText(const FilterTerm &term)
    {
        if (term.negated)
            return refused(term, u"only is: and has: can be negated; put the text in quotes to search for it."_s);
        for (const QString &word : term.values)
            m_filter.text += m_filter.text.isEmpty() ? word : QString(u' ' % word);
        return Done{};
    }

    Verdict addFlags(const FilterTerm &term)
    {
        for (const QString &value : term.values) {
            const auto found = std::find_if(std::begin(flagWords), std::end(flagWords), [&](const FlagWord &flag) {
                return term.key == flag.key && value.compare(flag.word, Qt::CaseInsensitive) == 0;
            });
            if (found == std::end(flagWords) || (term.op != u":" && term.op != u"="))
                return refused(term,
                               QString(u"after "_s % term.key % u": may stand "_s % flagChoices(term.key) % u'.'));
            m_filter.*(found->member) = !term.negated;
        }
        return Done{};
    }

    static QString flagChoices(const QString &key)
    {
        QStringList words;
        for (const FlagWord &flag : flagWords) {
            if (key == flag.key)
                words.append(fromTable(flag.word));
        }
        return words.join(u", "_s);
    }

    Verdict addWords(const FilterTerm &term)
    {
        if (term.key == u"status")
            return addEnums(term, m_filter.statuses);
        if (term.key == u"type")
            return addTypes(term);
        if (term.key == u"outcome")
            return addEnums(term, m_filter.outcomes);
        if (term.key == u"sla")
            return addEnums(term, m_filter.sla_states);
        for (const TextKey &text : textKeys) {
            if (term.key != text.key)
                continue;
            for (const QString &value : term.values)
                addOnce(m_filter.*(text.member), value);
            return Done{};
        }
        return refused(term, knownKeys());
    }

    Verdict addTypes(FilterTerm term)
    {
        const auto outbound = [](const QString &value) { return value.compare(u"outbound", Qt::CaseInsensitive) == 0; };
        if (term.values.removeIf(outbound) > 0) {
            for (CallType type : {CallType::OUTBOUND_LEAD, CallType::OUTBOUND_DEBT, CallType::OUTBOUND_FOLLOWUP,
                                  CallType::OUTBOUND_CAMPAIGN, CallType::OUTBOUND_OTHER})
                addOnce(m_filter.types, type);
        }
        return addEnums(term, m_filter.types);
    }

    template <class E> static Verdict addEnums(const FilterTerm &term, QList<E> &list)
    {
        for (const QString &value : term.values) {
            const auto word = fromWireWord<E>(QString(value).replace(u'-', u'_'));
            if (!word)
                return refused(
                    term, QString(u"after "_s % term.key % u": may stand "_s % wireWordList<E>().toLower() % u'.'));
            addOnce(list, *word);
        }
        return Done{};
    }

    Verdict addNumber(const FilterTerm &term, const NumberKey &key)
    {
        const auto amount = parseAmount(term.values[0], key.money);
        if (!amount || term.values.size() != 1)
            return refused(term,
                           QString(u"after "_s % term.key % term.op % u" must stand one "_s %
                                   (key.money ? u"amount such as 150 or 99.50."_s : u"whole number such as 60."_s)));
        if (*amount == 0 && term.op == u"<")
            return refused(term, u"nothing is less than 0."_s);
        Range &range = m_filter.*(key.member);
        if (term.op.startsWith(u'>') || term.op == u":" || term.op == u"=")
            range.from = *amount + (term.op == u">" ? 1 : 0);
        if (term.op.startsWith(u'<') || term.op == u":" || term.op == u"=")
            range.to = *amount - (term.op == u"<" ? 1 : 0);
        return Done{};
    }

    Verdict addStarted(const FilterTerm &term)
    {
        const auto span = parseSpan(term.values[0], m_now, m_zone);
        if (!span || term.values.size() != 1)
            return refused(
                term,
                u"give today, yesterday, week, month, a day such as 2026-11-24 or a time such as 2026-11-24T09:00."_s);
        if (term.op.startsWith(u'>') || term.op == u":" || term.op == u"=")
            m_filter.started_at.from = term.op == u">" ? span->to : span->from;
        if (term.op.startsWith(u'<') || term.op == u":" || term.op == u"=")
            m_filter.started_at.to = term.op == u"<" ? span->from : span->to;
        return Done{};
    }

    CallFilter m_filter;
    TimeMs m_now;
    QTimeZone m_zone;
};

template <class E> void writeEnums(QStringList &terms, const char16_t *key, const QList<E> &values)
{
    QStringList words;
    for (E value : values)
        words.append(wireWord(value).toLower());
    if (!words.isEmpty())
        terms.append(QString(fromTable(key) % u':' % words.join(u',')));
}

void writeTexts(QStringList &terms, const char16_t *key, const QStringList &values)
{
    QStringList words;
    for (const QString &value : values)
        words.append(quotedFilterValue(value));
    if (!words.isEmpty())
        terms.append(QString(fromTable(key) % u':' % words.join(u',')));
}

void writeNumber(QStringList &terms, const NumberKey &key, const Range &range)
{
    if (range.from)
        terms.append(QString(fromTable(key.key) % u">="_s % amountText(*range.from, key.money)));
    if (range.to)
        terms.append(QString(fromTable(key.key) % u"<="_s % amountText(*range.to, key.money)));
}

QString momentText(TimeMs at, const QTimeZone &zone)
{
    const QDate day = localTime(at, zone).date();
    return atWallTime(day, QTime(0, 0), zone) == at ? day.toString(Qt::ISODate) : isoUtc(at);
}

/** Words that would read as terms are quoted, so that they stay words. */
void writeText(QStringList &terms, const QString &text)
{
    for (const FilterTerm &term : splitFilter(text)) {
        if (!term.negated && term.key.isEmpty())
            terms.append(term.values);
        else
            terms.append(filterPhrase(term.typed));
    }
}

} // namespace

Result<CallFilter> parseCallFilter(const QString &expression, TimeMs now, const QTimeZone &zone)
{
    if (expression.size() > longestExpression)
        return Error{
            Error::Code::InvalidInput, u"The filter is longer than 100,000 characters; shorten it."_s, {}, false};
    FilterReader reader(now, zone);
    for (const FilterTerm &term : splitFilter(expression)) {
        if (const Verdict verdict = reader.add(term); !verdict)
            return verdict.error();
    }
    return reader.filter();
}

CallFilter mergedFilter(CallFilter filter, const CallFilter &more)
{
    const auto pool = [&](auto member) {
        for (const auto &value : more.*member) {
            if (!(filter.*member).contains(value))
                (filter.*member).append(value);
        }
    };
    pool(&CallFilter::statuses);
    pool(&CallFilter::types);
    pool(&CallFilter::outcomes);
    pool(&CallFilter::sla_states);
    for (const TextKey &text : textKeys)
        pool(text.member);
    for (const FlagWord &flag : flagWords) {
        if (const auto wanted = more.*(flag.member))
            filter.*(flag.member) = wanted;
    }
    for (const NumberKey &range : numberKeys) {
        if ((more.*(range.member)).isSet())
            filter.*(range.member) = more.*(range.member);
    }
    if (more.started_at.isSet())
        filter.started_at = more.started_at;
    filter.text = QString(filter.text % u' ' % more.text).trimmed();
    return filter;
}

QString callFilterText(const CallFilter &filter, const QTimeZone &zone)
{
    QStringList terms;
    writeEnums(terms, u"status", filter.statuses);
    writeEnums(terms, u"type", filter.types);
    writeEnums(terms, u"outcome", filter.outcomes);
    for (const TextKey &text : textKeys)
        writeTexts(terms, text.key, filter.*(text.member));
    writeEnums(terms, u"sla", filter.sla_states);
    for (const FlagWord &flag : flagWords) {
        if (const auto wanted = filter.*(flag.member))
            terms.append(QString((*wanted ? QString() : u"-"_s) % fromTable(flag.key) % u':' % fromTable(flag.word)));
    }
    if (filter.started_at.from)
        terms.append(QString(u"started>="_s % momentText(*filter.started_at.from, zone)));
    if (filter.started_at.to)
        terms.append(QString(u"started<"_s % momentText(*filter.started_at.to, zone)));
    for (const NumberKey &number : numberKeys)
        writeNumber(terms, number, filter.*(number.member));
    writeText(terms, filter.text);
    return terms.join(u' ');
}

} // namespace calldeck
