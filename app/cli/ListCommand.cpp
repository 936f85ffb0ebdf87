#include "Cli.h"

#include "rules/Phone.h"

#include <QDateTime>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTimeZone>

namespace calldeck
{

namespace
{

QString tableLine(const Call &call, const QTimeZone &zone, const QString &region)
{
    const QString started = call.started_at ? QDateTime::fromMSecsSinceEpoch(*call.started_at, zone).toString(QStringLiteral("yyyy-MM-dd HH:mm")) : QString();
    const auto cell = [](const QString &text, int width) { return QString(text.left(width).leftJustified(width) + QStringLiteral("  ")); };
    return cell(started, 16) + cell(fieldText(call, CallField::status), 11) + cell(fieldText(call, CallField::call_type), 17) +
           cell(call.caller_name.isEmpty() ? call.business_name : call.caller_name, 22) + cell(formatPhone(call.customer_number, region), 17) +
           cell(fieldText(call, CallField::outcome), 17) + call.call_id;
}

} // namespace

int runList(Cli &cli, const QStringList &arguments)
{
    cli.parser().addOptions({{QStringLiteral("filter"), QStringLiteral("Which calls, such as: status:missed,voicemail is:triage started>=2026-01-01"), QStringLiteral("EXPR")},
                             {QStringLiteral("limit"), QStringLiteral("At most so many; the newest come first."), QStringLiteral("N")},
                             {QStringLiteral("json"), QStringLiteral("One JSON object a line.")}});
    if (const auto code = cli.parse(arguments, 0))
        return *code;
    bool isNumber = true;
    const qint64 limit = cli.parser().isSet(QStringLiteral("limit")) ? cli.parser().value(QStringLiteral("limit")).toLongLong(&isNumber) : -1;
    if (!isNumber || (cli.parser().isSet(QStringLiteral("limit")) && limit < 1))
        return cli.usageError(QStringLiteral("--limit is a number from 1."));
    const auto calls = cli.openFiltered();
    if (!calls)
        return cli.fail(calls.error());
    const bool json = cli.parser().isSet(QStringLiteral("json"));
    const QTimeZone zone(calls->cache->workspace().zone);
    qint64 shown = 0;
    const auto visited = calls->cache->forEachCall({calls->filter, {}}, Cli::now(), [&](const Call &call) {
        const bool read = json ? cli.put(QJsonDocument(callToJson(call)).toJson(QJsonDocument::Compact)) : cli.putText(tableLine(call, zone, calls->cache->workspace().region));
        return read && ++shown != limit;
    });
    if (!visited)
        return cli.fail(visited.error());
    if (!json)
        cli.say(shown == 1 ? QStringLiteral("1 call") : QStringLiteral("%1 calls").arg(shown));
    return Cli::interrupted() ? exitInterrupted : exitOk;
}

} // namespace calldeck
