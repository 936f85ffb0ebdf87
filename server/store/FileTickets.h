#pragma once

#include "records/Call.h"
#include "sql/SqlConnection.h"

namespace calldeck
{

/** What a link opens: one file of one workspace, for who asked for the link. */
struct FileTicket {
    static constexpr TimeMs life = 15 * 60'000;

    QString ws;
    QString kind; ///< "export" or "attachment"
    QString id;
    QString account;
};

/** Gives the text of a new ticket; the store has only its hash. Good for any number of downloads until it ends. */
Result<QString> openFileTicket(SqlConnection &connection, const FileTicket &ticket, TimeMs now);
/** Nothing when the text opens nothing (any more), something else, or the account was closed. */
Result<std::optional<FileTicket>> findFileTicket(SqlConnection &connection, const QString &text, TimeMs now);
Verdict forgetFileTickets(SqlConnection &connection, TimeMs now);

} // namespace calldeck
