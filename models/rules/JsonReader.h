#pragma once

#include "records/Enums.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QStringList>

namespace calldeck
{

/**
 * Reads a JSON value key by key and keeps the first thing that is wrong with it as a sentence that names the key by its
 * whole path ("sla.rules[2].trigger"). After a failure reading goes on with empty values, so that callers need no
 * branches.
 */
class JsonReader
{
public:
    /** `problem` receives the sentence and stays empty while all is well; it must outlive the reader. */
    JsonReader(const QJsonValue &value, const QString &path, QString &problem);

    bool has(const QString &key) const;
    QString text(const QString &key);
    bool boolean(const QString &key);
    qint64 integer(const QString &key); ///< refuses fractions and what a double cannot hold exactly
    double number(const QString &key);
    QStringList texts(const QString &key);
    qint64 time(const QString &key); ///< ISO 8601 with a zone, as ms since 1970 UTC
    QJsonObject members(const QString &key);

    // The same for keys that may be missing or null.
    QString optionalText(const QString &key) { return has(key) ? text(key) : QString(); }
    bool optionalBoolean(const QString &key) { return has(key) && boolean(key); }
    QStringList optionalTexts(const QString &key) { return has(key) ? texts(key) : QStringList(); }
    std::optional<qint64> optionalInteger(const QString &key) { return has(key) ? std::optional(integer(key)) : std::nullopt; }
    std::optional<qint64> optionalTime(const QString &key) { return has(key) ? std::optional(time(key)) : std::nullopt; }
    template <class E> E word(const QString &key)
    {
        const auto value = fromWireWord<E>(text(key));
        if (!value)
            fail(key, QStringLiteral("must be ") + wireWordList<E>());
        return value.value_or(E{});
    }
    template <class T, class F> T object(const QString &key, F &&read)
    {
        JsonReader child(member(key, QJsonValue::Object), pathOf(key), m_problem);
        return read(child);
    }
    template <class T, class F> QList<T> list(const QString &key, F &&read)
    {
        return JsonReader(member(key, QJsonValue::Array), pathOf(key), m_problem)
            .template elements<T>(std::forward<F>(read));
    }
    /** Reads this value as a list. */
    template <class T, class F> QList<T> elements(F &&read)
    {
        if (!m_value.isArray())
            failWith(QStringLiteral("must be a list"));
        QList<T> all;
        const QJsonArray array = m_value.toArray();
        for (qsizetype i = 0; i < array.size() && m_problem.isEmpty(); ++i) {
            JsonReader child(array.at(i), QStringLiteral("%1[%2]").arg(m_path).arg(i), m_problem);
            all.append(read(child));
        }
        return all;
    }

    template <class T, class F> QList<T> optionalList(const QString &key, F &&read)
    {
        return has(key) ? list<T>(key, std::forward<F>(read)) : QList<T>();
    }

    void fail(const QString &key, const QString &reason);
    /** Blames this value as a whole. */
    void failWith(const QString &reason);

private:
    QJsonValue member(const QString &key, QJsonValue::Type type);
    QString pathOf(const QString &key) const;

    QJsonValue m_value;
    QString m_path;
    QString &m_problem;
};

} // namespace calldeck
