#include "rules/Contactability.h"

#include "rules/LocalTime.h"

#include <algorithm>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

ContactPermission refused(const QString &reason) { return {false, reason}; }

} // namespace

ContactPermission contactPermission(const Call &call, const Contact *contact, bool numberBlocked)
{
    if (contact && contact->do_not_contact) {
        const QString why = contact->do_not_contact_reason.trimmed();
        return refused(why.isEmpty() ? u"On the do-not-contact list."_s : QString(u"On the do-not-contact list: "_s % why));
    }
    if (call.do_not_contact)
        return refused(u"On the do-not-contact list."_s);
    if (numberBlocked)
        return refused(u"The number is blocked."_s);
    if (call.customer_number.isEmpty())
        return refused(call.customer_number_raw.isEmpty() ? u"The caller's number is not known."_s
                                                          : u"\"%1\" is no number that can be dialled."_s.arg(call.customer_number_raw.left(40)));
    return {};
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
