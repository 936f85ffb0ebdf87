#pragma once

#include "records/Result.h"

#include <QByteArray>
#include <optional>

namespace calldeck
{

/** `calldeck.idle-lock`, the small file beside a database that says what unlocks a desk that was left. It holds no secret, and whoever removes it has no lock. */
struct IdleLockRecord {
    QByteArray hash;      ///< passphraseHash() of the passphrase
    int idle_seconds = 0; ///< after which the desk locks by itself

    friend bool operator==(const IdleLockRecord &, const IdleLockRecord &) = default;
};

QString idleLockPath(const QString &dataDir);
/** Nothing where there is no lock. A file that cannot be read is an Error and no open desk; it stays. */
Result<std::optional<IdleLockRecord>> readIdleLock(const QString &dataDir);
/** On the disk when it returns. */
Verdict writeIdleLock(const QString &dataDir, const IdleLockRecord &record);
Verdict removeIdleLock(const QString &dataDir);

} // namespace calldeck
