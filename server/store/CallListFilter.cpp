#include "store/CallListFilter.h"

#include "rules/Phone.h"
#include "store/Moment.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr qsizetype longestText = 200;
constexpr qsizetype mostValues = 50;
constexpr qsizetype mostWords = 10;
constexpr qint64 largest = 9'007'199'254'740'992;

/** One parameter with its values, and the first thing that is wrong with any. */
class Reader
{
public:
    explicit Reader(const QString &region) : m_region(region) {}

    /** False for a name that is no filter. */
    bool read(const QString &name, const QStringList &values)
    {
        m_name = name;
        m_values = values;
        return readWords() || readOne() || readRanges();
    }
    Result<CallListFilter> finish()
    {
        checkRange(m_filter.started_at, u"started_to"_s, u"started_from"_s);
        checkRange(m_filter.value_cents, u"value_max"_s, u"value_min"_s);
        if (!m_problem.isEmpty())
            return Error{Error::Code::InvalidInput, m_problem, {}, false};
        return m_filter;
    }
    void fail(const QString &name, const QString &reason)
    {
        if (m_problem.isEmpty())
            m_problem = QString(name % u' ' % reason % u'.');
    }

private:
    bool readWords()
    {
        if (m_name == u"status"_s)
            m_filter.statuses = vocabulary<CallStatus>();
        else if (m_name == u"call_type"_s)
            m_filter.types = vocabulary<CallType>();
        else if (m_name == u"outcome"_s)
            m_filter.outcomes = vocabulary<Outcome>();
        else if (m_name == u"lead_status"_s)
            m_filter.lead_statuses = vocabulary<LeadStatus>();
        else if (m_name == u"tag"_s)
            m_filter.tags = texts();
        else
            return false;
        return true;
    }
    bool readOne()
    {
        for (const CallListFlag &flag : callListFlags()) {
            if (m_name == QLatin1String(flag.name)) {
                m_filter.*(flag.member) = truth();
                return true;
            }
        }
        for (const CallListText &known : callListTexts()) {
            if (m_name == QLatin1String(known.name)) {
                m_filter.*(known.member) = text();
                return true;
            }
        }
        if (m_name == u"q"_s)
            readSearch();
        else if (m_name == u"number"_s)
            readNumber();
        else if (m_name == u"sla_state"_s)
            readSla();
        else if (m_name == u"priority"_s)
            m_filter.priority = integer();
        else
            return false;
        return true;
    }
    bool readRanges()
    {
        if (m_name == u"started_from"_s)
            m_filter.started_at.from = time();
        else if (m_name == u"started_to"_s)
            m_filter.started_at.to = time();
        else if (m_name == u"value_min"_s)
            m_filter.value_cents.from = integer();
        else if (m_name == u"value_max"_s)
            m_filter.value_cents.to = integer();
        else
            return false;
        return true;
    }

    QStringList texts()
    {
        QStringList values = m_values;
        values.removeDuplicates();
        if (values.isEmpty() || values.size() > mostValues)
            fail(m_name, u"must have 1 to %1 values"_s.arg(mostValues));
        for (const QString &value : values) {
            const bool odd = std::any_of(value.cbegin(), value.cend(), [](QChar letter) { return letter.category() == QChar::Other_Control; });
            if (value.isEmpty() || value.size() > longestText || odd)
                fail(m_name, u"must have 1 to %1 characters, and none that control"_s.arg(longestText));
        }
        values.sort();
        return values;
    }
    QString text()
    {
        const QStringList values = texts();
        if (values.size() > 1)
            fail(m_name, u"may have one value only"_s);
        return values.value(0);
    }
    template <class E> QList<E> vocabulary()
    {
        QList<E> words;
        for (const QString &value : texts()) {
            const auto word = fromWireWord<E>(value);
            if (!word)
                fail(m_name, QString(u"must be "_s % wireWordList<E>()));
            else if (!words.contains(*word))
                words.append(*word);
        }
        std::sort(words.begin(), words.end());
        return words;
    }
    bool truth()
    {
        const QString value = text();
        if (value != u"true"_s && value != u"false"_s)
            fail(m_name, u"must be true or false"_s);
        return value == u"true"_s;
    }
    qint64 integer()
    {
        bool ok = false;
        const qint64 number = text().toLongLong(&ok);
        if (!ok || number < -largest || number > largest)
            fail(m_name, u"must be a whole number"_s);
        return number;
    }
    TimeMs time()
    {
        const auto at = timeWithZone(text());
        if (!at)
            fail(m_name, u"must be a time such as 2026-11-21T09:30:00.000Z"_s);
        return at.value_or(0);
    }
    void readSearch()
    {
        m_filter.words = text().toLower().split(u' ', Qt::SkipEmptyParts);
        m_filter.words.removeDuplicates();
        if (m_filter.words.isEmpty() || m_filter.words.size() > mostWords)
            fail(m_name, u"must have 1 to %1 words"_s.arg(mostWords));
    }
    void readNumber()
    {
        m_filter.number = parsePhone(text(), m_region).e164;
        if (m_filter.number.isEmpty())
            fail(m_name, u"must be a telephone number"_s);
    }
    void readSla()
    {
        m_filter.sla_state = text().toLower();
        if (!slaWords().contains(m_filter.sla_state))
            fail(m_name, QString(u"must be one of "_s % slaWords().join(u", "_s)));
    }
    void checkRange(const Range &range, const QString &upper, const QString &lower)
    {
        if (range.from && range.to && *range.to < *range.from)
            fail(upper, QString(u"must not lie before "_s % lower));
    }

    const QString m_region;
    QString m_name;
    QStringList m_values;
    QString m_problem;
    CallListFilter m_filter;
};

bool mayHoldSeveral(const QString &name)
{
    static const QStringList names{u"status"_s, u"call_type"_s, u"outcome"_s, u"tag"_s, u"lead_status"_s};
    return names.contains(name);
}

/** A JSON value as the query would spell it; nothing for what no filter can be. */
std::optional<QStringList> spelled(const QString &name, const QJsonValue &value)
{
    if (value.isString())
        return QStringList{value.toString()};
    if (value.isBool())
        return QStringList{value.toBool() ? u"true"_s : u"false"_s};
    if (value.isDouble())
        return QStringList{QString::number(value.toDouble(), 'g', 17)};
    if (!value.isArray() || !mayHoldSeveral(name))
        return std::nullopt;
    QStringList values;
    for (const QJsonValue &one : value.toArray()) {
        if (!one.isString())
            return std::nullopt;
        values.append(one.toString());
    }
    return values;
}

template <class E> QJsonArray wordsOf(const QList<E> &values)
{
    QJsonArray words;
    for (const E value : values)
        words.append(wireWord(value));
    return words;
}

QJsonArray rangeJson(const Range &range)
{
    const auto end = [](const OptionalInt &value) { return value ? QJsonValue(*value) : QJsonValue(); };
    return {end(range.from), end(range.to)};
}

} // namespace

const QStringList &slaWords()
{
    static const QStringList words = [] {
        QStringList list;
        for (const EnumWord &word : enumWords<SlaState>())
            list.append(QString::fromUtf16(word.wire).toLower());
        return list << u"met"_s;
    }();
    return words;
}

std::span<const CallListFlag> callListFlags()
{
    static constexpr CallListFlag flags[] = {{"emergency", "emergency", &CallListFilter::emergency},
                                             {"has_recording", "has_recording", &CallListFilter::has_recording},
                                             {"has_transcript", "has_transcript", &CallListFilter::has_transcript},
                                             {"do_not_contact", "do_not_contact", &CallListFilter::do_not_contact},
                                             {"spam", "spam", &CallListFilter::spam},
                                             {"outcome_required", "outcome_required", &CallListFilter::outcome_required},
                                             {"follow_up_required", "follow_up_required", &CallListFilter::follow_up_required},
                                             {"triage", "in_triage", &CallListFilter::triage}};
    return flags;
}

std::span<const CallListText> callListTexts()
{
    static constexpr CallListText texts[] = {{"disposition", "disposition", &CallListFilter::disposition},
                                             {"agent", "agent_name", &CallListFilter::agent},
                                             {"queue", "queue", &CallListFilter::queue},
                                             {"provider", "provider", &CallListFilter::provider}};
    return texts;
}

const QStringList &callFilterNames()
{
    static const QStringList names = [] {
        QStringList list{u"q"_s,      u"started_from"_s, u"started_to"_s, u"status"_s,    u"call_type"_s, u"outcome"_s,
                         u"tag"_s,    u"lead_status"_s, u"number"_s,       u"priority"_s,   u"sla_state"_s, u"value_min"_s, u"value_max"_s};
        for (const CallListFlag &flag : callListFlags())
            list.append(QLatin1String(flag.name));
        for (const CallListText &text : callListTexts())
            list.append(QLatin1String(text.name));
        return list;
    }();
    return names;
}

Result<CallListFilter> callFilterFromQuery(const QList<std::pair<QString, QString>> &query, const QString &region)
{
    Reader reader(region);
    for (const auto &[name, value] : query) {
        if (callFilterNames().contains(name))
            reader.read(name, mayHoldSeveral(name) ? value.split(u',') : QStringList{value});
    }
    return reader.finish();
}

Result<CallListFilter> callFilterFromJson(const QJsonObject &filters, const QString &region)
{
    Reader reader(region);
    for (auto it = filters.begin(); it != filters.end(); ++it) {
        const auto values = spelled(it.key(), *it);
        if (!callFilterNames().contains(it.key()))
            reader.fail(it.key().left(60), u"is no filter"_s);
        else if (!values)
            reader.fail(it.key(), u"must be a text, a number, true or false"_s);
        else
            reader.read(it.key(), *values);
    }
    return reader.finish();
}

std::optional<TimeMs> timeWithZone(const QString &text)
{
    const QDateTime at = QDateTime::fromString(text, Qt::ISODateWithMs);
    const bool inReach = at.isValid() && at.timeSpec() != Qt::LocalTime && at.date().year() >= 1900 && at.date().year() <= 9000;
    return inReach ? std::optional(at.toMSecsSinceEpoch()) : std::nullopt;
}

QByteArray CallListFilter::fingerprint() const
{
    QJsonObject json{{u"q"_s, QJsonArray::fromStringList(words)}, {u"status"_s, wordsOf(statuses)},    {u"call_type"_s, wordsOf(types)},         {u"outcome"_s, wordsOf(outcomes)},
                     {u"lead_status"_s, wordsOf(lead_statuses)},  {u"number"_s, number},               {u"tag"_s, QJsonArray::fromStringList(tags)}, {u"sla_state"_s, sla_state},
                     {u"agent_id"_s, agent_id},                   {u"campaign"_s, campaign},           {u"started"_s, rangeJson(started_at)},    {u"value"_s, rangeJson(value_cents)},
                     {u"scheduled"_s, rangeJson(scheduled_at)},   {u"priority"_s, priority ? QJsonValue(*priority) : QJsonValue()}};
    for (const CallListFlag &flag : callListFlags()) {
        if (const auto wanted = this->*(flag.member))
            json.insert(QLatin1String(flag.name), *wanted);
    }
    for (const CallListText &text : callListTexts())
        json.insert(QLatin1String(text.name), this->*(text.member));
    return sha256Hex(QJsonDocument(json).toJson(QJsonDocument::Compact)).left(16);
}

} // namespace calldeck
