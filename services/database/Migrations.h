#pragma once

#include "database/Database.h"

#include <QList>

namespace calldeck
{

/** One numbered step of the schema; applied together with its number in one transaction. */
struct Migration {
    int version = 0;
    QByteArray sql;
};

/** What makes a database file one of ours: a mark in the file (PRAGMA application_id), so that a foreign one is never taken for it, and the steps. */
struct DatabaseFormat {
    qint64 application_id = 0;
    QList<Migration> steps;
    int newestVersion() const { return steps.isEmpty() ? 0 : steps.last().version; }
};

/** Steps 1..n from the files NNN_name.sql of a resource folder, in order. */
QList<Migration> migrationsIn(const QString &folder);

/** Brings the file to the last version. A failing step leaves it at the version before, with an error that names the step. */
Verdict migrate(Database &database, const DatabaseFormat &format);
/** Foreign, newer or fit for use. */
Verdict checkIdentity(Database &database, const DatabaseFormat &format);
/** The same from the first bytes of the file, before SQLite lays a journal beside it; what they cannot tell passes, an encrypted file always. */
Verdict checkHead(const QString &path, const DatabaseFormat &format);

} // namespace calldeck
