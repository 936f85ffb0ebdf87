#include "store/FileTickets.h"

#include "store/Moment.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

Result<QString> openFileTicket(SqlConnection &connection, const FileTicket &ticket, TimeMs now)
{
    constexpr int secretBytes = 32;
    const QString text = u"x_"_s + randomHex(secretBytes);
    const Verdict done = inOneWrite(connection, [&] {
        return connection.query("INSERT INTO file_ticket(hash, ws, kind, id, account, expires_at) VALUES (?, ?, ?, ?, ?, ?)", sha256Hex(text.toUtf8()), ticket.ws, ticket.kind,
                                ticket.id, ticket.account, now + FileTicket::life)
            .run();
    });
    if (!done)
        return done.error();
    return text;
}

Result<std::optional<FileTicket>> findFileTicket(SqlConnection &connection, const QString &text, TimeMs now)
{
    SqlStatement find = connection.query("SELECT t.ws, t.kind, t.id, t.account FROM file_ticket t JOIN account a ON a.id = t.account AND a.ws = t.ws AND a.disabled = 0 "
                                         "WHERE t.hash = ? AND t.expires_at > ?",
                                         sha256Hex(text.toUtf8()), now);
    const auto found = find.found();
    if (!found)
        return found.error();
    return *found ? std::optional(FileTicket{find.text(0), find.text(1), find.text(2), find.text(3)}) : std::nullopt;
}

Verdict forgetFileTickets(SqlConnection &connection, TimeMs now)
{
    return inOneWrite(connection, [&] { return connection.query("DELETE FROM file_ticket WHERE expires_at <= ?", now).run(); });
}

} // namespace calldeck
