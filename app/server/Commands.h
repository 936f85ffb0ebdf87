#pragma once

#include "Options.h"

namespace calldeck
{

inline constexpr int exitOk = 0;
inline constexpr int exitFailed = 1;
inline constexpr int exitUsage = 2;

/** Says what went wrong on standard error, without secrets; gives the exit code. */
int complain(const Error &error);
/** The exit code of what was done; complains if it was not. */
int said(const Verdict &done);

// The commands of calldeckd; each gives the exit code.
int serve(const ServerOptions &options);
int initWorkspace(const ServerOptions &options);
int changeUsers(const ServerOptions &options);
int giveServiceToken(const ServerOptions &options);
int migrateStore(const ServerOptions &options);
int backUp(const ServerOptions &options);
int restore(const ServerOptions &options);
int audit(const ServerOptions &options);
int parked(const ServerOptions &options);
int compact(const ServerOptions &options);
int erase(const ServerOptions &options);
int disclose(const ServerOptions &options);
int listRoutes(const ServerOptions &options);

/**
 * The secret of the store, made when it has none yet. A store that holds what was hidden with a secret gets no other one: that is an
 * error. Without a place for it there is none.
 */
Result<StoreSecret> ownSecret(const ServerOptions &options);
/** The password for a new account: CALLDECK_PASSWORD, or the first line of standard input. */
QString givenPassword();
/** The workspace that --workspace names, or the only one there is. */
Result<QString> chosenWorkspace(SqlConnection &connection, const QString &name);

} // namespace calldeck
