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
    /** Where the last one signed out; empty when nobody ever did. Means something only while !hasLast(). */
    QUrl lastServer() const;
    /** The account used last, or the one of that server (and email, when given). */
    std::optional<AccountRecord> find(const QUrl &server, const QString &email) const;
    Verdict remember(const AccountRecord &account) const;
    /** Nobody gets in without signing in again. `wipe`, a directory or "", stands in AccountRecord::wipe until forget(), whatever ends the program in between. */
    Verdict signedOut(AccountRecord account, const QString &wipe) const;
    /** The account is not known here any more: its data is gone. */
    Verdict forget(const AccountRecord &account) const;
    /** Accounts that signed out and whose data is still to go. */
    QList<AccountRecord> toWipe() const;
    /** What is remembered of this account; nothing when it was never here. */
    std::optional<AccountRecord> known(const AccountRecord &account) const { return read(account.folderName()); }
    /** Marks a directory that was chosen for the account; an Error when it is another account's. */
    static Verdict own(const QString &dataDir, const AccountRecord &account);
    /** Takes the mark away: nothing of the account is left there. */
    static Verdict disown(const QString &dataDir);
    /** The account's own folder, or a directory that was chosen for it. */
    bool isOf(const QString &dataDir, const AccountRecord &account) const;
    /** From now on this machine's desk works by itself. */
    Verdict forgetServer() const;
    QString dataDir(const AccountRecord &account) const;

private:
    std::optional<AccountRecord> read(const QString &folder) const;
    QString recordOf(const AccountRecord &account) const;
    QString m_root;
};

} // namespace calldeck
