#include "ingest/JsonKeys.h"
#include "ingest/Mapping.h"

#include <QJsonDocument>

namespace calldeck
{

namespace
{

class MappingReader
{
public:
    Result<Mapping> read(const QJsonObject &document);

private:
    void readFormat(JsonKeys &keys);
    void readSeparator(JsonKeys &keys);
    void readEncoding(JsonKeys &keys);
    void readIdentity(JsonKeys &keys);
    void readFields(const QJsonObject &fields);
    void readTurns(JsonKeys &keys);
    void readTurnList(const QJsonObject &object);
    QList<Condition> conditions(JsonKeys &keys, const char *key);
    QList<FieldRule> rules(const QJsonValue &value, const QString &path, bool isTime);
    FieldRule rule(const QJsonObject &object, const QString &path, bool isTime);
    void readValue(FieldRule &rule, JsonKeys &keys);
    TimeRule timeRule(JsonKeys &keys);
    void readYear(TimeRule &time, JsonKeys &keys);
    QList<TimePattern> patterns(JsonKeys &keys, const char *key, const QString &byDefault);
    QByteArray zone(JsonKeys &keys);
    static QList<ColumnRef> columns(const QStringList &names);

    Mapping m_mapping;
    QStringList m_empty;
    std::optional<Error> m_error;
};

QHash<QString, QString> wordMap(JsonKeys &keys, const char *key)
{
    QHash<QString, QString> words;
    const QJsonObject object = keys.object(key);
    for (auto entry = object.begin(); entry != object.end(); ++entry) {
        if (!entry.value().isString() && !entry.value().isDouble() && !entry.value().isBool() && !entry.value().isNull())
            keys.fail(QString(QLatin1String(key) + u'.' + entry.key()), QStringLiteral("must be a text, a number, true, false or null"));
        words.insert(entry.key().toLower(), entry.value().toVariant().toString());
    }
    return words;
}

QList<ColumnRef> MappingReader::columns(const QStringList &names)
{
    QList<ColumnRef> columns;
    for (const QString &name : names)
        columns.append({name, -1});
    return columns;
}

Result<Mapping> MappingReader::read(const QJsonObject &document)
{
    JsonKeys keys(document, {}, m_error);
    m_mapping.name = keys.text("name");
    keys.text("description");
    m_empty = keys.texts("empty");
    readFormat(keys);
    readIdentity(keys);
    m_mapping.keep_raw = keys.flag("keep_raw", true);
    m_mapping.ignored = keys.texts("ignore");
    m_mapping.ignore_rest = m_mapping.ignored.removeAll(QStringLiteral("*")) > 0;
    m_mapping.skip = conditions(keys, "skip");
    readFields(keys.object("fields"));
    if (keys.has("tags")) {
        const QJsonValue tags = keys.value("tags");
        for (const QJsonValue &tag : tags.isArray() ? tags.toArray() : QJsonArray{tags})
            m_mapping.tags += rules(tag, QStringLiteral("tags"), false);
    }
    readTurns(keys);
    keys.refuseOthers();
    if (m_error)
        return *m_error;
    return m_mapping;
}

void MappingReader::readFormat(JsonKeys &keys)
{
    const QString format = keys.text("format");
    if (format == QStringLiteral("jsonl"))
        m_mapping.format.format = FileFormat::JsonLines;
    else if (format == QStringLiteral("csv") || format == QStringLiteral("tsv"))
        m_mapping.format.format = FileFormat::Delimited;
    else if (!format.isEmpty())
        keys.fail(QStringLiteral("format"), QStringLiteral("\"%1\" is none of csv, tsv or jsonl").arg(format));
    if (format == QStringLiteral("tsv"))
        m_mapping.format.separator = '\t';
    readSeparator(keys);
    readEncoding(keys);
    m_mapping.format.quotes = keys.flag("quotes", true);
    m_mapping.format.header = keys.flag("header", true);
    m_mapping.format.columns = keys.texts("columns");
    if (!m_mapping.format.header && m_mapping.format.columns.isEmpty())
        keys.fail(QStringLiteral("columns"), QStringLiteral("must list the names of the columns when \"header\" is false"));
}

void MappingReader::readSeparator(JsonKeys &keys)
{
    const QString separator = keys.text("separator");
    if (separator.isEmpty())
        return;
    if (separator == QStringLiteral("tab"))
        m_mapping.format.separator = '\t';
    else if (separator.size() == 1 && separator[0].unicode() < 0x80 && separator[0] != u'"' && separator[0] != u'\n' && separator[0] != u'\r')
        m_mapping.format.separator = static_cast<char>(separator[0].unicode());
    else
        keys.fail(QStringLiteral("separator"), QStringLiteral("must be one character such as \",\" or \";\", or \"tab\""));
}

void MappingReader::readEncoding(JsonKeys &keys)
{
    const QString encoding = keys.text("encoding", QStringLiteral("utf-8")).toLower();
    if (encoding == QStringLiteral("windows-1252"))
        m_mapping.format.encoding = TextEncoding::Windows1252;
    else if (encoding == QStringLiteral("latin1"))
        m_mapping.format.encoding = TextEncoding::Latin1;
    else if (encoding != QStringLiteral("utf-8"))
        keys.fail(QStringLiteral("encoding"), QStringLiteral("\"%1\" is none of utf-8, windows-1252 or latin1; UTF-16 is recognised by itself").arg(encoding));
}

QByteArray MappingReader::zone(JsonKeys &keys)
{
    const QByteArray zone = keys.text("zone").toUtf8();
    if (!zone.isEmpty() && !QTimeZone::isTimeZoneIdAvailable(zone))
        keys.fail(QStringLiteral("zone"), QStringLiteral("\"%1\" is no time zone; write it like America/New_York").arg(QString::fromUtf8(zone)));
    return zone;
}

void MappingReader::readIdentity(JsonKeys &keys)
{
    m_mapping.provider = keys.text("provider", m_mapping.name.isEmpty() ? m_mapping.provider : m_mapping.name);
    if (m_mapping.provider.trimmed().isEmpty())
        keys.fail(QStringLiteral("provider"), QStringLiteral("must not be empty: it keeps calls of different systems apart"));
    m_mapping.id = columns(keys.texts("id"));
    m_mapping.zone = zone(keys);
}

void MappingReader::readFields(const QJsonObject &fields)
{
    QStringList known;
    for (const CallFieldInfo &info : callFields())
        known.append(QLatin1String(info.name));
    JsonKeys keys(fields, QStringLiteral("fields"), m_error);
    if (fields.isEmpty())
        keys.fail(QStringLiteral("started_at"), QStringLiteral("no field is mapped; at least the start of the call is needed"));
    for (auto entry = fields.begin(); entry != fields.end(); ++entry) {
        const auto field = callFieldNamed(entry.key());
        if (!field) {
            const QString near = nearestWord(entry.key(), known);
            keys.fail(entry.key(), near.isEmpty() ? QStringLiteral("is no field of a call") : QStringLiteral("is no field of a call. Did you mean \"%1\"?").arg(near));
            return;
        }
        m_mapping.fields.append({*field, rules(entry.value(), keys.pathOf(entry.key()), infoOf(*field).kind == FieldKind::Time)});
    }
}

QList<Condition> MappingReader::conditions(JsonKeys &keys, const char *key)
{
    QList<Condition> conditions;
    const QJsonValue value = keys.value(key);
    if (value.isUndefined())
        return conditions;
    for (const QJsonValue &entry : value.isArray() ? value.toArray() : QJsonArray{value}) {
        JsonKeys parts(entry.toObject(), keys.pathOf(QLatin1String(key)), m_error);
        Condition condition;
        condition.column.name = parts.text("column");
        condition.negated = parts.has("not");
        condition.values = parts.texts(condition.negated ? "not" : "equals");
        if (condition.column.name.isEmpty() || condition.values.isEmpty())
            keys.fail(QLatin1String(key), QStringLiteral("must be like { \"column\": \"outcome\", \"equals\": \"PHANTOM\" } (or \"not\")"));
        parts.refuseOthers();
        conditions.append(condition);
    }
    return conditions;
}

QList<FieldRule> MappingReader::rules(const QJsonValue &value, const QString &path, bool isTime)
{
    QList<FieldRule> rules;
    for (const QJsonValue &entry : value.isArray() ? value.toArray() : QJsonArray{value}) {
        if (entry.isString())
            rules.append(rule(QJsonObject{{QStringLiteral("column"), entry}}, path, isTime));
        else
            rules.append(rule(entry.toObject(), path, isTime));
    }
    return rules;
}

FieldRule MappingReader::rule(const QJsonObject &object, const QString &path, bool isTime)
{
    JsonKeys keys(object, path, m_error);
    FieldRule rule;
    rule.when = conditions(keys, "when");
    rule.empty = m_empty + keys.texts("empty");
    if (keys.has("constant"))
        rule.constant = keys.text("constant");
    else if (isTime)
        rule.time = timeRule(keys);
    else
        readValue(rule, keys);
    keys.refuseOthers();
    return rule;
}

void MappingReader::readValue(FieldRule &rule, JsonKeys &keys)
{
    if (keys.has("column"))
        rule.columns = columns({keys.text("column")});
    else
        rule.columns = columns(keys.texts("columns"));
    rule.join = keys.text("join", rule.join);
    rule.sum = columns(keys.texts("sum"));
    rule.between = columns(keys.texts("between"));
    const int ways = (rule.columns.isEmpty() ? 0 : 1) + (rule.sum.isEmpty() ? 0 : 1) + (rule.between.isEmpty() ? 0 : 1);
    if (ways != 1)
        keys.fail(QStringLiteral("column"), QStringLiteral("exactly one of column, columns, constant, sum and between must be there"));
    if (!rule.between.isEmpty()) {
        if (rule.between.size() != 2)
            keys.fail(QStringLiteral("between"), QStringLiteral("must name two columns: from and to"));
        rule.time.emplace().time_formats = patterns(keys, "time_format", QStringLiteral("h:mm:ss"));
    }
    const QString as = keys.text("as");
    rule.is_duration = as == QStringLiteral("duration");
    if (!as.isEmpty() && !rule.is_duration)
        keys.fail(QStringLiteral("as"), QStringLiteral("may only be \"duration\" (h:mm:ss)"));
    rule.strip = keys.text("strip");
    rule.scale = keys.number("scale").value_or(1);
    rule.at_least = keys.number("at_least");
    rule.map = wordMap(keys, "map");
    if (keys.has("default"))
        rule.otherwise = keys.text("default");
    rule.keep_unknown = keys.flag("keep_unknown", false);
    rule.prefix = keys.text("prefix");
}

QList<TimePattern> MappingReader::patterns(JsonKeys &keys, const char *key, const QString &byDefault)
{
    QList<TimePattern> patterns;
    for (const QString &format : keys.has(key) ? keys.texts(key) : QStringList{byDefault}) {
        if (const auto problem = TimePattern::problemOf(format))
            keys.fail(QLatin1String(key), *problem);
        patterns.append(TimePattern(format));
    }
    return patterns;
}

TimeRule MappingReader::timeRule(JsonKeys &keys)
{
    TimeRule time;
    time.date = columns(keys.has("column") ? keys.texts("column") : keys.texts("date"));
    if (time.date.isEmpty())
        keys.fail(QStringLiteral("date"), QStringLiteral("must name the column of the date"));
    time.date_formats = patterns(keys, "date_format", QStringLiteral("iso"));
    if (keys.has("time"))
        time.time = ColumnRef{keys.text("time"), -1};
    time.time_formats = patterns(keys, "time_format", QStringLiteral("h:mm:ss"));
    time.zone = zone(keys);
    if (keys.has("not_before"))
        time.not_before = ColumnRef{keys.text("not_before"), -1};
    if (time.not_before && !time.time)
        keys.fail(QStringLiteral("not_before"), QStringLiteral("needs \"time\", the column that it is compared with"));
    if (keys.has("year"))
        readYear(time, keys);
    return time;
}

void MappingReader::readYear(TimeRule &time, JsonKeys &keys)
{
    JsonKeys year(keys.object("year"), keys.pathOf(QStringLiteral("year")), m_error);
    const double start = year.number("start").value_or(0);
    if (start < 1900 || start > 2200)
        year.fail(QStringLiteral("start"), QStringLiteral("must be the year of the first row, such as 2008"));
    time.start_year = static_cast<int>(start);
    time.year_rolls_over = year.flag("rolls_over", false);
    year.refuseOthers();
}

void MappingReader::readTurns(JsonKeys &keys)
{
    const QJsonValue value = keys.value("turns");
    if (value.isUndefined())
        return;
    m_mapping.turns.emplace();
    if (value.isObject())
        return readTurnList(value.toObject());
    for (const QJsonValue &entry : value.toArray()) {
        JsonKeys turn(entry.toObject(), QStringLiteral("turns"), m_error);
        const QString column = turn.text("column");
        const auto speaker = fromWireWord<Speaker>(turn.text("speaker"));
        if (column.isEmpty() || !speaker)
            turn.fail(QStringLiteral("speaker"), QStringLiteral("each entry names a column and a speaker: %1").arg(wireWordList<Speaker>()));
        turn.refuseOthers();
        m_mapping.turns->columns.append({ColumnRef{column, -1}, speaker.value_or(Speaker::CUSTOMER)});
    }
}

void MappingReader::readTurnList(const QJsonObject &object)
{
    JsonKeys keys(object, QStringLiteral("turns"), m_error);
    TurnsMapping &turns = *m_mapping.turns;
    turns.list = ColumnRef{keys.text("column"), -1};
    turns.speaker_key = keys.text("speaker", turns.speaker_key);
    turns.content_key = keys.text("content", turns.content_key);
    turns.at_key = keys.text("at", turns.at_key);
    turns.at_scale = keys.number("at_scale").value_or(1);
    turns.confidence_key = keys.text("confidence", turns.confidence_key);
    turns.speakers = wordMap(keys, "speakers");
    for (const QString &speaker : std::as_const(turns.speakers)) {
        if (!fromWireWord<Speaker>(speaker))
            keys.fail(QStringLiteral("speakers"), QStringLiteral("\"%1\" is none of %2").arg(speaker, wireWordList<Speaker>()));
    }
    keys.refuseOthers();
}

} // namespace

Result<Mapping> mappingFromJson(const QByteArray &json, const QString &file)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(json, &error);
    if (!document.isObject()) {
        const qsizetype line = json.first(std::min<qsizetype>(error.offset, json.size())).count('\n') + 1;
        return Error{Error::Code::InvalidInput,
                     QStringLiteral("%1:%2: this is no JSON object: %3").arg(file).arg(line).arg(error.error == QJsonParseError::NoError ? QStringLiteral("it must begin with {") : error.errorString()),
                     {},
                     false};
    }
    auto mapping = MappingReader().read(document.object());
    if (!mapping)
        return Error{Error::Code::InvalidInput, QString(file + QStringLiteral(": ") + mapping.error().message), {}, false};
    return mapping;
}

} // namespace calldeck
