#include "ingest/JsonKeys.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace calldeck
{

namespace
{

int distance(const QString &a, const QString &b)
{
    std::vector<int> row(static_cast<size_t>(b.size()) + 1);
    std::iota(row.begin(), row.end(), 0);
    for (qsizetype i = 0; i < a.size(); ++i) {
        int diagonal = row[0];
        row[0] = static_cast<int>(i) + 1;
        for (size_t j = 1; j < row.size(); ++j) {
            const int replaced = diagonal + (a[i] == b[static_cast<qsizetype>(j) - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row.back();
}

std::optional<QString> scalar(const QJsonValue &value)
{
    if (value.isString())
        return value.toString();
    if (value.isDouble() || value.isBool())
        return value.toVariant().toString();
    return std::nullopt;
}

} // namespace

QString nearestWord(const QString &word, const QStringList &known)
{
    QString plain = word.trimmed().toLower().left(64);
    plain.replace(u' ', u'_').replace(u'-', u'_');
    QString nearest;
    int best = static_cast<int>(std::max<qsizetype>(2, plain.size() / 3)) + 1;
    for (const QString &candidate : known) {
        const bool inside = plain.size() >= 4 && (candidate.contains(plain) || plain.contains(candidate));
        const int far = inside ? std::min(2, distance(plain, candidate)) : distance(plain, candidate);
        if (far < best) {
            best = far;
            nearest = candidate;
        }
    }
    return nearest;
}

void JsonKeys::fail(const QString &key, const QString &reason)
{
    if (!m_error)
        m_error = Error{Error::Code::InvalidInput, QString(pathOf(key) + QStringLiteral(": ") + reason), {}, false};
}

QString JsonKeys::text(const char *key, const QString &byDefault)
{
    if (!has(key))
        return byDefault;
    const auto text = scalar(m_object.value(QLatin1String(key)));
    if (!text)
        fail(QLatin1String(key), QStringLiteral("must be a text"));
    return text.value_or(byDefault);
}

bool JsonKeys::flag(const char *key, bool byDefault)
{
    const QJsonValue found = value(key);
    if (!found.isUndefined() && !found.isBool())
        fail(QLatin1String(key), QStringLiteral("must be true or false"));
    return found.toBool(byDefault);
}

std::optional<double> JsonKeys::number(const char *key)
{
    const QJsonValue found = value(key);
    if (found.isUndefined())
        return std::nullopt;
    if (!found.isDouble())
        fail(QLatin1String(key), QStringLiteral("must be a number"));
    return found.toDouble();
}

QStringList JsonKeys::texts(const char *key)
{
    const QJsonValue found = value(key);
    if (found.isUndefined())
        return {};
    const QJsonArray list = found.isArray() ? found.toArray() : QJsonArray{found};
    QStringList texts;
    for (const QJsonValue &entry : list) {
        const auto text = scalar(entry);
        if (!text)
            fail(QLatin1String(key), QStringLiteral("must be a text or a list of texts"));
        texts.append(text.value_or(QString()));
    }
    return texts;
}

QJsonObject JsonKeys::object(const char *key)
{
    const QJsonValue found = value(key);
    if (!found.isUndefined() && !found.isObject())
        fail(QLatin1String(key), QStringLiteral("must be an object { ... }"));
    return found.toObject();
}

void JsonKeys::refuseOthers()
{
    const QStringList known(m_known.cbegin(), m_known.cend());
    for (const QString &key : m_object.keys()) {
        if (m_known.contains(key))
            continue;
        const QString near = nearestWord(key, known);
        fail(key, near.isEmpty() ? QStringLiteral("is not known here") : QStringLiteral("is not known here. Did you mean \"%1\"?").arg(near));
    }
}

} // namespace calldeck
