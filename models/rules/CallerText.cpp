#include "rules/CallerText.h"

#include "rules/Phone.h"

namespace calldeck
{

QString callerText(const Call &call, const QString &region)
{
    if (!call.caller_name.isEmpty())
        return call.caller_name;
    if (!call.business_name.isEmpty())
        return call.business_name;
    if (!call.customer_number.isEmpty())
        return formatPhone(call.customer_number, region);
    if (!call.customer_number_raw.isEmpty())
        return call.customer_number_raw;
    return call.customer_ref.isEmpty() ? QStringLiteral("Unknown caller") : QString(QStringLiteral("Customer ") + call.customer_ref);
}

} // namespace calldeck
