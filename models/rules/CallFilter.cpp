#include "rules/CallFilter.h"

#include <QDateTime>
#include <QTimeZone>
#include <cmath>

namespace calldeck
{

namespace
{

struct Term {
    QString key;     ///< "status", "value", or "" for a word
    QString op;      ///< ":", ">", ">=", "<", "<=", "="
    QStringList values;
    bool negated = false;
    bool quoted = false;
    QString source;
};

struct FlagName {
    const char *name;
    std::optional<bool> CallFilter::*member;
};
constexpr FlagName isFlags[] = {{"triage", &CallFilter::in_triage},      {"emergency", &CallFilter::emergency}, {"dnc", &CallFilter::do_not_contact},
                                {"spam", &CallFilter::spam},             {"afterhours", &CallFilter::after_hours}, {"owed", &CallFilter::outcome_owed}};
constexpr FlagName hasFlags[] = {{"recording", &CallFilter::has_recording},
                                 {"transcript", &CallFilter::has_transcript},
                                 {"outcome", &CallFilter::has_outcome},
                                 {"followup", &CallFilter::follow_up_required}};

struct RangeName {
    const char *name;
    Range CallFilter::*member;
    int scale;
};
constexpr RangeName rangeNames[] = {{"duration", &CallFilter::duration_seconds, 1}, {"value", &CallFilter::value_cents, 100}, {"priority", &CallFilter::priority, 1},
                                    {"lead", &CallFilter::lead_score, 1},           {"wait", &CallFilter::queue_seconds, 1}};

struct ListName {
    const char *name;
    QStringList CallFilter::*member;
};
constexpr ListName listNames[] = {{"agent", &CallFilter::agents}, {"queue", &CallFilter::queues}, {"tag", &CallFilter::tags}, {"disposition", &CallFilter::dispositions}};

Error badTerm(const Term &term, const QString &reason)
{
    return {Error::Code::InvalidInput, QStringLiteral("\"%1\" %2").arg(term.source.left(60), reason), {}, false};
}

bool isOperator(QChar c) { return c == u':' || c == u'<' || c == u'>' || c == u'='; }

/** Splits the expression into terms; inside quotes nothing is special. */
class Scanner
{
public:
    explicit Scanner(const QString &text) : m_text(text) {}

    Result<QList<Term>> terms()
    {
        QList<Term> list;
        while (skipSpace()) {
            const qsizetype start = m_at;
            Result<Term> term = next();
            if (!term)
                return term.error();
            term->source = m_text.mid(start, m_at - start);
            list.append(*std::move(term));
        }
        return list;
    }

private:
    bool skipSpace()
    {
        while (m_at < m_text.size() && m_text[m_at].isSpace())
            ++m_at;
        return m_at < m_text.size();
    }
    Result<QString> quoted()
    {
        const qsizetype end = m_text.indexOf(u'"', m_at + 1);
        if (end < 0)
            return Error{Error::Code::InvalidInput, QStringLiteral("A quote is opened but not closed."), {}, false};
        const QString inside = m_text.mid(m_at + 1, end - m_at - 1);
        m_at = end + 1;
        return inside;
    }
    Result<QString> value()
    {
        if (m_at < m_text.size() && m_text[m_at] == u'"')
            return quoted();
        const qsizetype start = m_at;
        while (m_at < m_text.size() && !m_text[m_at].isSpace() && m_text[m_at] != u',')
            ++m_at;
        return m_text.mid(start, m_at - start);
    }
    Result<Term> next()
    {
        Term term;
        if (m_text[m_at] == u'"') {
            Result<QString> phrase = quoted();
            if (!phrase)
                return phrase.error();
            term.quoted = true;
            term.values = {*phrase};
            return term;
        }
        qsizetype end = m_at;
        while (end < m_text.size() && !m_text[end].isSpace() && !isOperator(m_text[end]) && m_text[end] != u'"')
            ++end;
        QString word = m_text.mid(m_at, end - m_at);
        if (end >= m_text.size() || !isOperator(m_text[end])) {
            m_at = std::max(end, m_at + 1);
            term.values = {word};
            return term;
        }
        m_at = end;
        while (m_at < m_text.size() && isOperator(m_text[m_at]) && term.op.size() < 2)
            term.op += m_text[m_at++];
        term.negated = word.startsWith(u'-');
        term.key = (term.negated ? word.mid(1) : word).toLower();
        return valuesOf(std::move(term));
    }
    Result<Term> valuesOf(Term term)
    {
        for (;;) {
            Result<QString> one = value();
            if (!one)
                return one.error();
            term.values.append(*one);
            if (m_at >= m_text.size() || m_text[m_at] != u',')
                return term;
            ++m_at;
        }
    }

    const QString &m_text;
    qsizetype m_at = 0;
};

/** Turns terms into a filter. */
class Builder
{
public:
    Builder(TimeMs now, const QTimeZone &zone) : m_now(now), m_zone(zone) {}

    Verdict add(const Term &term)
    {
        if (term.key.isEmpty())
            return addText(term);
        for (const ListName &list : listNames) {
            if (term.key == QLatin1String(list.name))
                return addList(term, filter.*list.member);
        }
        for (const RangeName &range : rangeNames) {
            if (term.key == QLatin1String(range.name))
                return addNumber(term, filter.*range.member, range.scale);
        }
        if (term.key == QStringLiteral("status"))
            return addWords(term, filter.statuses);
        if (term.key == QStringLiteral("type"))
            return addWords(term, filter.types);
        if (term.key == QStringLiteral("outcome"))
            return addWords(term, filter.outcomes);
        if (term.key == QStringLiteral("sla"))
            return addWords(term, filter.sla_states);
        if (term.key == QStringLiteral("is"))
            return addFlag(term, isFlags);
        if (term.key == QStringLiteral("has"))
            return addFlag(term, hasFlags);
        if (term.key == QStringLiteral("started"))
            return addStarted(term);
        return badTerm(term, QStringLiteral("is not known. Use status, type, outcome, disposition, agent, queue, tag, sla, is, has, started, duration, value, "
                                            "priority, lead or wait, or put words in quotes."));
    }
    CallFilter filter;

private:
    Verdict addText(const Term &term)
    {
        if (!filter.text.isEmpty())
            filter.text += u' ';
        filter.text += term.quoted ? QString(u'"' + term.values.first() + u'"') : term.values.first();
        return Done{};
    }
    static Verdict plain(const Term &term)
    {
        if (term.negated)
            return badTerm(term, QStringLiteral("cannot be negated; only is: and has: can."));
        if (term.op != QStringLiteral(":") && term.op != QStringLiteral("="))
            return badTerm(term, QStringLiteral("needs a colon, such as status:missed."));
        return Done{};
    }
    static Verdict addList(const Term &term, QStringList &list)
    {
        for (const QString &value : term.values) {
            if (value.isEmpty())
                return badTerm(term, QStringLiteral("has no value."));
            list.append(value);
        }
        return plain(term);
    }
    template <class E> static Verdict addWords(const Term &term, QList<E> &list)
    {
        for (const QString &value : term.values) {
            const auto word = fromWireWord<E>(value);
            if (!word)
                return badTerm(term, QString(QStringLiteral("is not known; use ") + wireWordList<E>() + u'.'));
            list.append(*word);
        }
        return plain(term);
    }
    template <size_t N> Verdict addFlag(const Term &term, const FlagName (&flags)[N])
    {
        QStringList known;
        for (const FlagName &flag : flags) {
            known.append(QLatin1String(flag.name));
            if (term.values.size() == 1 && term.values.first().compare(QLatin1String(flag.name), Qt::CaseInsensitive) == 0) {
                filter.*flag.member = !term.negated;
                return Done{};
            }
        }
        return badTerm(term, QString(QStringLiteral("is not known; use one of ") + known.join(QStringLiteral(", ")) + u'.'));
    }
    static Verdict addNumber(const Term &term, Range &range, int scale)
    {
        bool ok = false;
        const double number = term.values.first().toDouble(&ok);
        if (!ok || !std::isfinite(number) || std::abs(number) > 1e12 || term.values.size() > 1)
            return badTerm(term, QStringLiteral("needs one number, such as duration>60."));
        const auto whole = static_cast<qint64>(std::llround(number * scale));
        return limit(term, range, whole, 1);
    }
    /** Sets the bound; `step` makes an exclusive comparison inclusive, 0 keeps the end exclusive. */
    static Verdict limit(const Term &term, Range &range, qint64 value, qint64 step)
    {
        if (term.negated)
            return badTerm(term, QStringLiteral("cannot be negated."));
        if (term.op == QStringLiteral(">="))
            range.from = value;
        else if (term.op == QStringLiteral(">"))
            range.from = value + 1;
        else if (term.op == QStringLiteral("<="))
            range.to = step ? value : value + 1;
        else if (term.op == QStringLiteral("<"))
            range.to = value - step;
        else if (term.op == QStringLiteral(":") || term.op == QStringLiteral("=")) {
            range.from = value;
            range.to = step ? value : value + 1;
        } else
            return badTerm(term, QStringLiteral("has no comparison that is known; use <, <=, >, >= or :."));
        return Done{};
    }
    TimeMs startOf(QDate day) const { return day.startOfDay(m_zone).toMSecsSinceEpoch(); }
    void setDays(QDate from, QDate to)
    {
        filter.started_at.from = startOf(from);
        filter.started_at.to = startOf(to);
    }
    Verdict addStarted(const Term &term)
    {
        const QString value = term.values.first().toLower();
        const QDate today = QDateTime::fromMSecsSinceEpoch(m_now, m_zone).date();
        const bool equals = term.op == QStringLiteral(":") || term.op == QStringLiteral("=");
        if (equals && !term.negated) {
            if (value == QStringLiteral("today"))
                return setDays(today, today.addDays(1)), Done{};
            if (value == QStringLiteral("yesterday"))
                return setDays(today.addDays(-1), today), Done{};
            if (value == QStringLiteral("week"))
                return setDays(today.addDays(1 - today.dayOfWeek()), today.addDays(8 - today.dayOfWeek())), Done{};
            if (value == QStringLiteral("month"))
                return setDays(QDate(today.year(), today.month(), 1), QDate(today.year(), today.month(), 1).addMonths(1)), Done{};
        }
        if (const QDate day = QDate::fromString(value, Qt::ISODate); day.isValid()) {
            if (equals)
                return setDays(day, day.addDays(1)), Done{};
            const bool nextDay = term.op == QStringLiteral(">") || term.op == QStringLiteral("<=");
            (term.op.startsWith(u'>') ? filter.started_at.from : filter.started_at.to) = startOf(nextDay ? day.addDays(1) : day);
            return Done{};
        }
        const QDateTime moment = QDateTime::fromString(term.values.first(), Qt::ISODateWithMs);
        if (!moment.isValid() || moment.timeSpec() == Qt::LocalTime)
            return badTerm(term, QStringLiteral("is not a day such as 2026-01-31, today, yesterday, week or month."));
        return limit(term, filter.started_at, moment.toMSecsSinceEpoch(), 0);
    }

    TimeMs m_now;
    QTimeZone m_zone;
};

QString quotedIfNeeded(const QString &value)
{
    for (QChar c : value) {
        if (!c.isLetterOrNumber() && c != u'_' && c != u'-' && c != u'.')
            return QString(u'"' + value + u'"');
    }
    return value;
}

QString listText(const char *name, const QStringList &values)
{
    if (values.isEmpty())
        return {};
    QStringList parts;
    for (const QString &value : values)
        parts.append(quotedIfNeeded(value));
    return QString(QLatin1String(name) + u':' + parts.join(u','));
}

template <class E> QString wordsText(const char *name, const QList<E> &values)
{
    QStringList words;
    for (E value : values)
        words.append(wireWord(value).toLower());
    return listText(name, words);
}

QString numberText(qint64 value, int scale) { return scale == 1 ? QString::number(value) : QString::number(static_cast<double>(value) / scale, 'f', 2); }

} // namespace

Result<CallFilter> parseCallFilter(const QString &expression, TimeMs now, const QTimeZone &zone)
{
    auto terms = Scanner(expression).terms();
    if (!terms)
        return terms.error();
    Builder builder(now, zone);
    for (const Term &term : std::as_const(*terms)) {
        if (Verdict done = builder.add(term); !done)
            return done.error();
    }
    return builder.filter;
}

QString callFilterText(const CallFilter &filter, const QTimeZone &)
{
    QStringList parts{wordsText("status", filter.statuses), wordsText("type", filter.types), wordsText("outcome", filter.outcomes), wordsText("sla", filter.sla_states)};
    for (const ListName &list : listNames)
        parts.append(listText(list.name, filter.*list.member));
    const auto flags = [&](const char *prefix, const auto &names) {
        for (const FlagName &flag : names) {
            if (const auto value = filter.*flag.member)
                parts.append(QString((*value ? QString() : QStringLiteral("-")) + QLatin1String(prefix) + u':' + QLatin1String(flag.name)));
        }
    };
    flags("is", isFlags);
    flags("has", hasFlags);
    for (const RangeName &name : rangeNames) {
        const Range &range = filter.*name.member;
        if (range.from)
            parts.append(QString(QLatin1String(name.name) + QStringLiteral(">=") + numberText(*range.from, name.scale)));
        if (range.to)
            parts.append(QString(QLatin1String(name.name) + QStringLiteral("<=") + numberText(*range.to, name.scale)));
    }
    if (filter.started_at.from)
        parts.append(QString(QStringLiteral("started>=") + isoUtc(*filter.started_at.from)));
    if (filter.started_at.to)
        parts.append(QString(QStringLiteral("started<") + isoUtc(*filter.started_at.to)));
    parts.append(filter.text);
    parts.removeAll(QString());
    return parts.join(u' ');
}

} // namespace calldeck
