#pragma once

#include "auth/Tokens.h"
#include "store/CallWriter.h"

namespace calldeck
{

/** Devices are told apart within one account: nobody writes under another's device. */
inline Author authorOf(const Caller &caller, const QString &device) { return {caller.account, caller.name, QString(caller.account % u'/' % device)}; }

/** Remembers that the device wrote. */
inline Verdict noteDevice(WorkspaceTx &tx, const Author &author, TimeMs now)
{
    return tx
        .writeOnly("device", "INSERT INTO device(ws, id, account, first_seen, last_seen) VALUES (?, ?, ?, ?, ?) ON CONFLICT(ws, id) DO UPDATE SET last_seen = excluded.last_seen", author.device,
               author.account, now, now);
}

} // namespace calldeck
