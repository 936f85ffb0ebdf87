#include "rules/Contactability.h"

#include "rules/LocalTime.h"
#include "rules/NumberZones.h"

#include <algorithm>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

ContactPermission refused(const QString &reason)
{
    return {false, reason};
}

} // namespace

ContactPermission contactPermission(const Call &call, const Contact *contact, bool numberBlocked)
{
    if (contact && contact->do_not_contact) {
        const QString why = contact->do_not_contact_reason.trimmed();
        return refused(why.isEmpty() ? u"On the do-not-contact list."_s
                                     : QString(u"On the do-not-contact list: "_s % why));
    }
    if (call.do_not_contact)
        return refused(u"On the do-not-contact list."_s);
    if (numberBlocked)
        return refused(u"The number is blocked."_s);
    if (call.customer_number.isEmpty())
        return refused(call.customer_number_raw.isEmpty()
                           ? u"The caller's number is not known."_s
                           : u"\"%1\" is no number that can be dialled."_s.arg(call.customer_number_raw.left(40)));
    return {};
}

ContactPermission diallingPermission(const Call &call, const Contact *contact, bool numberBlocked, TimeMs now)
{
    const ContactPermission permission = contactPermission(call, contact, numberBlocked);
    if (!permission.allowed)
        return permission;
    const QList<QTimeZone> zones = possibleZones(call.customer_number);
    if (zones.isEmpty())
        return refused(
            u"The number does not tell where it rings, so calling hours (8:00 to 21:00 there) cannot be checked."_s);
    for (const QTimeZone &zone : zones) {
        if (!insideCallingHours({zone}, now)) {
            const QString place = QString::fromUtf8(zone.id()).section(u'/', -1).replace(u'_', u' ');
            return refused(
                u"It may be %1 where this number rings (%2); calls are allowed from 8:00 to 21:00 there."_s.arg(
                    clockText(localTime(now, zone)), place));
        }
    }
    return permission;
}

bool insideCallingHours(const QList<QTimeZone> &zones, TimeMs now)
{
    constexpr int firstHour = 8;
    constexpr int afterLastHour = 21;
    return !zones.isEmpty() && std::all_of(zones.cbegin(), zones.cend(), [&](const QTimeZone &zone) {
        const int hour = localTime(now, zone).time().hour();
        return zone.isValid() && hour >= firstHour && hour < afterLastHour;
    });
}

} // namespace calldeck
