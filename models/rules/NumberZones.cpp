#include "rules/NumberZones.h"

#include <algorithm>
#include <string_view>

namespace calldeck
{

namespace
{

struct PrefixZones {
    std::string_view prefix;
    std::string_view zones; ///< separated by blanks
};

constexpr PrefixZones prefixTable[] = {
#define NUMBER_ZONES(prefix, zones) {prefix, zones},
#include "rules/NumberZones.def"
#undef NUMBER_ZONES
};

constexpr bool before(const PrefixZones &a, const PrefixZones &b)
{
    return a.prefix < b.prefix;
}
static_assert(std::is_sorted(std::begin(prefixTable), std::end(prefixTable), before));

constexpr qsizetype longestPrefix = 4;

} // namespace

QList<QTimeZone> possibleZones(const QString &e164)
{
    if (!e164.startsWith(u'+'))
        return {};
    const QByteArray digits = e164.mid(1, longestPrefix).toLatin1();
    for (qsizetype length = digits.size(); length > 0; --length) {
        const std::string_view prefix(digits.constData(), static_cast<size_t>(length));
        const auto row =
            std::lower_bound(std::begin(prefixTable), std::end(prefixTable), PrefixZones{prefix, {}}, before);
        if (row == std::end(prefixTable) || row->prefix != prefix)
            continue;
        QList<QTimeZone> zones;
        const QList<QByteArray> names =
            QByteArray(row->zones.data(), static_cast<qsizetype>(row->zones.size())).split(' ');
        for (const QByteArray &name : names)
            zones.append(QTimeZone(name));
        return zones;
    }
    return {};
}

} // namespace calldeck
