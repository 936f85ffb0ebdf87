#pragma once

#include "backend/BackendClient.h"
#include "rules/Workspace.h"
#include "secrets/KeyStore.h"

#include <QThreadPool>
#include <memory>
#include <optional>

namespace calldeck
{

/** Who is signed in where; what may stand in a file. The refresh token stands in the keyring only. */
struct AccountRecord {
    QUrl server;
    QString email;
    QString user_id;
    QString user_name;
    QString workspace_id;
    QString workspace_name;
    bool signed_out = false; ///< by the person: nobody gets in without signing in again
    QString wipe;            ///< and this directory of theirs is to go, if it has not yet; "" when none is

    /** A folder name of its own for each server, workspace and user: nobody's work goes out under another's name. */
    QString folderName() const;
};

/** A workspace that a password opens. */
struct WorkspaceChoice {
    QString id;
    QString name;
};

QJsonObject accountToJson(const AccountRecord &account);
Result<AccountRecord> accountFromJson(const QJsonObject &json);

/** A server as a person types it: "calls.example.com", "http://127.0.0.1:8080". Without a scheme it is https; plain http only to this machine. */
Result<QUrl> serverFromText(const QString &typed);

/**
 * The sign-in of one person: gets tokens, renews them one request at a time, keeps the refresh token in the keyring and the access
 * token in memory. On the thread it was made on; the keyring, which may block, is spoken to on a thread of its own.
 */
class DeskAccount : public QObject
{
    Q_OBJECT
public:
    explicit DeskAccount(KeyStore &keyring, QObject *parent = nullptr);
    /** waitForKeyring(). */
    ~DeskAccount() override;
    /** Until the keyring has what it is to keep; blocks for its time-out at most. */
    void waitForKeyring() { m_keyThread.waitForDone(); }

    using SignedIn = std::function<void(const Result<AccountRecord> &)>;
    /**
     * Errors are for a person: the wrong password, no server there, a keyring that does not answer is none. Conflict: the password is that of several
     * workspaces, choices() has them; the same again with the id of one as `workspace` signs in there.
     */
    void signIn(const QUrl &server, const QString &email, const QString &password, const QString &workspace, const SignedIn &done);
    /** What the last signIn() gave to choose from. */
    const QList<WorkspaceChoice> &choices() const { return m_choices; }
    /** By what a browser brought back, as the body of POST /api/auth/oidc: see BrowserSignIn. */
    void signInByGrant(const QUrl &server, const QJsonObject &grant, const SignedIn &done);
    /** Ends a sign-in that is under way: nobody is signed in by it, and its `done` hears so. */
    void abandonSignIn();
    /** Takes up an earlier sign-in; renew() gets its first token. */
    void resume(const AccountRecord &account);
    const AccountRecord &record() const { return m_record; }
    /** The workspace's settings as the server had them at the sign-in, once; nothing after resume(). */
    std::optional<Workspace> takeSettings() { return std::exchange(m_settings, std::nullopt); }
    QByteArray accessToken() const { return m_access; }
    /** Asks for a new access token; tokenReady() or signInLost() follows, or nothing while there is no network. */
    void renew();

    /**
     * Ends the session here and at the server, which notes how many unsent edits were thrown away. `done` says whether the server
     * knows: without a network the session ends there by its age, or by an administrator.
     */
    void signOut(int discardedEdits, const std::function<void(bool told)> &done);

Q_SIGNALS:
    void tokenReady(const QByteArray &token);
    void signInLost();

private:
    QString keyName() const;
    /** Asks for a session; `wrong` is what a 401 means. */
    void openSession(const QUrl &server, const QString &path, QJsonObject body, const QString &wrong, const SignedIn &done);
    void learnWho(const AccountRecord &person, const QJsonObject &tokens, const SignedIn &done);
    void learnSettings(const AccountRecord &person, const QJsonObject &tokens, const SignedIn &done);
    void renewWith(const QByteArray &refresh);
    void tellServer(int discardedEdits, bool mayRenew, const std::function<void(bool told)> &done);
    Verdict takeTokens(const QJsonObject &body);

    KeyStore &m_keyring;
    QThreadPool m_keyThread; ///< one thread: what is written last stays
    BackendClient m_client; ///< renews, and signs out
    BackendClient m_door;   ///< signs in: a token of one server never goes to the one that is typed
    AccountRecord m_record;
    std::optional<Workspace> m_settings;
    QList<WorkspaceChoice> m_choices;
    QByteArray m_access;
    QByteArray m_refresh;
    bool m_renewing = false;
};

} // namespace calldeck
