#pragma once

#include "records/Result.h"

#include <QByteArray>

namespace calldeck
{

/** Writes a small file for its owner alone: whole or as it was before, and on the disk when it returns. */
Verdict writePrivateFile(const QString &path, const QByteArray &bytes);
/** Gone from the disk when it returns; nothing to do where there is none. */
Verdict removePrivateFile(const QString &path);

} // namespace calldeck
