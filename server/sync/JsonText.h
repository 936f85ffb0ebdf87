#pragma once

#include <QByteArray>
#include <QString>

namespace calldeck
{

/** A JSON string with its quotes. */
QByteArray jsonString(const QString &text);

/** Writes one JSON object member by member, so that stored rows go into an answer as the bytes they are. */
class JsonObjectText
{
public:
    JsonObjectText &add(const char *key, const QString &value) { return addRaw(key, jsonString(value)); }
    JsonObjectText &add(const char *key, qint64 value) { return addRaw(key, QByteArray::number(value)); }
    JsonObjectText &addRaw(const char *key, QByteArrayView json);
    QByteArray end() { return m_text.isEmpty() ? QByteArray("{}") : m_text + '}'; }

private:
    QByteArray m_text;
};

} // namespace calldeck
