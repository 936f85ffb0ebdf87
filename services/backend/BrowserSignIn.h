#pragma once

#include "backend/DeskAccount.h"
#include "loopback/LoopbackListener.h"

#include <QTimer>
#include <QUrl>

namespace calldeck
{

/**
 * Signing in through the system's browser, by OpenID Connect with PKCE (RFC 8252, RFC 7636): one try at a time, which ends with an answer of the browser, by
 * cancel(), or after five minutes. State, verifier and nonce have 256 random bits, live in memory only and are new for each try. On the thread it was made on.
 */
class BrowserSignIn : public QObject
{
    Q_OBJECT
public:
    /** Shows an address in the person's browser; false when there is none. */
    using Browser = std::function<bool(const QUrl &)>;
    static constexpr std::chrono::milliseconds usualPatience{5 * 60'000};

    BrowserSignIn(DeskAccount &account, Browser browser, std::chrono::milliseconds patience = usualPatience, QObject *parent = nullptr);

    /** Whether the server lets people in this way; a server that does not answer does not. A later question ends an earlier one unanswered. */
    void ask(const QUrl &server, const std::function<void(bool)> &done);
    /** `done` is called once, but for a try that was cancelled. Errors are for a person; Cancelled when the sign-in was refused in the browser. */
    void start(const QUrl &server, const DeskAccount::SignedIn &done);
    /** Ends the try: what the browser still brings finds nobody. */
    void cancel();
    bool isWaiting() const { return m_try != nullptr; }

private:
    /** What is known of the provider by the backend's word. */
    struct Offer {
        QString issuer;
        QUrl endpoint;
        QString client_id;
        QString scope;
        QString redirect_path; ///< the provider knows one only; "" for one that nobody can guess
    };
    struct Try {
        QUrl server;
        DeskAccount::SignedIn done;
        QString issuer;
        QString state;
        QString verifier;
        QString nonce;
        bool exchanges = false; ///< the answer is with the backend
        std::unique_ptr<LoopbackListener> listener;
    };

    static Result<Offer> offerIn(const BackendAnswer &answer);
    void begin(const Offer &offer);
    static QUrl addressOf(const Offer &offer, const Try &mine);
    void take(const QMap<QString, QString> &parameters);
    void finish(const Result<AccountRecord> &result);
    void end();

    DeskAccount &m_account;
    const Browser m_browser;
    BackendClient m_client; ///< its own: the account's may be renewing a token of another server
    std::unique_ptr<Try> m_try;
    std::unique_ptr<LoopbackListener> m_answered; ///< of the try before, so that its page still reaches the browser
    QTimer m_patience;
    quint64 m_question = 0;
    quint64 m_tries = 0;
};

} // namespace calldeck
