#pragma once

#include "database/DatabaseKey.h"
#include "records/Result.h"

struct sqlite3;

namespace calldeck
{

/** Whether this program was built with the SQLite that encrypts. */
bool canEncrypt();
/** Gives a connection that was just opened its key; refuses when the SQLite in the process is not the one that was compiled in. */
Verdict applyKey(sqlite3 *connection, const DatabaseKey &key);
/** Encrypts the closed-to-others database of a connection that has none, or with an empty key decrypts it. Not in WAL mode; ends as it was on an error. */
Verdict changeKey(sqlite3 *connection, const DatabaseKey &key);
/** Whether the first bytes of a file say that it is a database which anyone can read. */
bool looksPlain(const QString &file);

} // namespace calldeck
