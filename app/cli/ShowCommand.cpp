#include "Cli.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace calldeck
{

namespace
{

QJsonValue momentJson(std::optional<TimeMs> at) { return at ? QJsonValue(isoUtc(*at)) : QJsonValue(); }

QJsonObject outcomeJson(const CallOutcomeRecord &outcome)
{
    return {{QStringLiteral("mutation_id"), outcome.mutation_id}, {QStringLiteral("disposition"), outcome.disposition}, {QStringLiteral("outcome"), wireWord(outcome.outcome)},
            {QStringLiteral("notes"), outcome.notes},             {QStringLiteral("agent_id"), outcome.agent_id},       {QStringLiteral("at"), isoUtc(outcome.at)},
            {QStringLiteral("retracted_at"), momentJson(outcome.retracted_at)}};
}

QJsonObject followUpJson(const FollowUpTask &task)
{
    return {{QStringLiteral("id"), task.id},       {QStringLiteral("due_at"), isoUtc(task.due_at)},        {QStringLiteral("note"), task.note},
            {QStringLiteral("owner"), task.owner}, {QStringLiteral("state"), wireWord(task.state)},        {QStringLiteral("automatic"), task.automatic}};
}

QJsonValue draftJson(const std::optional<Draft> &draft)
{
    if (!draft)
        return {};
    return QJsonObject{{QStringLiteral("disposition"), draft->disposition},
                       {QStringLiteral("notes"), draft->notes},
                       {QStringLiteral("follow_up_at"), momentJson(draft->follow_up_at)},
                       {QStringLiteral("amount_cents"), draft->amount_cents ? QJsonValue(*draft->amount_cents) : QJsonValue()},
                       {QStringLiteral("transferred_to"), draft->transferred_to},
                       {QStringLiteral("updated_at"), isoUtc(draft->updated_at)}};
}

QJsonObject turnJson(const ConversationTurn &turn)
{
    return {{QStringLiteral("speaker"), wireWord(turn.speaker)},
            {QStringLiteral("content"), turn.content},
            {QStringLiteral("at_ms"), turn.at_ms},
            {QStringLiteral("confidence"), turn.confidence ? QJsonValue(*turn.confidence) : QJsonValue()}};
}

template <class List, class ToJson> QJsonArray arrayOf(const List &list, ToJson toJson)
{
    QJsonArray array;
    for (const auto &item : list)
        array.append(toJson(item));
    return array;
}

void printWords(Cli &cli, const CallDetail &detail, const QList<CallOutcomeRecord> &outcomes, const QList<ConversationTurn> &turns)
{
    for (size_t i = 0; i < callFields().size(); ++i) {
        const QString text = fieldText(detail.call, static_cast<CallField>(i));
        if (!text.isEmpty() && text != QStringLiteral("false"))
            cli.putText(QStringLiteral("%1  %2").arg(QLatin1String(callFields()[i].label), -24).arg(text));
    }
    if (!detail.call.tags.isEmpty())
        cli.putText(QStringLiteral("%1  %2").arg(QStringLiteral("Tags"), -24).arg(detail.call.tags.join(QStringLiteral(", "))));
    for (const CallOutcomeRecord &outcome : outcomes)
        cli.putText(QStringLiteral("Outcome at %1: %2 %3").arg(isoUtc(outcome.at), outcome.disposition, outcome.notes).trimmed());
    for (const FollowUpTask &task : detail.follow_ups)
        cli.putText(QStringLiteral("Follow-up due %1: %2").arg(isoUtc(task.due_at), task.note));
    for (const ConversationTurn &turn : turns)
        cli.putText(QStringLiteral("%1: %2").arg(labelOf(turn.speaker), turn.content));
}

} // namespace

int runShow(Cli &cli, const QStringList &arguments)
{
    cli.parser().addPositionalArgument(QStringLiteral("ID"), QStringLiteral("call_id, the provider's id, or the number of the row"));
    cli.parser().addOption({QStringLiteral("json"), QStringLiteral("Everything as one JSON object.")});
    if (const auto code = cli.parse(arguments, 1))
        return *code;
    auto cache = cli.openToRead();
    if (!cache)
        return cli.fail(cache.error());
    const auto key = (*cache)->findCall(cli.positional(0));
    if (!key)
        return cli.fail(key.error());
    if (!*key)
        return cli.fail({Error::Code::InvalidInput, QStringLiteral("There is no call \"%1\".").arg(cli.positional(0)), {}, false});
    const auto detail = (*cache)->detail(**key);
    const auto outcomes = (*cache)->outcomes(**key);
    const auto turns = (*cache)->turns(**key);
    if (!detail)
        return cli.fail(detail.error());
    if (!outcomes)
        return cli.fail(outcomes.error());
    if (!turns)
        return cli.fail(turns.error());
    if (!cli.parser().isSet(QStringLiteral("json"))) {
        printWords(cli, *detail, *outcomes, *turns);
        return exitOk;
    }
    cli.put(QJsonDocument(QJsonObject{{QStringLiteral("call"), callToJson(detail->call)},
                                      {QStringLiteral("tags"), QJsonArray::fromStringList(detail->call.tags)},
                                      {QStringLiteral("outcomes"), arrayOf(*outcomes, outcomeJson)},
                                      {QStringLiteral("follow_ups"), arrayOf(detail->follow_ups, followUpJson)},
                                      {QStringLiteral("draft"), draftJson(detail->draft)},
                                      {QStringLiteral("turns"), arrayOf(*turns, turnJson)}})
                .toJson(QJsonDocument::Compact));
    return exitOk;
}

} // namespace calldeck
