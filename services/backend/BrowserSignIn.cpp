#include "backend/BrowserSignIn.h"

#include "rules/SafeAddress.h"
#include "secrets/Keys.h"

#include <QCryptographicHash>
#include <QPointer>
#include <QRegularExpression>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

const QString offerPath = u"/api/auth/oidc"_s;
constexpr int offerTimeoutMs = 12'000;

Error forPerson(Error::Code code, const QString &words) { return {code, words, {}, true}; }

/** What the browser is sent to must not be read on the way, nor be a program's own scheme. */
bool isSignInPage(const QUrl &url) { return isSafeAddress(url) && url.userInfo().isEmpty() && !url.hasFragment(); }

QString challengeOf(const QString &verifier)
{
    return QString::fromLatin1(
        QCryptographicHash::hash(verifier.toLatin1(), QCryptographicHash::Sha256).toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
}

Error refusedInBrowser(const QString &word)
{
    if (word == u"access_denied"_s)
        return forPerson(Error::Code::Cancelled, u"The sign-in was refused in the browser."_s);
    return forPerson(Error::Code::Io, u"The sign-in page could not sign you in. Try again, or ask whoever runs the server."_s);
}

} // namespace

BrowserSignIn::BrowserSignIn(DeskAccount &account, Browser browser, std::chrono::milliseconds patience, QObject *parent)
    : QObject(parent), m_account(account), m_browser(std::move(browser)), m_client(this)
{
    m_patience.setSingleShot(true);
    m_patience.setInterval(patience);
    connect(&m_patience, &QTimer::timeout, this, [this] { finish(forPerson(Error::Code::Busy, u"Nobody signed in in the browser in time. Try again."_s)); });
}

Result<BrowserSignIn::Offer> BrowserSignIn::offerIn(const BackendAnswer &answer)
{
    if (answer.kind == BackendAnswer::Kind::Answered && answer.status == 404)
        return Error{Error::Code::NotFound, u"This server offers no sign-in with a browser."_s, {}, false};
    if (!answer.isOk())
        return forPerson(Error::Code::Io, answer.problem);
    const Offer offer{answer.body.value(u"issuer"_s).toString(), QUrl(answer.body.value(u"authorization_endpoint"_s).toString(), QUrl::StrictMode),
                      answer.body.value(u"client_id"_s).toString(), answer.body.value(u"scope"_s).toString(), answer.body.value(u"redirect_path"_s).toString()};
    static const QRegularExpression segment(u"^[A-Za-z0-9_-]{0,100}\\z"_s);
    if (!segment.match(offer.redirect_path).hasMatch() || offer.issuer.isEmpty() || offer.client_id.isEmpty() || !isSignInPage(offer.endpoint))
        return forPerson(Error::Code::Damaged, u"The server's word about its sign-in page cannot be used. Ask whoever runs it."_s);
    return offer;
}

void BrowserSignIn::ask(const QUrl &server, const std::function<void(bool)> &done)
{
    m_client.setServer(server);
    m_client.get(
        offerPath, {},
        [this, done, question = ++m_question](const BackendAnswer &answer) {
            if (question == m_question)
                done(bool(offerIn(answer)));
        },
        offerTimeoutMs);
}

void BrowserSignIn::start(const QUrl &server, const DeskAccount::SignedIn &done)
{
    cancel();
    m_try = std::make_unique<Try>();
    m_try->server = server;
    m_try->done = done;
    m_client.setServer(server);
    m_client.get(
        offerPath, {},
        [this, mine = m_tries](const BackendAnswer &answer) {
            if (mine != m_tries || !m_try)
                return;
            const auto offer = offerIn(answer);
            if (offer)
                begin(*offer);
            else
                finish(offer.error());
        },
        offerTimeoutMs);
}

void BrowserSignIn::begin(const Offer &offer)
{
    auto listener = LoopbackListener::listen(offer.redirect_path.isEmpty() ? randomWord() : offer.redirect_path);
    if (!listener)
        return finish(forPerson(Error::Code::Io, u"This machine gives Calldeck no place to wait for your browser: %1"_s.arg(listener.error().message)));
    m_answered = nullptr;
    m_try->listener = *std::move(listener);
    m_try->issuer = offer.issuer;
    m_try->state = randomWord();
    m_try->verifier = randomWord();
    m_try->nonce = randomWord();
    connect(m_try->listener.get(), &LoopbackListener::answered, this, &BrowserSignIn::take, Qt::QueuedConnection);
    m_patience.start();
    if (!m_browser(addressOf(offer, *m_try)))
        finish(forPerson(Error::Code::NotFound, u"No browser could be opened here. Sign in with email and password, or set up a browser."_s));
}

QUrl BrowserSignIn::addressOf(const Offer &offer, const Try &mine)
{
    QUrl url = offer.endpoint;
    QUrlQuery query(url);
    const std::pair<QString, QString> parameters[] = {{u"response_type"_s, u"code"_s},
                                                      {u"client_id"_s, offer.client_id},
                                                      {u"redirect_uri"_s, mine.listener->address()},
                                                      {u"scope"_s, offer.scope},
                                                      {u"state"_s, mine.state},
                                                      {u"nonce"_s, mine.nonce},
                                                      {u"code_challenge"_s, challengeOf(mine.verifier)},
                                                      {u"code_challenge_method"_s, u"S256"_s}};
    for (const auto &[name, value] : parameters)
        query.addQueryItem(name, QString::fromLatin1(QUrl::toPercentEncoding(value)));
    url.setQuery(query);
    return url;
}

void BrowserSignIn::take(const QMap<QString, QString> &parameters)
{
    if (!m_try || sender() != m_try->listener.get())
        return;
    m_patience.stop();
    m_answered = std::move(m_try->listener);
    if (parameters.value(u"state"_s) != m_try->state)
        return finish(
            forPerson(Error::Code::Foreign, u"The browser brought an answer that does not belong to this sign-in. Nobody was signed in; try again."_s));
    // Of another provider that was made to look like this one (RFC 9207).
    if (parameters.contains(u"iss"_s) && parameters.value(u"iss"_s) != m_try->issuer)
        return finish(forPerson(Error::Code::Foreign, u"The answer came from another sign-in page than this server's. Nobody was signed in."_s));
    if (parameters.contains(u"error"_s))
        return finish(refusedInBrowser(parameters.value(u"error"_s)));
    if (parameters.value(u"code"_s).isEmpty())
        return finish(refusedInBrowser({}));
    const QJsonObject grant{{u"code"_s, parameters.value(u"code"_s)},
                            {u"code_verifier"_s, m_try->verifier},
                            {u"redirect_uri"_s, m_answered->address()},
                            {u"nonce"_s, m_try->nonce}};
    m_try->exchanges = true;
    m_account.signInByGrant(m_try->server, grant, [self = QPointer(this), mine = m_tries](const Result<AccountRecord> &result) {
        if (self && mine == self->m_tries)
            self->finish(result);
    });
}

void BrowserSignIn::finish(const Result<AccountRecord> &result)
{
    if (!m_try)
        return;
    const DeskAccount::SignedIn done = m_try->done;
    end();
    done(result);
}

void BrowserSignIn::cancel()
{
    const bool exchanges = m_try && m_try->exchanges;
    end();
    if (exchanges)
        m_account.abandonSignIn();
}

void BrowserSignIn::end()
{
    ++m_tries;
    m_patience.stop();
    m_try = nullptr;
}

} // namespace calldeck
