#pragma once

#include "secrets/KeyStore.h"

#include <QMap>
#include <functional>

namespace calldeck
{

/** A keyring in memory, which can be locked in the ways that real ones are. */
class MemoryKeyStore : public KeyStore
{
public:
    QMap<QString, QByteArray> secrets;
    bool absent = false;    ///< answers nothing but errors
    bool forgetful = false; ///< says that it took a key and has not
    bool blind = false;     ///< locked, and says that there are no entries
    int writes = 0;
    std::function<void()> removing; ///< called before an entry goes

    Result<std::optional<QByteArray>> read(const QString &name) override
    {
        if (absent)
            return gone();
        return blind || !secrets.contains(name) ? std::optional<QByteArray>() : std::optional(secrets.value(name));
    }
    Verdict write(const QString &name, const QByteArray &secret) override
    {
        ++writes;
        if (absent)
            return gone();
        if (!forgetful)
            secrets.insert(name, secret);
        return Done{};
    }
    Verdict remove(const QString &name) override
    {
        if (removing)
            removing();
        secrets.remove(name);
        return absent ? Verdict(gone()) : Verdict(Done{});
    }

private:
    static Error gone() { return {Error::Code::NoKey, QStringLiteral("The keyring did not answer within 4 s."), {}, true}; }
};

} // namespace calldeck
