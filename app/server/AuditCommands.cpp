#include "Commands.h"
#include "rules/OneLine.h"
#include "store/AuditSeals.h"
#include "store/AuditText.h"
#include "sync/ParkedEdits.h"

#include <cstdio>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

int verifyAudit(const ServerOptions &options)
{
    const auto connection = SqlConnection::open(options.backend.store, SqlSchema::Require);
    const auto names = connection ? workspacesOf(**connection) : Result<QStringList>(connection.error());
    if (!names)
        return complain(names.error());
    int code = exitOk;
    for (const QString &ws : *names) {
        const auto tx = WorkspaceTx::begin(**connection, ws, WorkspaceTx::Mode::Read);
        const auto check = tx ? checkAudit(**tx) : Result<AuditCheck>(tx.error());
        if (!check)
            return complain(check.error());
        printf("%s\t%lld entries\t%s\n", qPrintable(ws), static_cast<long long>(check->entries), check->broken_at ? qPrintable(u"broken at %1"_s.arg(*check->broken_at)) : "whole");
        code = check->broken_at ? exitFailed : code;
    }
    const AuditSeals seals(options.audit_log, options.backend.store.secret);
    if (!seals.isOn()) {
        puts("There are no checkpoints: whether the end was cut off cannot be told. Give --secret and --audit-log.");
        return code;
    }
    const auto problems = seals.check(**connection);
    if (!problems)
        return complain(problems.error());
    for (const QString &problem : *problems)
        printf("%s\n", qPrintable(problem));
    return problems->isEmpty() ? code : exitFailed;
}

int showAudit(const ServerOptions &options)
{
    constexpr int most = 1'000'000;
    bool ok = true;
    const int limit = options.values.contains(u"limit"_s) ? options.value(u"limit"_s).toInt(&ok) : 50;
    if (!ok || limit < 1 || limit > most)
        return complain({Error::Code::InvalidInput, u"--limit is a number from 1 to %1: how many of the newest entries."_s.arg(most), {}, false});
    const auto connection = SqlConnection::open(options.backend.store, SqlSchema::Require);
    const auto ws = connection ? chosenWorkspace(**connection, options.value(u"workspace"_s)) : Result<QString>(connection.error());
    const auto tx = ws ? WorkspaceTx::begin(**connection, *ws, WorkspaceTx::Mode::Read) : Result<std::unique_ptr<WorkspaceTx>>(ws.error());
    const auto entries = tx ? newestAudit(**tx, limit) : Result<QList<AuditEntry>>(tx.error());
    if (!entries)
        return complain(entries.error());
    const bool json = options.values.contains(u"json"_s);
    for (const AuditEntry &entry : *entries)
        puts(json ? auditJson(entry).constData() : auditText(entry).toUtf8().constData());
    return exitOk;
}

} // namespace

int audit(const ServerOptions &options)
{
    const QString action = options.words.value(0);
    if (action == u"verify"_s)
        return verifyAudit(options);
    if (action == u"show"_s)
        return showAudit(options);
    return complain({Error::Code::InvalidInput, u"audit verify, or audit show."_s, {}, false});
}

int parked(const ServerOptions &options)
{
    const auto connection = SqlConnection::open(options.backend.store, SqlSchema::Require);
    const auto ws = connection ? chosenWorkspace(**connection, options.value(u"workspace"_s)) : Result<QString>(connection.error());
    const auto tx = ws ? WorkspaceTx::begin(**connection, *ws, WorkspaceTx::Mode::Read) : Result<std::unique_ptr<WorkspaceTx>>(ws.error());
    const auto edits = tx ? parkedEdits(**tx) : Result<QList<QJsonObject>>(tx.error());
    if (!edits)
        return complain(edits.error());
    for (const QJsonObject &edit : *edits)
        puts(oneLineJson(edit).constData());
    return exitOk;
}

} // namespace calldeck
