#include "Commands.h"
#include "auth/Identities.h"
#include "auth/Tokens.h"
#include "rules/OneLine.h"
#include "store/Moment.h"
#include "store/WorkspaceTx.h"
#include "sync/Upkeep.h"

#include <QTextStream>
#include <cstdio>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

int addUser(const ServerOptions &options, SqlConnection &connection)
{
    const auto ws = chosenWorkspace(connection, options.value(u"workspace"_s));
    if (!ws)
        return complain(ws.error());
    const auto role = fromWireWord<UserRole>(options.value(u"role"_s));
    if (!role)
        return complain({Error::Code::InvalidInput, u"--role is agent, dispatcher, manager or admin."_s, {}, false});
    const auto account = newAccount(connection, *ws, options.value(u"email"_s), options.value(u"name"_s), *role, givenPassword());
    const Verdict stored = account ? storeAccount(connection, *account, programActor, serverNow()) : Verdict(account.error());
    if (!stored)
        return complain(stored.error());
    printf("%s\n", qPrintable(account->id));
    return exitOk;
}

int listUsers(const ServerOptions &options, SqlConnection &connection)
{
    const auto ws = chosenWorkspace(connection, options.value(u"workspace"_s));
    if (!ws)
        return complain(ws.error());
    const auto accounts = accountsOf(connection, *ws);
    if (!accounts)
        return complain(accounts.error());
    for (const Account &account : *accounts)
        printf("%s\t%s\t%s\t%s\t%s\n", qPrintable(account.email), qPrintable(wireWord(account.role)), account.disabled ? "disabled" : "active", qPrintable(oneLine(account.name)), qPrintable(account.id));
    return exitOk;
}

/** The account of the address that an option names; which one, when it has several, says --workspace. */
Result<Account> chosenAccount(const ServerOptions &options, SqlConnection &connection, const QString &option)
{
    const auto accounts = accountsOfAddress(connection, options.value(option));
    if (!accounts)
        return accounts.error();
    const QString ws = options.value(u"workspace"_s);
    QList<Account> chosen;
    for (const Account &account : *accounts) {
        if (ws.isEmpty() || account.ws == ws)
            chosen.append(account);
    }
    if (chosen.size() == 1)
        return chosen.first();
    if (chosen.isEmpty())
        return Error{Error::Code::NotFound, u"There is no account %1."_s.arg(options.value(option)), {}, false};
    return Error{Error::Code::InvalidInput, u"%1 has an account in several workspaces. Say which with --workspace."_s.arg(options.value(option)), {}, false};
}

/** user disable, user unlink, user role. */
int changeUser(const ServerOptions &options, SqlConnection &connection, const QString &action)
{
    const auto role = fromWireWord<UserRole>(options.value(u"role"_s));
    if (action != u"disable"_s && action != u"unlink"_s && (action != u"role"_s || !role))
        return complain({Error::Code::InvalidInput, u"user add, user list, user disable, user unlink or user role --role agent|dispatcher|manager|admin."_s, {}, false});
    const auto account = chosenAccount(options, connection, u"email"_s);
    if (!account)
        return complain(account.error());
    if (action == u"unlink"_s)
        return said(unlinkIdentities(connection, *account, serverNow()));
    AccountChange change;
    if (action == u"disable"_s)
        change.disabled = true;
    else
        change.role = role.value();
    const auto changed = changeAccount(connection, account->ws, account->id, change, programActor, serverNow());
    return said(changed ? Verdict(Done{}) : Verdict(changed.error()));
}

} // namespace

QString givenPassword()
{
    if (qEnvironmentVariableIsSet("CALLDECK_PASSWORD"))
        return qEnvironmentVariable("CALLDECK_PASSWORD");
    return QTextStream(stdin).readLine(1000);
}

Result<QString> chosenWorkspace(SqlConnection &connection, const QString &name)
{
    const auto names = workspacesOf(connection);
    if (!names)
        return names.error();
    if (names->contains(name))
        return name;
    if (name.isEmpty() && names->size() == 1)
        return names->first();
    return Error{Error::Code::InvalidInput, u"Say which with --workspace: %1."_s.arg(names->isEmpty() ? u"there is none yet, run init"_s : names->join(u", "_s)), {}, false};
}

int initWorkspace(const ServerOptions &options)
{
    const auto connection = SqlConnection::open(options.backend.store, SqlSchema::Create);
    if (!connection)
        return complain(connection.error());
    if (const auto secret = ownSecret(options); !secret)
        return complain(secret.error());
    Workspace settings = Workspace::standard();
    settings.name = options.value(u"workspace"_s).trimmed();
    if (settings.name.isEmpty())
        return complain({Error::Code::InvalidInput, u"--workspace is the name of the business."_s, {}, false});
    const auto ws = foundWorkspace(**connection, settings, options.value(u"admin-email"_s), options.value(u"admin-name"_s), givenPassword(), serverNow());
    if (!ws)
        return complain(ws.error());
    printf("%s\n", qPrintable(*ws));
    return exitOk;
}

int changeUsers(const ServerOptions &options)
{
    const auto connection = SqlConnection::open(options.backend.store, SqlSchema::Require);
    if (!connection)
        return complain(connection.error());
    const QString action = options.words.value(0);
    if (action == u"add"_s)
        return addUser(options, **connection);
    if (action == u"list"_s)
        return listUsers(options, **connection);
    return changeUser(options, **connection, action);
}

int giveServiceToken(const ServerOptions &options)
{
    const auto connection = SqlConnection::open(options.backend.store, SqlSchema::Require);
    if (!connection)
        return complain(connection.error());
    const auto account = chosenAccount(options, **connection, u"user"_s);
    if (!account)
        return complain(account.error());
    if (account->disabled)
        return complain({Error::Code::NotFound, u"There is no such account, or it is disabled."_s, {}, false});
    const auto pair = openService(**connection, *account, programActor, serverNow());
    if (!pair)
        return complain(pair.error());
    printf("%s\n", qPrintable(pair->access));
    return exitOk;
}

} // namespace calldeck
