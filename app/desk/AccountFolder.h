#pragma once

#include "backend/DeskAccount.h"

namespace calldeck
{

/** Where the desks of accounts lie, each in a folder of its own with who it belongs to; secrets are not among it. */
class AccountFolder
{
public:
    AccountFolder();
    bool hasLast() const;
    /** The account used last, or the one of that server (and email, when given). */
    std::optional<AccountRecord> find(const QUrl &server, const QString &email) const;
    Verdict remember(const AccountRecord &account) const;
    QString dataDir(const AccountRecord &account) const;

private:
    std::optional<AccountRecord> read(const QString &folder) const;
    QString m_root;
};

} // namespace calldeck
