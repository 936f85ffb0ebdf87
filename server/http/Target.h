#pragma once

#include "records/Result.h"
#include <QByteArrayView>
#include <QList>
#include <QStringList>
#include <utility>

namespace calldeck
{

/** What a request target says once decoded. */
struct Target {
    QStringList path;
    QList<std::pair<QString, QString>> query;
};

/**
 * Reads "/a/b?c=d" or "http://host/a/b?c=d". InvalidInput for bad escapes, text that is not UTF-8, NUL, control
 * characters in the path, and for a path that goes up or stays ("..", "."), also when the way up is hidden behind "%2F"
 * or a backslash.
 */
Result<Target> readTarget(QByteArrayView target);

} // namespace calldeck
