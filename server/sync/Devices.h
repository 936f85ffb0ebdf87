#pragma once

#include "auth/Tokens.h"
#include "store/CallWriter.h"

namespace calldeck
{

/** Devices are told apart within one account: nobody writes under another's device. */
inline Author authorOf(const Caller &caller, const QString &device) { return {caller.account, caller.name, QString(caller.account % u'/' % device)}; }

/** Remembers that the device wrote, and the last lseq that was taken of it: 0 for one that does not count. */
Verdict noteDevice(WorkspaceTx &tx, const Author &author, TimeMs now, qint64 lseq = 0);
/** Whether something later was taken of the device than `lastLseq`, which it says it gave out last: then its file is an older copy. */
Result<bool> isOlderCopy(WorkspaceTx &tx, const Author &author, qint64 lastLseq);
void foreseeDevice(WorkspaceTx &tx, const Author &author, qint64 lastLseq);

} // namespace calldeck
