#pragma once

#include "records/Result.h"

#include <QByteArray>
#include <optional>

namespace calldeck
{

/**
 * A place for secrets that is not a file of ours. Each call blocks until there is an answer or the store's own time-out has passed: for
 * the start of a program, before there is a window. Any thread.
 */
class KeyStore
{
public:
    virtual ~KeyStore() = default;
    /** Nothing when there is no such entry. Some keyrings say the same while they are locked. */
    virtual Result<std::optional<QByteArray>> read(const QString &name) = 0;
    virtual Verdict write(const QString &name, const QByteArray &secret) = 0;
    virtual Verdict remove(const QString &name) = 0;
};

} // namespace calldeck
