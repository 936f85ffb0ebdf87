#pragma once

#include "secrets/KeyStore.h"

#include <chrono>

namespace calldeck
{

/** The keyring of the person's session (Secret Service, KWallet, Keychain, Credential Manager). Never falls back to a plain file. */
class KeychainStore : public KeyStore
{
public:
    explicit KeychainStore(std::chrono::milliseconds patience = std::chrono::seconds(4)) : m_patience(patience) {}
    Result<std::optional<QByteArray>> read(const QString &name) override;
    Verdict write(const QString &name, const QByteArray &secret) override;
    Verdict remove(const QString &name) override;

private:
    std::chrono::milliseconds m_patience;
};

} // namespace calldeck
