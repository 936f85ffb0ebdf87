#pragma once

#include "records/Result.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QSet>
#include <QStringList>

namespace calldeck
{

/** Reads the keys of one object of a document and remembers the first thing that is wrong, with the path of its key. */
class JsonKeys
{
public:
    JsonKeys(const QJsonObject &object, const QString &path, std::optional<Error> &error) : m_object(object), m_path(path), m_error(error) {}

    bool has(const char *key)
    {
        m_known.insert(QLatin1String(key));
        return m_object.contains(QLatin1String(key));
    }
    QJsonValue value(const char *key) { return has(key) ? m_object.value(QLatin1String(key)) : QJsonValue(QJsonValue::Undefined); }
    QString text(const char *key, const QString &byDefault = {});
    bool flag(const char *key, bool byDefault);
    std::optional<double> number(const char *key);
    /** A text or a list of texts. */
    QStringList texts(const char *key);
    QJsonObject object(const char *key);
    /** Refuses keys that were never asked for. */
    void refuseOthers();
    void fail(const QString &key, const QString &reason);
    QString pathOf(const QString &key) const { return m_path.isEmpty() ? key : QString(m_path + u'.' + key); }
    bool ok() const { return !m_error; }

private:
    QJsonObject m_object;
    QString m_path;
    std::optional<Error> &m_error;
    QSet<QString> m_known;
};

/** The entry of `known` that is spelled most like `word`, or "" when none is near. */
QString nearestWord(const QString &word, const QStringList &known);

} // namespace calldeck
