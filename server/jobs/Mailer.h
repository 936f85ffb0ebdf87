#pragma once

#include "sql/SqlLoop.h"
#include "store/Mail.h"

namespace calldeck
{

/** The server that takes our mail. */
struct MailConfig {
    QString url;  ///< smtp://host:port or smtps://host:port; "" sends none
    QString from; ///< address
    QByteArray keys; ///< "user:password", "" for none; never logged
};

/** How one try ended. */
struct MailTry {
    bool sent = false;
    bool for_good = false; ///< the server will never take it
    QString message;
};
/** Hands one message to the server. Its Message-ID is made of the mail's id: a message that comes twice can be told. Blocks. */
MailTry sendMail(const MailConfig &config, const QString &ws, const Mail &mail, TimeMs now);

/**
 * Sends what waits in the table `mail`, of any number of processes each message by one at a time. Taken by the server but not yet marked so
 * when the process dies, a message goes out again: SMTP knows no better. A thread and a connection of its own.
 */
class Mailer
{
public:
    using Failed = std::function<void(const QString &ws, const QString &message)>;
    Mailer(const SqlTarget &target, const MailConfig &config, Failed failed);

private:
    bool sendOne(SqlConnection &connection);
    bool sendOneOf(SqlConnection &connection, const QString &ws);

    const MailConfig m_config;
    const Failed m_failed;
    SqlLoop m_loop; // last, so that it ends first
};

} // namespace calldeck
