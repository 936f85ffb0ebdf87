#include "Options.h"

#include "rules/JsonReader.h"
#include "rules/SafeAddress.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QUrl>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

Error usage(const QString &message) { return {Error::Code::InvalidInput, message, {}, false}; }

const QStringList &knownOptions()
{
    static const QStringList names{u"store"_s,     u"listen"_s, u"tls-cert"_s, u"tls-key"_s, u"config"_s, u"workspace"_s,  u"admin-email"_s, u"admin-name"_s,
                                   u"email"_s,     u"name"_s,   u"role"_s,     u"user"_s,    u"keep"_s,   u"workers"_s,
                                   u"secret"_s,    u"audit-log"_s, u"number"_s, u"contact"_s, u"limit"_s, u"out"_s,
                                   u"data"_s,      u"pdf-font"_s, u"smtp"_s,  u"mail-from"_s, u"smtp-keys"_s, u"s3-endpoint"_s,
                                   u"s3-bucket"_s, u"s3-region"_s, u"s3-keys"_s, u"attachment-quota-mb"_s,
                                   u"oidc-issuer"_s, u"oidc-client-id"_s, u"oidc-client-secret-file"_s, u"oidc-ca"_s, u"oidc-redirect-path"_s};
    return names;
}

Verdict splitWords(const QStringList &arguments, ServerOptions &options)
{
    for (qsizetype i = 0; i < arguments.size(); ++i) {
        const QString &word = arguments[i];
        if (!word.startsWith(u"--"_s)) {
            options.words.append(word);
            continue;
        }
        const QString name = word.mid(2).section(u'=', 0, 0);
        if (name == u"json"_s || name == u"help"_s || name == u"version"_s) {
            options.values.insert(name, u"yes"_s);
        } else if (!knownOptions().contains(name)) {
            return usage(u"--%1 is no option."_s.arg(name));
        } else if (word.contains(u'=')) {
            options.values.insert(name, word.section(u'=', 1));
        } else if (i + 1 < arguments.size()) {
            options.values.insert(name, arguments[++i]);
        } else {
            return usage(u"--%1 needs a value."_s.arg(name));
        }
    }
    options.command = options.words.isEmpty() ? u"serve"_s : options.words.takeFirst();
    return Done{};
}

constexpr int mostCounted = 1'000'000;
constexpr int mostWorkers = 64;

/** Of what can be had in whole numbers; a value that is out of its range is wrong, never made to fit. */
void readCount(JsonReader &json, const QString &key, int least, int most, int &value)
{
    if (!json.has(key))
        return;
    const qint64 given = json.integer(key);
    if (given < least || given > most)
        json.fail(key, u"must be a whole number from %1 to %2"_s.arg(least).arg(most));
    else
        value = static_cast<int>(given);
}

/** A name that nobody reads would be a limit that its writer believes in. */
void refuseUnknown(JsonReader &json, const QJsonObject &object, const QStringList &known)
{
    for (const QString &key : object.keys()) {
        if (!known.contains(key))
            json.fail(key, u"is not known"_s);
    }
}

void readLimits(JsonReader &json, const QJsonObject &object, RequestLimits &limits, HttpLimits &http)
{
    constexpr double slowest = 0.001; // one in a quarter of an hour
    constexpr double most = mostCounted;
    struct Limit {
        QString key;
        double least;
        double *value;
    };
    const Limit numbers[] = {{u"user_rate"_s, slowest, &limits.user_rate},
                             {u"user_burst"_s, 1, &limits.user_burst},
                             {u"service_rate"_s, slowest, &limits.service_rate},
                             {u"service_burst"_s, 1, &limits.service_burst},
                             {u"peer_rate"_s, slowest, &limits.peer_rate},
                             {u"peer_burst"_s, 1, &limits.peer_burst},
                             {u"logins_per_minute"_s, 1, &limits.logins_per_minute},
                             {u"peer_logins_per_minute"_s, 1, &limits.peer_logins_per_minute},
                             {u"sockets_per_user"_s, 1, &limits.sockets_per_user}};
    QStringList known{u"connections"_s, u"peer_connections"_s};
    readCount(json, u"connections"_s, 1, mostCounted, http.connections);
    readCount(json, u"peer_connections"_s, 0, mostCounted, http.connections_per_peer);
    for (const Limit &limit : numbers) {
        known.append(limit.key);
        if (!json.has(limit.key))
            continue;
        *limit.value = json.number(limit.key);
        if (*limit.value < limit.least || *limit.value > most)
            json.fail(limit.key, u"must be a number from %1 to %2"_s.arg(limit.least).arg(mostCounted));
    }
    refuseUnknown(json, object, known);
}

/**
 * {"store", "listen", "tls_cert", "tls_key", "secret", "audit_log", "data", "pdf_font", "smtp", "smtp_keys", "mail_from", "s3_endpoint", "s3_bucket",
 * "s3_region", "s3_keys", "oidc_issuer", "oidc_client_id", "oidc_client_secret_file", "oidc_ca",
 * "oidc_redirect_path", "workers", "origins": [], "limits": {...}}
 */
Verdict readFile(const QString &path, ServerOptions &options)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return usage(u"--config: %1 cannot be read."_s.arg(path));
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(file.readAll(), &error);
    if (!document.isObject())
        return usage(u"--config: %1 is no JSON object: %2 at byte %3."_s.arg(path, error.errorString()).arg(error.offset));
    QString problem;
    JsonReader json(document.object(), QString(), problem);
    QStringList known{u"workers"_s, u"origins"_s, u"limits"_s};
    const auto orElse = [&](const QString &option, const QString &key) {
        known.append(key);
        if (!options.values.contains(option) && json.has(key))
            options.values.insert(option, json.text(key));
    };
    orElse(u"store"_s, u"store"_s);
    orElse(u"listen"_s, u"listen"_s);
    orElse(u"tls-cert"_s, u"tls_cert"_s);
    orElse(u"tls-key"_s, u"tls_key"_s);
    orElse(u"secret"_s, u"secret"_s);
    orElse(u"audit-log"_s, u"audit_log"_s);
    orElse(u"data"_s, u"data"_s);
    for (const QString &option : {u"pdf-font"_s, u"smtp"_s, u"smtp-keys"_s, u"mail-from"_s, u"s3-endpoint"_s, u"s3-bucket"_s, u"s3-region"_s, u"s3-keys"_s, u"oidc-issuer"_s, u"oidc-client-id"_s,
                                  u"oidc-client-secret-file"_s, u"oidc-ca"_s, u"oidc-redirect-path"_s})
        orElse(option, QString(option).replace(u'-', u'_'));
    readCount(json, u"workers"_s, 1, mostWorkers, options.backend.workers);
    options.backend.origins = json.optionalTexts(u"origins"_s);
    if (json.has(u"limits"_s))
        (void)json.object<bool>(u"limits"_s, [&](JsonReader &limits) {
            readLimits(limits, document.object().value(u"limits"_s).toObject(), options.backend.limits, options.http.limits);
            return true;
        });
    refuseUnknown(json, document.object(), known);
    if (!problem.isEmpty())
        return usage(u"--config: "_s + problem);
    return Done{};
}

Verdict takeListen(ServerOptions &options)
{
    const QString listen = options.values.value(u"listen"_s, u"127.0.0.1:8480"_s);
    const qsizetype colon = listen.lastIndexOf(u':');
    bool ok = false;
    const uint port = listen.mid(colon + 1).toUInt(&ok);
    if (colon < 1 || !ok || port > 65535)
        return usage(u"--listen is ADDRESS:PORT, such as 127.0.0.1:8480 or [::]:8480."_s);
    QString address = listen.left(colon);
    if (address.startsWith(u'[') && address.endsWith(u']'))
        address = address.mid(1, address.size() - 2);
    options.http.address = address;
    options.http.port = static_cast<quint16>(port);
    options.http.tls_certificate = options.value(u"tls-cert"_s);
    options.http.tls_key = options.value(u"tls-key"_s);
    return Done{};
}

Verdict takeStore(ServerOptions &options)
{
    const QString url = options.values.value(u"store"_s, qEnvironmentVariable("CALLDECK_STORE"));
    if (url.isEmpty())
        return Done{};
    const auto target = SqlTarget::parse(url);
    if (!target)
        return target.error();
    options.backend.store = *target;
    options.has_store = true;
    const auto beside = [&](const QString &ending) { return target->engine == SqlEngine::Sqlite ? target->file + ending : QString(); };
    options.secret_file = options.values.value(u"secret"_s, beside(u".secret"_s));
    options.audit_log = options.values.value(u"audit-log"_s, beside(u".audit"_s));
    if (options.secret_file.isEmpty())
        return Done{};
    const auto secret = StoreSecret::read(options.secret_file);
    if (!secret && secret.error().code != Error::Code::NotFound)
        return secret.error();
    if (secret)
        options.backend.store.secret = *secret;
    return Done{};
}

/** Beside the store's file, unless another folder is named; over PostgreSQL there is none without. */
Verdict takeFiles(ServerOptions &options)
{
    const bool file = options.has_store && options.backend.store.engine == SqlEngine::Sqlite;
    const QString beside = file ? QString(QFileInfo(options.backend.store.file).absolutePath() % u"/files"_s) : QString();
    options.backend.files.folder = options.values.value(u"data"_s, beside);
    options.backend.files.pdf_font = options.value(u"pdf-font"_s);
    if (options.values.contains(u"attachment-quota-mb"_s)) {
        constexpr qint64 megabyte = 1'000'000;
        bool ok = false;
        const qint64 quota = options.value(u"attachment-quota-mb"_s).toLongLong(&ok);
        if (!ok || quota < 0 || quota > megabyte * 100)
            return usage(u"--attachment-quota-mb is a number of megabytes."_s);
        options.backend.files.attachment_quota = quota * megabyte;
    }
    return Done{};
}

/** The one line of a file that nobody else can read: secrets never stand on the command line. */
Result<QByteArray> secretIn(const QString &option, const QString &path)
{
    constexpr qint64 most = 1000;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return usage(u"--%1: %2 cannot be read."_s.arg(option, path));
    const auto others = QFileDevice::ReadGroup | QFileDevice::WriteGroup | QFileDevice::ReadOther | QFileDevice::WriteOther;
    if (file.permissions() & others)
        return usage(u"--%1: %2 can be read by others. Run chmod 600."_s.arg(option, path));
    const QByteArray secret = file.read(most).trimmed();
    if (secret.isEmpty() || secret.contains('\n'))
        return usage(u"--%1: %2 must hold one line."_s.arg(option, path));
    return secret;
}

/** "name:secret", likewise. */
Result<QByteArray> keysIn(const QString &option, const QString &path)
{
    auto keys = secretIn(option, path);
    if (keys && !keys->contains(':'))
        return usage(u"--%1: %2 must hold one line, NAME:SECRET."_s.arg(option, path));
    return keys;
}

bool isUrl(const QString &text, const QStringList &schemes)
{
    const QUrl url(text, QUrl::StrictMode);
    return url.isValid() && schemes.contains(url.scheme()) && !url.host().isEmpty() && url.userInfo().isEmpty() && !url.hasQuery();
}

Verdict takeS3(ServerOptions &options)
{
    S3Config &s3 = options.backend.files.s3;
    s3.endpoint = options.value(u"s3-endpoint"_s);
    if (s3.endpoint.isEmpty())
        return Done{};
    while (s3.endpoint.endsWith(u'/'))
        s3.endpoint.chop(1);
    s3.bucket = options.value(u"s3-bucket"_s);
    s3.region = options.values.value(u"s3-region"_s, s3.region);
    if (!isUrl(s3.endpoint, {u"http"_s, u"https"_s}))
        return usage(u"--s3-endpoint is https://HOST[:PORT]."_s);
    if (s3.bucket.isEmpty() || s3.bucket.contains(u'/'))
        return usage(u"--s3-bucket names the bucket for attachments."_s);
    const auto keys = keysIn(u"s3-keys"_s, options.value(u"s3-keys"_s));
    if (!keys)
        return keys.error();
    s3.keys = *keys;
    return Done{};
}

Verdict takeMail(ServerOptions &options)
{
    MailConfig &mail = options.backend.mail;
    mail.url = options.value(u"smtp"_s);
    mail.from = options.value(u"mail-from"_s);
    if (mail.url.isEmpty())
        return Done{};
    if (!isUrl(mail.url, {u"smtp"_s, u"smtps"_s}))
        return usage(u"--smtp is smtp://HOST:PORT or smtps://HOST:PORT."_s);
    if (mail.from.count(u'@') != 1 || mail.from.contains(u' '))
        return usage(u"--mail-from is the address that mail comes from."_s);
    if (!options.values.contains(u"smtp-keys"_s))
        return Done{};
    const auto keys = keysIn(u"smtp-keys"_s, options.value(u"smtp-keys"_s));
    if (!keys)
        return keys.error();
    mail.keys = *keys;
    return Done{};
}

bool isIssuer(const QString &text)
{
    const QUrl url(text, QUrl::StrictMode);
    return isUrl(text, {u"http"_s, u"https"_s}) && isSafeAddress(url) && !url.hasFragment();
}

Verdict takeOpenId(ServerOptions &options)
{
    OpenIdConfig &open_id = options.backend.open_id;
    open_id = {options.value(u"oidc-issuer"_s), options.value(u"oidc-client-id"_s), {}, options.value(u"oidc-ca"_s), options.value(u"oidc-redirect-path"_s)};
    const bool secret = options.values.contains(u"oidc-client-secret-file"_s);
    if (!open_id.isOn()) {
        const bool half = !open_id.client_id.isEmpty() || secret || !open_id.ca_file.isEmpty() || !open_id.redirect_path.isEmpty();
        return half ? Verdict(usage(u"--oidc-issuer is missing: it says who signs people in."_s)) : Verdict(Done{});
    }
    if (!isIssuer(open_id.issuer))
        return usage(u"--oidc-issuer is https://HOST[/PATH], exactly as the identity provider spells it; http:// only on this machine."_s);
    if (open_id.client_id.isEmpty())
        return usage(u"--oidc-client-id is missing: it is the name by which the identity provider knows this backend."_s);
    static const QRegularExpression segment(u"^[A-Za-z0-9_-]{0,100}\\z"_s);
    if (!segment.match(open_id.redirect_path).hasMatch())
        return usage(u"--oidc-redirect-path is one word of letters, digits, - and _: the path of http://127.0.0.1/PATH as it is registered."_s);
    if (!open_id.ca_file.isEmpty() && !QFileInfo(open_id.ca_file).isReadable())
        return usage(u"--oidc-ca: %1 cannot be read."_s.arg(open_id.ca_file));
    if (!secret)
        return Done{};
    const auto line = secretIn(u"oidc-client-secret-file"_s, options.value(u"oidc-client-secret-file"_s));
    if (!line)
        return line.error();
    open_id.secret = *line;
    return Done{};
}

} // namespace

Result<ServerOptions> ServerOptions::parse(const QStringList &arguments)
{
    ServerOptions options;
    Verdict done = splitWords(arguments, options);
    if (done && options.values.contains(u"config"_s))
        done = readFile(options.value(u"config"_s), options);
    if (done)
        done = takeListen(options);
    if (done)
        done = takeStore(options);
    if (done && options.values.contains(u"workers"_s))
        options.backend.workers = options.value(u"workers"_s).toInt();
    if (done && (options.backend.workers < 1 || options.backend.workers > mostWorkers))
        done = usage(u"--workers is a number from 1 to %1."_s.arg(mostWorkers));
    if (done)
        done = takeFiles(options);
    if (done)
        done = takeS3(options);
    if (done)
        done = takeMail(options);
    if (done)
        done = takeOpenId(options);
    if (!done)
        return done.error();
    return options;
}

} // namespace calldeck
