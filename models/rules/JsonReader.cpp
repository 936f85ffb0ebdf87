#include "rules/JsonReader.h"

#include <QDateTime>
#include <cmath>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

QString typeName(QJsonValue::Type type)
{
    switch (type) {
    case QJsonValue::Bool:
        return u"true or false"_s;
    case QJsonValue::Double:
        return u"a number"_s;
    case QJsonValue::String:
        return u"a text"_s;
    case QJsonValue::Array:
        return u"a list"_s;
    default:
        return u"an object"_s;
    }
}

} // namespace

JsonReader::JsonReader(const QJsonValue &value, const QString &path, QString &problem)
    : m_value(value), m_path(path), m_problem(problem)
{
}

bool JsonReader::has(const QString &key) const
{
    const QJsonValue value = m_value.toObject().value(key);
    return !value.isUndefined() && !value.isNull();
}

QString JsonReader::text(const QString &key)
{
    return member(key, QJsonValue::String).toString();
}

bool JsonReader::boolean(const QString &key)
{
    return member(key, QJsonValue::Bool).toBool();
}

qint64 JsonReader::integer(const QString &key)
{
    constexpr double largestExact = 9007199254740992.0;
    const double number = member(key, QJsonValue::Double).toDouble();
    if (std::floor(number) == number && std::abs(number) <= largestExact)
        return static_cast<qint64>(number);
    fail(key, u"must be a whole number"_s);
    return 0;
}

double JsonReader::number(const QString &key)
{
    return member(key, QJsonValue::Double).toDouble();
}

QStringList JsonReader::texts(const QString &key)
{
    QStringList all;
    const QJsonArray array = member(key, QJsonValue::Array).toArray();
    for (const QJsonValue &value : array) {
        if (!value.isString())
            fail(key, u"must hold texts only"_s);
        all.append(value.toString());
    }
    return all;
}

qint64 JsonReader::time(const QString &key)
{
    const QDateTime at = QDateTime::fromString(text(key), Qt::ISODateWithMs);
    if (!at.isValid() || at.timeSpec() == Qt::LocalTime)
        fail(key, u"must be a time such as 2026-11-21T09:30:00.000Z"_s);
    return at.isValid() ? at.toMSecsSinceEpoch() : 0;
}

QJsonObject JsonReader::members(const QString &key)
{
    return member(key, QJsonValue::Object).toObject();
}

void JsonReader::fail(const QString &key, const QString &reason)
{
    if (m_problem.isEmpty())
        m_problem = QString(pathOf(key) % u' ' % reason % u'.');
}

void JsonReader::failWith(const QString &reason)
{
    if (m_problem.isEmpty())
        m_problem = QString(m_path % u": "_s % reason);
}

QJsonValue JsonReader::member(const QString &key, QJsonValue::Type type)
{
    const QJsonValue value = m_value.toObject().value(key);
    if (value.isUndefined())
        fail(key, u"is missing"_s);
    else if (value.type() != type)
        fail(key, QString(u"must be "_s % typeName(type)));
    return value;
}

QString JsonReader::pathOf(const QString &key) const
{
    return m_path.isEmpty() ? key : QString(m_path % u'.' % key);
}

} // namespace calldeck
