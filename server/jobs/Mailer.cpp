#include "jobs/Mailer.h"

#include "jobs/Curl.h"
#include "store/Moment.h"
#include "database/CrashPoint.h"

#include <QDateTime>
#include <QLocale>

namespace calldeck
{

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace
{

constexpr auto lookEvery = 1s;

/** Nothing that could end a header line or begin another. */
QByteArray headerText(const QString &text)
{
    QByteArray clean;
    for (const QChar letter : text)
        clean += letter.unicode() >= 0x20 && letter.unicode() < 0x7f ? static_cast<char>(letter.unicode()) : ' ';
    return clean;
}

/** As it goes over the line: headers, an empty line, and lines of Base64. */
QByteArray messageOf(const MailConfig &config, const QString &ws, const Mail &mail, TimeMs now)
{
    constexpr qsizetype lineLength = 76;
    const QByteArray domain = headerText(config.from.section(u'@', 1));
    const QString date = QLocale::c().toString(QDateTime::fromMSecsSinceEpoch(now, Qt::UTC), u"ddd, dd MMM yyyy hh:mm:ss"_s) + u" +0000"_s;
    QByteArray text = "From: Calldeck <" + headerText(config.from) + ">\r\nTo: <" + headerText(mail.recipient) + ">\r\nSubject: " + headerText(mail.subject) + "\r\nDate: " + date.toLatin1() +
                      "\r\nMessage-ID: <" + sha256Hex(QString(ws % u'\n' % mail.id).toUtf8()).left(40) + '@' + domain +
                      ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    const QByteArray body = mail.body.toUtf8().toBase64();
    for (qsizetype at = 0; at < body.size(); at += lineLength)
        text += body.mid(at, lineLength) + "\r\n";
    return text;
}

} // namespace

MailTry sendMail(const MailConfig &config, const QString &ws, const Mail &mail, TimeMs now)
{
    struct Free {
        void operator()(curl_slist *list) const { curl_slist_free_all(list); }
    };
    const std::unique_ptr<curl_slist, Free> recipients(curl_slist_append(nullptr, headerText(mail.recipient).constData()));
    const QByteArray message = messageOf(config, ws, mail, now);
    CurlTransfer transfer(config.url.toUtf8());
    transfer.setProtocols("smtp,smtps");
    if (!config.keys.isEmpty()) {
        curl_easy_setopt(transfer.handle(), CURLOPT_USERPWD, config.keys.constData());
        // A password never goes over an open line.
        curl_easy_setopt(transfer.handle(), CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    }
    curl_easy_setopt(transfer.handle(), CURLOPT_MAIL_FROM, headerText(config.from).constData());
    curl_easy_setopt(transfer.handle(), CURLOPT_MAIL_RCPT, recipients.get());
    transfer.setUpload(message);
    const auto code = transfer.perform();
    if (!code)
        return {false, false, QString(code.error().message % u' ' % code.error().detail)};
    if (*code >= 200 && *code < 300)
        return {true, false, {}};
    return {false, *code >= 500 && *code < 600, u"The mail server answered %1."_s.arg(*code)};
}

Mailer::Mailer(const SqlTarget &target, const MailConfig &config, Failed failed)
    : m_config(config), m_failed(std::move(failed)), m_loop(target, lookEvery, [this](SqlConnection &connection) { return sendOne(connection); })
{
}

bool Mailer::sendOne(SqlConnection &connection)
{
    const auto names = workspacesOf(connection);
    bool any = false;
    for (const QString &ws : names ? *names : QStringList())
        any = sendOneOf(connection, ws) || any;
    return any;
}

/** True when there was one to try. */
bool Mailer::sendOneOf(SqlConnection &connection, const QString &ws)
{
    const auto inWriting = [&](auto &&work) {
        return withRetries(connection, [&]() -> Result<std::optional<Mail>> {
            const auto tx = WorkspaceTx::begin(connection, ws, WorkspaceTx::Mode::Write);
            auto worked = tx ? work(**tx) : Result<std::optional<Mail>>(tx.error());
            if (!worked)
                return worked;
            const Verdict done = (*tx)->commit();
            return done ? worked : Result<std::optional<Mail>>(done.error());
        });
    };
    {
        const auto tx = WorkspaceTx::begin(connection, ws, WorkspaceTx::Mode::Read);
        const auto waits = tx ? mailWaits(**tx, serverNow()) : Result<bool>(tx.error());
        if (!waits || !*waits)
            return false;
    }
    const auto mail = inWriting([](WorkspaceTx &tx) { return claimMail(tx, serverNow()); });
    if (!mail || !*mail)
        return false;
    const MailTry tried = sendMail(m_config, ws, **mail, serverNow());
    crashAt("M1");
    const auto marked = inWriting([&](WorkspaceTx &tx) -> Result<std::optional<Mail>> {
        const Verdict done = tried.sent ? mailSent(tx, (*mail)->id, serverNow()) : mailFailed(tx, **mail, tried.for_good, tried.message, serverNow());
        return done ? Result<std::optional<Mail>>(std::optional<Mail>()) : done.error();
    });
    if (!tried.sent || !marked)
        m_failed(ws, tried.sent ? marked.error().message : tried.message);
    return true;
}

} // namespace calldeck
