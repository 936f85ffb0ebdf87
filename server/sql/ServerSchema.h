#pragma once

#include "database/Migrations.h"
#include "sql/SqlConnection.h"

namespace calldeck
{

/**
 * The numbered steps of the backend's schema in one engine's words. In resources/migrations/server they are written once: {bigint},
 * {text} (compared byte by byte) and {strict} stand for the engine's own words, and a line that begins with {pg} or {sqlite} is for
 * that engine only.
 */
DatabaseFormat serverFormat(SqlEngine engine);

/** Replaces the words in braces; other braces stay. */
QByteArray inWordsOf(SqlEngine engine, const QByteArray &sql);

} // namespace calldeck
