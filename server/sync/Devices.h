#pragma once

#include "auth/Tokens.h"
#include "sync/PushRun.h"
#include "store/CallWriter.h"

namespace calldeck
{

/** Devices are told apart within one account: nobody writes under another's device. */
inline Author authorOf(const Caller &caller, const QString &device) { return {caller.account, caller.name, QString(caller.account % u'/' % device)}; }

/** Remembers that the device wrote, and which stamp its file has from now on: "" leaves that as it is. */
Verdict noteDevice(WorkspaceTx &tx, const Author &author, TimeMs now, const QByteArray &stamp = {});
/**
 * Whether another file than the one with these stamps wrote last as the device: an older copy of that one. A file that was not told what became of its push says the same stamps
 * again; of a device without a stamp nobody knows.
 */
Result<bool> isOlderCopy(WorkspaceTx &tx, const Author &author, const FileStamps &stamps);
void foreseeDevice(WorkspaceTx &tx, const Author &author);
/** The store is an older copy itself: what its devices called themselves then says nothing. */
Verdict forgetStamps(WorkspaceTx &tx);

} // namespace calldeck
