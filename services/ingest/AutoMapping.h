#pragma once

#include "ingest/Mapping.h"

namespace calldeck
{

/**
 * The mapping of a file whose columns are named like our fields, or as older systems named them (direction, phone, agent).
 * The error lists the columns that are neither, each with the field it resembles.
 */
Result<Mapping> automaticMapping(const QStringList &columns, FileFormat format);

} // namespace calldeck
