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

/** The first that holds of: do-not-contact on the contact or the call, blocked number, no number that can be dialled. */
ContactPermission contactPermission(const Call &call, const Contact *contact, bool numberBlocked);
/** contactPermission(), and for dialling also 8:00-21:00 at every zone in which the number may be. */
ContactPermission diallingPermission(const Call &call, const Contact *contact, bool numberBlocked, TimeMs now);
/** Is `now` inside 8:00-21:00 in each of `zones`? Empty zones means unknown and is refused. */
bool insideCallingHours(const QList<QTimeZone> &zones, TimeMs now);

} // namespace calldeck
