#pragma once

#include "records/Records.h"

namespace calldeck
{

/** May this call's number be called or texted, and if not, the reason for the person at the button. */
struct ContactPermission {
    bool allowed = true;
    QString reason; ///< "On the do-not-contact list: asked by phone." "" when allowed
};

/** Refused for a call or contact on the do-not-contact list, a number on the workspace's blocked list, or no number at all. */
ContactPermission contactPermission(const Call &call, const Contact *contact, bool numberBlocked);

} // namespace calldeck
