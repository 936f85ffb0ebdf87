#pragma once

#include "sql/SqlConnection.h"

#include <functional>

namespace calldeck
{

class CacheFile;

/**
 * Brings a desk's file to where workspace `ws` of a store in the same process is, as a pull does. `actor` is the person at the desk. Told after each page how many records came;
 * false stops there, which loses nothing.
 */
Verdict catchUpWith(SqlConnection &store, const QString &ws, const QString &actor, CacheFile &cache, const std::function<bool(qint64 records)> &progress);

} // namespace calldeck
