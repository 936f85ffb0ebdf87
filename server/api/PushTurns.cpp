#include "api/PushTurns.h"

#include "api/Answers.h"
#include "api/Hub.h"
#include "api/Metrics.h"
#include "database/CrashPoint.h"
#include "sync/Devices.h"
#include "sync/JsonText.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

struct Outcomes {
    QList<EditOutcome> edits;
    QByteArray stamp;        ///< of the device's file from now on; "" when it says none
    bool older_copy = false; ///< the device must take another id
};
/** What a push came to, or why its edits were not looked at. */
using Pushed = std::variant<Outcomes, WrongEpoch>;

struct Committed {
    std::vector<Pushed> pushes; ///< as the turns
    Head head;
};

Author authorOf(const PushTurn &turn) { return authorOf(turn.caller, turn.request.device); }

Result<QList<EditOutcome>> takeEdits(PushRun &run, const PushTurn &turn)
{
    const QJsonArray &edits = turn.request.edits;
    QList<EditOutcome> outcomes;
    for (qsizetype i = 0; i < edits.size(); ++i) {
        const auto outcome = turn.parks ? run.park(edits.at(i), u"edit"_s) : run.take(edits.at(i), u"ms[%1]"_s.arg(i));
        if (!outcome)
            return outcome.error();
        if (*outcome)
            outcomes.append(**outcome);
    }
    return outcomes;
}

Result<Pushed> takePush(WorkspaceTx &tx, const PushTurn &turn, const SharedWorkspace &workspace)
{
    const auto wrong = checkEpoch(tx, turn.request.epoch);
    if (!wrong)
        return wrong.error();
    if (*wrong)
        return Pushed(**wrong);
    const Author author = authorOf(turn);
    if (turn.request.stamps) {
        const auto older = isOlderCopy(tx, author, *turn.request.stamps);
        if (!older || *older)
            return older ? Result<Pushed>(Outcomes{{}, {}, true}) : older.error();
    }
    PushRun run({tx, author, turn.caller.role, workspace, turn.now});
    auto outcomes = takeEdits(run, turn);
    if (!outcomes)
        return outcomes.error();
    const QByteArray stamp = turn.request.stamps ? turn.request.stamps->next : QByteArray();
    if (Verdict noted = noteDevice(tx, author, turn.now, stamp); !noted)
        return noted.error();
    return Pushed(Outcomes{*std::move(outcomes), stamp, run.leftOut()});
}

constexpr size_t foreseenAtOnce = 16; ///< turns

/** The first edit of each; the others are foreseen when their turn comes. */
void foreseeTurns(WorkspaceTx &tx, std::span<const PushTurn> turns)
{
    for (const PushTurn &turn : turns.first(std::min(turns.size(), foreseenAtOnce))) {
        if (turn.parks || turn.request.edits.isEmpty())
            continue;
        const Author author = authorOf(turn);
        if (turn.request.stamps)
            foreseeDevice(tx, author);
        PushRun::foresee(tx, author.device, turn.request.edits.first());
    }
}

Result<Committed> takeTogether(SqlConnection &connection, std::span<const PushTurn> turns)
{
    auto begun = WorkspaceTx::begin(connection, turns.front().caller.ws, WorkspaceTx::Mode::Write, [&](WorkspaceTx &tx) {
        foreseeSettings(tx);
        foreseeTurns(tx, turns);
    });
    if (!begun)
        return begun.error();
    WorkspaceTx &tx = **begun;
    const auto workspace = settingsOf(tx);
    if (!workspace)
        return workspace.error();
    Committed committed;
    for (size_t i = 0; i < turns.size(); ++i) {
        if (i > 0 && i % foreseenAtOnce == 0)
            foreseeTurns(tx, turns.subspan(i));
        auto pushed = takePush(tx, turns[i], *workspace);
        if (!pushed)
            return pushed.error();
        committed.pushes.push_back(*std::move(pushed));
    }
    if (Verdict done = tx.commit(); !done)
        return done.error();
    committed.head = tx.head();
    return committed;
}

HttpResponse answerOf(const Pushed &pushed, const Head &head, Metrics &metrics)
{
    if (const auto *wrong = std::get_if<WrongEpoch>(&pushed))
        return wrongEpoch(*wrong);
    QByteArray results;
    const auto &outcomes = std::get<Outcomes>(pushed);
    for (const EditOutcome &outcome : outcomes.edits) {
        results += (results.isEmpty() ? "" : ",") + outcomeText(outcome);
        metrics.countEdit(wordOf(outcome.status).toLatin1());
    }
    metrics.countPush();
    JsonObjectText answer;
    answer.add("epoch", head.epoch).addRaw("results", QByteArray('[' + results + ']'));
    if (!outcomes.stamp.isEmpty())
        answer.add("stamp", QString::fromLatin1(outcomes.stamp));
    if (outcomes.older_copy)
        answer.addRaw("renew_device", "true");
    return textAnswer(answer.end());
}

} // namespace

void PushTurns::take(PushTurn turn, SqlConnection &connection)
{
    const QString ws = turn.caller.ws;
    bool serves = false;
    {
        const std::lock_guard lock(m_mutex);
        std::shared_ptr<Queue> &queue = m_queues[ws];
        serves = !queue;
        if (serves)
            queue = std::make_shared<Queue>();
        if (queue->size() >= most_waiting)
            return turn.reply.send(tooBusy());
        queue->push_back(std::move(turn));
    }
    if (serves)
        serve(ws, &connection);
}

void PushTurns::serve(const QString &ws, Result<SqlConnection *> connection)
{
    for (;;) {
        const std::vector<PushTurn> turns = next(ws);
        if (connection) {
            run(turns, **connection);
        } else {
            for (const PushTurn &turn : turns)
                turn.reply.send(failed(connection.error()));
        }
        if (end(ws))
            return;
        // Behind what waits before the workers already.
        if (m_pool.post([this, ws](Result<SqlConnection *> other) { serve(ws, other); }))
            return;
    }
}

std::optional<size_t> PushTurns::waiting(const QString &ws)
{
    const std::lock_guard lock(m_mutex);
    const auto queue = m_queues.constFind(ws);
    return queue == m_queues.cend() ? std::nullopt : std::optional((*queue)->size());
}

/** As many as go together. */
std::vector<PushTurn> PushTurns::next(const QString &ws)
{
    const std::lock_guard lock(m_mutex);
    Queue &queue = *m_queues[ws];
    std::vector<PushTurn> turns;
    qsizetype edits = 0;
    while (!queue.empty()) {
        edits += queue.front().request.edits.size();
        if (!turns.empty() && edits > most_edits)
            break;
        if (!queue.front().reply.isGone())
            turns.push_back(std::move(queue.front()));
        queue.pop_front();
    }
    return turns;
}

/** True when nobody waits any more: who comes next serves. */
bool PushTurns::end(const QString &ws)
{
    const std::lock_guard lock(m_mutex);
    const bool empty = m_queues[ws]->empty();
    if (empty)
        m_queues.remove(ws);
    return empty;
}

void PushTurns::run(Turns turns, SqlConnection &connection)
{
    if (turns.empty())
        return;
    const auto committed = withRetries(connection, [&] { return takeTogether(connection, turns); });
    // What passes by itself fails for each of them alike, after as long a wait.
    if (!committed && !committed.error().retryable && turns.size() > 1) {
        for (size_t i = 0; i < turns.size(); ++i)
            run(turns.subspan(i, 1), connection);
        return;
    }
    if (!committed) {
        for (const PushTurn &turn : turns)
            turn.reply.send(failed(committed.error()));
        return;
    }
    crashAt("S3");
    m_hub.headMoved(turns.front().caller.ws, committed->head.epoch, committed->head.seq);
    for (size_t i = 0; i < turns.size(); ++i)
        turns[i].reply.send(answerOf(committed->pushes[i], committed->head, m_metrics));
}

} // namespace calldeck
