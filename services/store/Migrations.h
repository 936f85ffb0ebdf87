#pragma once

#include "store/Database.h"

#include <QList>

namespace calldeck
{

/** One numbered step of the schema; applied together with its number in one transaction. */
struct Migration {
    int version = 0;
    QByteArray sql;
};

/** Steps 1..n of resources/migrations in order. */
QList<Migration> cacheMigrations();

/** Marks the file as ours (PRAGMA application_id), so that a foreign SQLite file is never taken for a cache. */
inline constexpr qint64 cacheApplicationId = 0x43444b31;

/** Brings the file to the last version. A failing step leaves it at the version before, with an error that names the step. */
Verdict migrate(Database &database, const QList<Migration> &steps);
/** Foreign, newer or fit for use. */
Verdict checkIdentity(Database &database, int newestVersion);
/** The same from the first bytes of the file, before SQLite lays a journal beside it; what they cannot tell passes. */
Verdict checkHead(const QString &path, int newestVersion);

} // namespace calldeck
