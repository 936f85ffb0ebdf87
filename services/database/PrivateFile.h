#pragma once

#include "records/Result.h"

#include <QByteArray>

namespace calldeck
{

/** Writes a small file for its owner alone: whole or as it was before, and on the disk when it returns. */
Verdict writePrivateFile(const QString &path, const QByteArray &bytes);
/** The same for a name that is still free, whatever else comes by meanwhile: a file, a folder or a link there stays as it is, and the error is InvalidInput. */
Verdict writeNewPrivateFile(const QString &path, const QByteArray &bytes);
/** Gone from the disk when it returns; nothing to do where there is none. */
Verdict removePrivateFile(const QString &path);

} // namespace calldeck
