#include "store/ListCursor.h"

#include "store/Moment.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace calldeck
{

namespace
{

constexpr auto urlSafe = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;

QString shortName(const QByteArray &list) { return QString::fromLatin1(sha256Hex(list).left(12)); }

} // namespace

QString listCursor(const ListPlace &place, const QByteArray &list)
{
    QJsonArray parts{shortName(list), place.id};
    if (!place.is_last_part)
        parts.append(place.is_text ? QJsonValue(place.text) : QJsonValue(QString::number(place.number)));
    if (!place.is_last_part)
        parts.append(place.is_text);
    return QString::fromLatin1(QJsonDocument(parts).toJson(QJsonDocument::Compact).toBase64(urlSafe));
}

std::optional<ListPlace> listPlaceOf(const QString &cursor, const QByteArray &list)
{
    constexpr qsizetype longest = 4000;
    const auto bytes = QByteArray::fromBase64Encoding(cursor.left(longest).toLatin1(), urlSafe | QByteArray::AbortOnBase64DecodingErrors);
    const QJsonArray parts = bytes ? QJsonDocument::fromJson(*bytes).array() : QJsonArray();
    const bool whole = parts.size() == 4 && parts[2].isString() && parts[3].isBool();
    if ((parts.size() != 2 && !whole) || parts[0].toString() != shortName(list) || parts[1].toString().isEmpty())
        return std::nullopt;
    ListPlace place{parts[1].toString(), 0, {}, parts[3].toBool(), !whole};
    bool ok = true;
    if (place.is_text)
        place.text = parts[2].toString();
    else if (whole)
        place.number = parts[2].toString().toLongLong(&ok);
    return ok ? std::optional(place) : std::nullopt;
}

} // namespace calldeck
