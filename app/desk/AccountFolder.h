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
    enum class Data { Kept, ToWipe, Gone };
    /** Nobody gets in without signing in again. ToWipe stands until Gone is said, whatever ends the program in between; after Gone the account is not known here any more. */
    Verdict signedOut(AccountRecord account, Data data) const;
    /** Accounts that signed out and whose data is still to go. */
    QList<AccountRecord> toWipe() const;
    /** What is remembered of this account; nothing when it was never here. */
    std::optional<AccountRecord> known(const AccountRecord &account) const { return read(account.folderName()); }
    /** Marks a directory that was chosen for the account; an Error when it is another account's. */
    static Verdict own(const QString &dataDir, const AccountRecord &account);
    /** From now on this machine's desk works by itself. */
    Verdict forgetServer() const;
    QString dataDir(const AccountRecord &account) const;

private:
    std::optional<AccountRecord> read(const QString &folder) const;
    QString m_root;
};

} // namespace calldeck
