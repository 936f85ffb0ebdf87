#include "Command.h"

#include "CallText.h"
#include "OpenStore.h"
#include "export/CallExport.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace calldeck
{

namespace
{

/** All that the cache knows about one call. */
struct Everything {
    CallDetail detail;
    QList<CallOutcomeRecord> outcomes;
    QList<ConversationTurn> turns;
};

Result<Everything> read(CacheFile &file, const QString &id)
{
    const auto key = file.findCall(id);
    if (!key)
        return key.error();
    if (!*key)
        return Error{Error::Code::InvalidInput, QStringLiteral("There is no call %1. list shows the ids.").arg(id), {}, false};
    auto detail = file.detail(**key);
    auto outcomes = file.outcomes(**key);
    auto turns = file.turns(**key);
    if (!detail)
        return detail.error();
    if (!outcomes)
        return outcomes.error();
    if (!turns)
        return turns.error();
    return Everything{*std::move(detail), *std::move(outcomes), *std::move(turns)};
}

QJsonValue timeJson(const std::optional<TimeMs> &at) { return at ? QJsonValue(isoUtc(*at)) : QJsonValue(); }
QJsonValue textJson(const QString &text) { return text.isEmpty() ? QJsonValue() : QJsonValue(text); }

QJsonArray outcomesJson(const QList<CallOutcomeRecord> &outcomes)
{
    QJsonArray list;
    for (const CallOutcomeRecord &record : outcomes) {
        list.append(QJsonObject{{QStringLiteral("mutation_id"), record.mutation_id},
                                {QStringLiteral("disposition"), record.disposition},
                                {QStringLiteral("outcome"), wireWord(record.outcome)},
                                {QStringLiteral("notes"), textJson(record.notes)},
                                {QStringLiteral("agent_id"), textJson(record.agent_id)},
                                {QStringLiteral("at"), isoUtc(record.at)},
                                {QStringLiteral("retracted_at"), timeJson(record.retracted_at)}});
    }
    return list;
}

QJsonArray followUpsJson(const QList<FollowUpTask> &tasks)
{
    QJsonArray list;
    for (const FollowUpTask &task : tasks) {
        list.append(QJsonObject{{QStringLiteral("id"), task.id},
                                {QStringLiteral("number"), textJson(task.number)},
                                {QStringLiteral("due_at"), isoUtc(task.due_at)},
                                {QStringLiteral("note"), textJson(task.note)},
                                {QStringLiteral("owner"), textJson(task.owner)},
                                {QStringLiteral("state"), wireWord(task.state)},
                                {QStringLiteral("automatic"), task.automatic}});
    }
    return list;
}

QJsonValue draftJson(const std::optional<Draft> &draft)
{
    if (!draft)
        return {};
    return QJsonObject{{QStringLiteral("disposition"), textJson(draft->disposition)},
                       {QStringLiteral("notes"), textJson(draft->notes)},
                       {QStringLiteral("follow_up_at"), timeJson(draft->follow_up_at)},
                       {QStringLiteral("amount_cents"), draft->amount_cents ? QJsonValue(*draft->amount_cents) : QJsonValue()},
                       {QStringLiteral("transferred_to"), textJson(draft->transferred_to)},
                       {QStringLiteral("updated_at"), isoUtc(draft->updated_at)}};
}

void printJson(Console &console, const Everything &all)
{
    QJsonObject call = exportedCall(all.detail.call, all.turns);
    const QJsonValue turns = call.take(QStringLiteral("turns"));
    const QJsonValue tags = call.take(QStringLiteral("tags"));
    console.print(QJsonDocument(QJsonObject{{QStringLiteral("call"), call},
                                            {QStringLiteral("tags"), tags},
                                            {QStringLiteral("outcomes"), outcomesJson(all.outcomes)},
                                            {QStringLiteral("follow_ups"), followUpsJson(all.detail.follow_ups)},
                                            {QStringLiteral("draft"), draftJson(all.detail.draft)},
                                            {QStringLiteral("turns"), turns}})
                      .toJson(QJsonDocument::Compact));
}

void printText(Console &console, const Everything &all, const QTimeZone &zone)
{
    const auto line = [&console](const QString &label, const QString &text) {
        if (!text.isEmpty())
            console.print(QStringLiteral("%1 %2").arg(label + u':', -26).arg(oneLine(text)));
    };
    forEachField(all.detail.call, [&](CallField field, const auto &value) {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::optional<TimeMs>>)
            line(QLatin1String(infoOf(field).label), infoOf(field).kind == FieldKind::Time ? localText(value, zone) : fieldText(all.detail.call, field));
        else if (infoOf(field).kind != FieldKind::Boolean || fieldText(all.detail.call, field) == QStringLiteral("true"))
            line(QLatin1String(infoOf(field).label), fieldText(all.detail.call, field));
    });
    line(QStringLiteral("Tags"), all.detail.call.tags.join(QStringLiteral(", ")));
    for (const CallOutcomeRecord &record : all.outcomes) {
        line(record.retracted_at ? QStringLiteral("Taken back") : QStringLiteral("Recorded"),
             QStringLiteral("%1 %2 %3 %4").arg(localText(record.at, zone), record.disposition, record.agent_id, record.notes));
    }
    for (const FollowUpTask &task : all.detail.follow_ups)
        line(QStringLiteral("Follow-up"), QStringLiteral("%1 %2").arg(localText(task.due_at, zone), task.note));
    if (all.detail.draft)
        line(QStringLiteral("Draft"), QStringLiteral("%1 %2").arg(all.detail.draft->disposition, all.detail.draft->notes));
    for (const ConversationTurn &turn : all.turns)
        line(labelOf(turn.speaker), turn.content);
}

ExitCode runShow(const Invocation &run)
{
    auto file = openForReading(run.data_dir);
    if (!file)
        return failure(run.console, file.error());
    const auto all = read(**file, run.arguments[0]);
    if (!all)
        return failure(run.console, all.error());
    if (run.options.isSet(QStringLiteral("json")))
        printJson(run.console, *all);
    else
        printText(run.console, *all, QTimeZone((*file)->workspace().zone));
    return ExitCode::Ok;
}

} // namespace

Command showCommand()
{
    return {QStringLiteral("show"),
            QStringLiteral("Shows all that is known about one call."),
            QStringLiteral("ID"),
            QStringLiteral("ID is the call_id that list gives, or the provider's own id. With --json one object: call, tags, outcomes (all that were\n"
                           "recorded, newest first), follow_ups (open ones of the number), draft (null without one) and turns (what was said)."),
            {{QStringLiteral("json"), QStringLiteral("one JSON object")}},
            runShow};
}

} // namespace calldeck
