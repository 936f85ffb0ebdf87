#pragma once

#include "records/Records.h"

#include <QTimeZone>

namespace calldeck
{

/** May this call's number be called or texted, and if not, the reason for the person at the button. */
struct ContactPermission {
    bool allowed = true;
    QString reason; ///< "On the do-not-contact list: asked by phone on 3 Nov." "" when allowed
};

/** DNC on call or contact, blocked number, no number, calling hours 8:00-21:00 at every possible zone of the number (outbound only). */
ContactPermission contactPermission(const Call &call, const Contact *contact, bool numberBlocked);
/** Is `now` inside 8:00-21:00 in each of `zones`? Empty zones means unknown and is refused. */
bool insideCallingHours(const QList<QTimeZone> &zones, TimeMs now);

} // namespace calldeck
