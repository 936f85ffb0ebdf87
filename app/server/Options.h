#pragma once

#include "api/Backend.h"
#include "http/HttpConfig.h"

namespace calldeck
{

/** The command line, with what a configuration file and the environment (CALLDECK_STORE) say where it is silent. */
struct ServerOptions {
    QString command;   ///< "serve" when none is named
    QStringList words; ///< what follows the command
    QHash<QString, QString> values; ///< "--workspace NAME" as {"workspace", "NAME"}
    BackendConfig backend;
    HttpServerConfig http;
    bool has_store = false;
    QString secret_file; ///< of the store; beside an SQLite file unless --secret says otherwise; empty: it has none
    QString audit_log;   ///< the checkpoints of the audit trail, likewise

    QString value(const QString &name) const { return values.value(name); }
    /** The error names the option. */
    static Result<ServerOptions> parse(const QStringList &arguments);
};

} // namespace calldeck
