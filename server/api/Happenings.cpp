#include "api/Happenings.h"

#include "sync/JsonText.h"

#include <QMap>
#include <QSet>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int mostChanges = 1000;
constexpr qsizetype mostCalls = 100;
constexpr int mostEvents = 500;

struct Newest {
    qint64 seq = 0;
    bool isNew = false;
};

QByteArray callText(const QString &id, const Newest &change, const Head &head)
{
    JsonObjectText text;
    return text.add("t", change.isNew ? u"new_call"_s : u"call_updated"_s).add("id", id).add("ver", change.seq).add("epoch", head.epoch).add("head", head.seq).end();
}

QByteArray eventText(const WorkspaceEvent &event, const Head &head)
{
    JsonObjectText text;
    text.add("t", event.type).add("id", event.call_id);
    if (!event.task_id.isEmpty())
        text.add("follow_up", event.task_id);
    return text.add("due_at", isoUtc(event.due_at)).add("n", event.n).add("epoch", head.epoch).add("head", head.seq).end();
}

Verdict addCalls(WorkspaceTx &tx, qint64 from, QList<Happenings::Line> &lines)
{
    QMap<QString, Newest> calls;
    int looked = 0;
    SqlStatement rows = tx.query("SELECT seq, id, op FROM change WHERE ws = ? AND seq > ? AND kind = 'call' ORDER BY seq LIMIT ?", from, mostChanges + 1);
    while (rows.step()) {
        ++looked;
        Newest &newest = calls[rows.text(1)];
        newest.seq = rows.integer(0);
        newest.isNew = newest.isNew || rows.utf8(2) == "create" || rows.utf8(2) == "intake_new";
    }
    if (rows.failed() || looked > mostChanges || calls.size() > mostCalls)
        return rows.verdict();
    for (auto it = calls.cbegin(); it != calls.cend(); ++it)
        lines.append({it->seq, callText(it.key(), *it, tx.head())});
    return Done{};
}

} // namespace

Result<Happenings> happeningsAfter(WorkspaceTx &tx, const HappeningPlace &from)
{
    Happenings news;
    news.reached.seq = tx.head().seq;
    if (Verdict done = addCalls(tx, std::max(from.seq, tx.head().min_seq), news.calls); !done)
        return done.error();
    const auto events = eventsAfter(tx, from.event, mostEvents);
    if (!events)
        return events.error();
    news.reached.event = events->isEmpty() ? from.event : events->last().n;
    news.more = events->size() == mostEvents;
    for (const WorkspaceEvent &event : *events)
        news.events.append({event.n, eventText(event, tx.head())});
    return news;
}

} // namespace calldeck
