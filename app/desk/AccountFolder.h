#pragma once

#include "backend/DeskAccount.h"

namespace calldeck
{

/** Where the desks of accounts lie, each in a folder of its own with who it belongs to; secrets are not among it. */
class AccountFolder
{
public:
    AccountFolder();
    /** Somebody is signed in, or was when the program last ended. */
    bool hasLast() const;
    /** Where the last one signed out; empty when nobody did, or somebody is signed in. */
    QUrl lastServer() const;
    /** The account used last, or the one of that server (and email, when given). */
    std::optional<AccountRecord> find(const QUrl &server, const QString &email) const;
    Verdict remember(const AccountRecord &account) const;
    /** Who signs in next says so; with `keepsData` the account is known here from then on. */
    Verdict signedOut(AccountRecord account, bool keepsData) const;
    /** From now on this machine's desk works by itself. */
    Verdict forgetServer() const;
    QString dataDir(const AccountRecord &account) const;

private:
    std::optional<AccountRecord> read(const QString &folder) const;
    QString m_root;
};

} // namespace calldeck
