#pragma once

#include <QByteArray>
#include <QString>
#include <optional>

namespace calldeck
{

/** A row of a list by what the list goes by: the next page begins after it. */
struct ListPlace {
    QString id;
    qint64 number = 0;
    QString text;
    bool is_text = false;
    bool is_last_part = false; ///< among those without a value, which come last
};

/** Text for a URL that names the place and, in short, the list it is of. */
QString listCursor(const ListPlace &place, const QByteArray &list);
/** Nothing for what is no cursor of that list. A place that nobody was given is a place all the same: it shows nothing that the list would not show. */
std::optional<ListPlace> listPlaceOf(const QString &cursor, const QByteArray &list);

} // namespace calldeck
