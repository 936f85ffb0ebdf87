#include "sync/JsonText.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace calldeck
{

QByteArray jsonString(const QString &text)
{
    const QByteArray list = QJsonDocument(QJsonArray{text}).toJson(QJsonDocument::Compact);
    return list.mid(1, list.size() - 2);
}

JsonObjectText &JsonObjectText::addRaw(const char *key, QByteArrayView json)
{
    m_text += m_text.isEmpty() ? '{' : ',';
    m_text += '"';
    m_text += key;
    m_text += "\":";
    m_text += json;
    return *this;
}

} // namespace calldeck
