#pragma once

#include "Figures.h"
#include "secrets/DataKey.h"

namespace calldeck::bench
{

/** The key of the measured data, from the key file that the environment names; ends the program when there is none that fits. */
DataKey benchKey(const QString &dataDir);

/** Starts the real desk and an empty Qt window, again and again; the desk's memory. */
void measureStart(Report &report, const QString &binDir, const QString &dataDir, qint64 calls);
/** Jump, scroll, sort, filter, search and the drawer, each until it is painted, in a real table over the real store. */
void measureTable(Report &report, const QString &dataDir);
/** Durable saves, bulk tags and their undo. Changes the data. */
void measureWrites(Report &report, const QString &dataDir);
/** A file of `rows` calls into an empty directory. */
void measureImport(Report &report, const QString &dataDir, qint64 rows);

} // namespace calldeck::bench
