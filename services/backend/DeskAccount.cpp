#include "backend/DeskAccount.h"

#include "rules/JsonReader.h"
#include "rules/SafeAddress.h"

#include <QCryptographicHash>
#include <QJsonArray>
#include <QSysInfo>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

QList<WorkspaceChoice> choicesIn(const BackendAnswer &answer)
{
    constexpr qsizetype longestName = 200;
    QList<WorkspaceChoice> choices;
    if (answer.kind != BackendAnswer::Kind::Answered || answer.status != 409)
        return choices;
    const QJsonArray workspaces = answer.body.value(u"workspaces"_s).toArray();
    for (const QJsonValue &workspace : workspaces)
        choices.append({workspace[u"id"_s].toString(), workspace[u"name"_s].toString().left(longestName)});
    return choices;
}

/** `wrong` is for a person: what is not right with what was shown. */
Error notSignedIn(const BackendAnswer &answer, const QString &wrong)
{
    if (answer.status == 401)
        return {Error::Code::InvalidInput, wrong, {}, false};
    if (!choicesIn(answer).isEmpty())
        return {Error::Code::Conflict, u"This password is yours in several workspaces. Choose one."_s, {}, false};
    if (answer.status == 429)
        return {Error::Code::Busy, u"Too many tries. Wait a minute and try again."_s, {}, true};
    return {Error::Code::Io, answer.problem, {}, true};
}

bool hasTokens(const QJsonObject &body) { return !body.value(u"access_token"_s).toString().isEmpty() && !body.value(u"refresh_token"_s).toString().isEmpty(); }

Error unreadableTokens() { return {Error::Code::Damaged, u"The server's answer to the sign-in cannot be read."_s, {}, true}; }

} // namespace

QString AccountRecord::folderName() const
{
    const QByteArray who = server.toString(QUrl::RemovePath | QUrl::RemoveQuery).toUtf8() + '\n' + workspace_id.toUtf8() + '\n' + user_id.toUtf8();
    return QString::fromLatin1(QCryptographicHash::hash(who, QCryptographicHash::Sha256).toHex().left(24));
}

QJsonObject accountToJson(const AccountRecord &account)
{
    return {{u"server"_s, account.server.toString()}, {u"email"_s, account.email},               {u"user_id"_s, account.user_id},
            {u"user_name"_s, account.user_name},      {u"workspace_id"_s, account.workspace_id}, {u"workspace_name"_s, account.workspace_name},
            {u"signed_out"_s, account.signed_out},    {u"wipe"_s, account.wipe}};
}

Result<AccountRecord> accountFromJson(const QJsonObject &json)
{
    QString problem;
    JsonReader reader(json, QString(), problem);
    const auto server = serverFromText(reader.text(u"server"_s));
    AccountRecord account{server ? *server : QUrl(), reader.text(u"email"_s), reader.text(u"user_id"_s), reader.text(u"user_name"_s), reader.text(u"workspace_id"_s), reader.text(u"workspace_name"_s),
                          json.value(u"signed_out"_s).toBool(), json.value(u"wipe"_s).toString()};
    if (!problem.isEmpty())
        return Error{Error::Code::Damaged, u"The remembered sign-in cannot be read. Sign in again."_s, problem, false};
    return server ? Result<AccountRecord>(account) : server.error();
}

Result<QUrl> serverFromText(const QString &typed)
{
    QString text = typed.trimmed();
    if (!text.contains(u"://"_s))
        text.prepend(u"https://"_s);
    const QUrl url(text, QUrl::StrictMode);
    const auto wrong = [&](const QString &why) { return Error{Error::Code::InvalidInput, u"\"%1\" is no server address: %2"_s.arg(typed.trimmed().left(80), why), {}, false}; };
    if (!url.isValid() || url.host().isEmpty() || !url.userInfo().isEmpty() || url.path().size() > 1 || url.hasQuery() || url.hasFragment())
        return wrong(u"it looks like calls.example.com or https://calls.example.com:8443."_s);
    if (!isSafeAddress(url))
        return wrong(u"it must begin with https, so that nobody on the way reads along."_s);
    return url;
}

DeskAccount::DeskAccount(KeyStore &keyring, QObject *parent) : QObject(parent), m_keyring(keyring), m_client(this), m_door(this)
{
    m_keyThread.setMaxThreadCount(1);
    m_keyThread.setExpiryTimeout(-1);
}

DeskAccount::~DeskAccount() { waitForKeyring(); }

QString DeskAccount::keyName() const { return u"session %1 %2"_s.arg(m_record.server.toString(), m_record.user_id); }

void DeskAccount::resume(const AccountRecord &account)
{
    m_record = account;
    m_client.setServer(account.server);
}

void DeskAccount::signIn(const QUrl &server, const QString &email, const QString &password, const QString &workspace, const SignedIn &done)
{
    QJsonObject body{{u"email"_s, email.trimmed()}, {u"password"_s, password}};
    if (!workspace.isEmpty())
        body.insert(u"workspace"_s, workspace);
    openSession(server, u"/api/auth/login"_s, body, u"Email and password do not fit together."_s, done);
}

void DeskAccount::signInByGrant(const QUrl &server, const QJsonObject &grant, const SignedIn &done)
{
    openSession(server, u"/api/auth/oidc"_s, grant, u"The sign-in was not accepted. Begin it again."_s, done);
}

void DeskAccount::openSession(const QUrl &server, const QString &path, QJsonObject body, const QString &wrong, const SignedIn &done)
{
    m_door.abortAll();
    m_door.setServer(server);
    m_door.setToken({});
    body.insert(u"device_name"_s, QSysInfo::machineHostName().left(100));
    const QString typed = body.value(u"email"_s).toString();
    m_door.post(path, body, [this, server, typed, wrong, done](const BackendAnswer &answer) {
        m_choices = choicesIn(answer);
        if (!answer.isOk())
            return done(notSignedIn(answer, wrong));
        const QJsonObject user = answer.body.value(u"user"_s).toObject();
        const QString email = typed.isEmpty() ? user.value(u"email"_s).toString() : typed;
        learnWho({server, email, user.value(u"id"_s).toString(), user.value(u"name"_s).toString(), {}, {}, false, {}}, answer.body, done);
    });
}

void DeskAccount::learnWho(const AccountRecord &person, const QJsonObject &tokens, const SignedIn &done)
{
    m_door.setToken(tokens.value(u"access_token"_s).toString().toLatin1());
    m_door.get(u"/api/session"_s, {}, [this, person, tokens, done](const BackendAnswer &answer) {
        const QJsonObject workspace = answer.body.value(u"workspace"_s).toObject();
        if (!answer.isOk() || workspace.isEmpty())
            return done(notSignedIn(answer, u"The server ended this sign-in at once. Try again."_s));
        AccountRecord known = person;
        known.workspace_id = workspace.value(u"id"_s).toString();
        known.workspace_name = workspace.value(u"name"_s).toString();
        learnSettings(known, tokens, done);
    });
}

void DeskAccount::learnSettings(const AccountRecord &person, const QJsonObject &tokens, const SignedIn &done)
{
    m_door.get(u"/api/sync/rows"_s, {{u"kind"_s, u"workspace"_s}, {u"ids"_s, u"settings"_s}}, [this, person, tokens, done](const BackendAnswer &answer) {
        const QJsonObject row = answer.body.value(u"rows"_s).toArray().at(0).toObject().value(u"row"_s).toObject();
        const auto settings = workspaceFromJson(row);
        if (!answer.isOk() || row.isEmpty())
            return done(notSignedIn(answer, u"The server ended this sign-in at once. Try again."_s));
        if (!settings)
            return done(Error{Error::Code::Damaged, u"The server sent settings that cannot be read."_s, settings.error().message, true});
        if (!hasTokens(tokens))
            return done(unreadableTokens());
        // All or nothing: until here whoever was signed in before still is.
        m_client.abortAll();
        m_record = person;
        m_settings = *settings;
        m_client.setServer(m_record.server);
        (void)takeTokens(tokens);
        done(m_record);
    });
}

void DeskAccount::abandonSignIn() { m_door.abortAll(); }

Verdict DeskAccount::takeTokens(const QJsonObject &body)
{
    if (!hasTokens(body))
        return unreadableTokens();
    m_access = body.value(u"access_token"_s).toString().toLatin1();
    m_refresh = body.value(u"refresh_token"_s).toString().toLatin1();
    // Without a keyring the sign-in holds until the program ends; a plain file is no place for it.
    m_keyThread.start([&keyring = m_keyring, name = keyName(), secret = m_refresh] { (void)keyring.write(name, secret); });
    return Done{};
}

void DeskAccount::renew()
{
    if (m_renewing)
        return;
    m_renewing = true;
    if (!m_refresh.isEmpty())
        return renewWith(m_refresh);
    m_keyThread.start([this, name = keyName()] {
        const auto kept = m_keyring.read(name);
        const QByteArray refresh = kept ? kept->value_or(QByteArray()) : QByteArray();
        QMetaObject::invokeMethod(this, [this, refresh] { renewWith(refresh); }, Qt::QueuedConnection);
    });
}

void DeskAccount::renewWith(const QByteArray &refresh)
{
    if (refresh.isEmpty()) {
        m_renewing = false;
        Q_EMIT signInLost();
        return;
    }
    m_refresh = refresh;
    m_client.post(u"/api/auth/refresh"_s, {{u"refresh_token"_s, QString::fromLatin1(m_refresh)}}, [this](const BackendAnswer &answer) {
        m_renewing = false;
        if (answer.isOk() && takeTokens(answer.body)) {
            Q_EMIT tokenReady(m_access);
        } else if (answer.kind == BackendAnswer::Kind::Answered && (answer.status == 401 || answer.status == 400)) {
            m_refresh.clear();
            Q_EMIT signInLost();
        }
    });
}

void DeskAccount::signOut(int discardedEdits, const std::function<void(bool told)> &done)
{
    // A renewal under way would put its token into the keyring after this one's was taken out.
    m_client.abortAll();
    tellServer(discardedEdits, true, [this, done](bool told) {
        m_access.clear();
        m_refresh.clear();
        m_keyThread.start([&keyring = m_keyring, name = keyName()] { (void)keyring.remove(name); });
        done(told);
    });
}

void DeskAccount::tellServer(int discardedEdits, bool mayRenew, const std::function<void(bool told)> &done)
{
    constexpr int longestWaitMs = 8000;
    const QUrlQuery query{{u"discarded"_s, QString::number(discardedEdits)}};
    m_client.setToken(m_access);
    m_client.post(u"/api/auth/logout"_s, {}, [this, discardedEdits, mayRenew, done](const BackendAnswer &answer) {
        const bool isOld = answer.kind == BackendAnswer::Kind::Answered && answer.status == 401;
        if (!isOld || !mayRenew || m_refresh.isEmpty())
            return done(answer.kind == BackendAnswer::Kind::Answered && answer.status == 204);
        m_client.setToken({});
        m_client.post(u"/api/auth/refresh"_s, {{u"refresh_token"_s, QString::fromLatin1(m_refresh)}}, [this, discardedEdits, done](const BackendAnswer &renewed) {
            if (!renewed.isOk() || !takeTokens(renewed.body))
                return done(false);
            tellServer(discardedEdits, false, done);
        }, longestWaitMs);
    }, longestWaitMs, query);
}

} // namespace calldeck
