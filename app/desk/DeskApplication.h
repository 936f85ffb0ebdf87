#pragma once

#include "OpenDesk.h"
#include "secrets/KeychainStore.h"

#include <QApplication>
#include <QMessageBox>

namespace calldeck
{

class DeskLock;
class RestWatch;
class SignOutDialog;

/** The desktop program: whose desk is open, and what it is made of. Opens another when somebody signs in or out. */
class DeskApplication : public AccountService
{
    Q_OBJECT
public:
    DeskApplication(QApplication &application, Options options);
    ~DeskApplication() override;

    /** Opens desks until the person is done; the program's exit code. */
    int run();

    std::optional<SignedIn> signedIn() const override;
    void signIn() override;
    void signOut() override;

private:
    Verdict start();
    /** Says on standard error, and in a window where somebody sits in front, why the desk did not open; true when there is a window to close. */
    bool showFailure(const Error &error);
    /** Finds out whose desk this is: nobody's, or that of an account on a server. */
    Verdict findAccount();
    /** `notice` is what the person is to know before they sign in again, or "". */
    Verdict askWho(const QString &server, const QString &email, const QString &notice = {});
    Verdict useAccount(const AccountRecord &account);
    /** Opens the data and shows its window; `call` 0 for the one of the options. */
    Verdict openDesk(CallKey call = 0);
    /** openDesk(), and once more over a new cache when the old one is damaged and the person wants that. */
    Verdict openOrRescue(CallKey call = 0);
    /** While the desk is open; once. */
    void offerRescue(const Error &error);
    /** While a desk that works by itself is open; once. */
    void offerNewStore();
    /** Whether a backend has all that a damaged file of this desk cannot give. */
    bool hasRest() const;
    QMessageBox *rescueQuestion(const Error &error, QWidget *over) const;
    /** A question that ends Accepted when something is to be made anew. */
    static QMessageBox *damageQuestion(const QString &what, const QString &more, QWidget *over);
    /** Of a closed desk; tells what was carried over. */
    Verdict rescue();
    /** Ends the event loop; run() then closes what is open, does `next` and opens anew. */
    void reopen(const std::function<Verdict()> &next, CallKey call = 0);
    void reopenAtRest();
    void signInAgain();
    /** The lock of the data directory, also for the next window over it; null where the demo has none. */
    LockService *findLock();
    bool isLocked() const;
    void leave(const SignOutDialog &dialog);
    /** What people who signed out left behind because the program ended before it was gone. */
    void wipeLeft();
    /** Removes the directory that this account left to be removed; nothing when there is none. */
    Verdict wipe(const AccountRecord &account);
    Result<DataKey> findKey();
    Verdict fillDemo(const DatabaseKey &key);
    Result<CallKey> findCall(const DatabaseKey &key);
    /** Whether somebody sits in front. */
    bool canAsk() const;
    std::optional<QByteArray> askPassphrase(bool isNew) const;
    void noteTime(const char *what) const;

    QApplication &m_application;
    Options m_options;
    const QString m_ownDataDir; ///< of a desk that works by itself
    const QString m_ownName;
    KeychainStore m_keyring;
    std::unique_ptr<Theme> m_theme;
    std::unique_ptr<DeskAccount> m_account; ///< null for a desk without a server
    std::unique_ptr<DeskLock> m_lock;
    std::unique_ptr<OpenDesk> m_desk;
    QPointer<RestWatch> m_rest;
    std::optional<std::pair<QString, DataKey>> m_key; ///< of that directory: nobody is asked twice for what is open
    QString m_owner;      ///< AccountRecord::folderName() of the open desk
    bool m_asking = false; ///< what is to become of unsent work
    bool m_leaving = false;
    bool m_offered = false; ///< to make the data of the open desk anew, or its store
    bool m_reopening = false;
    std::function<Verdict()> m_next; ///< between two desks
    CallKey m_nextCall = 0;
    std::unique_ptr<QMessageBox> m_failure;
};

} // namespace calldeck
