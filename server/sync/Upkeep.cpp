#include "sync/Upkeep.h"

#include "store/Moment.h"
#include "sync/Devices.h"
#include "sync/Settings.h"

#include <QJsonObject>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr TimeMs keepResults = 400LL * 24 * 3'600'000;

Verdict makeHead(SqlConnection &connection, const QString &ws, TimeMs now)
{
    Verdict done = connection.query("INSERT INTO workspace(ws, created_at) VALUES (?, ?)", ws, now).run();
    if (done && connection.isPostgres())
        done = connection.query("SELECT set_config('calldeck.ws', ?, true)", ws).run();
    if (done)
        done = connection.query("INSERT INTO ws_head(ws, epoch, seq, min_seq) VALUES (?, 1, 0, 0)", ws).run();
    if (done)
        done = connection.query("INSERT INTO epoch(ws, epoch, base_seq, at) VALUES (?, 1, 0, ?)", ws, now).run();
    return done;
}

} // namespace

Result<QString> foundWorkspace(SqlConnection &connection, const Workspace &settings, const QString &email, const QString &name, const QString &password, TimeMs now)
{
    const QString ws = u"w"_s + randomHex(10);
    {
        SqlTransaction transaction(connection, SqlTransaction::Mode::Write);
        if (!transaction.begun())
            return transaction.begun().error();
        const auto account = addAccount(connection, ws, email, name, UserRole::ADMIN, password, now);
        if (!account)
            return account.error();
        if (Verdict done = makeHead(connection, ws, now); !done)
            return done.error();
        if (Verdict done = transaction.commit(); !done)
            return done.error();
    }
    auto tx = WorkspaceTx::begin(connection, ws, WorkspaceTx::Mode::Write);
    if (!tx)
        return tx.error();
    Verdict done = putSettings(**tx, settings, {u"calldeckd"_s, u"calldeckd"_s, u"calldeckd"_s}, now);
    if (done)
        done = (*tx)->audit({{u"at"_s, isoUtc(now)}, {u"actor"_s, u"calldeckd"_s}, {u"action"_s, u"found"_s}});
    if (done)
        done = (*tx)->commit();
    if (!done)
        return done.error();
    return ws;
}

Result<qint64> compactLog(SqlConnection &connection, const QString &ws, qint64 keep, TimeMs now)
{
    auto begun = WorkspaceTx::begin(connection, ws, WorkspaceTx::Mode::Write);
    if (!begun)
        return begun.error();
    WorkspaceTx &tx = **begun;
    Head head = tx.head();
    head.min_seq = std::max(head.min_seq, head.seq - std::max<qint64>(0, keep));
    Verdict done = tx.query("DELETE FROM change WHERE ws = ? AND seq <= ?", head.min_seq).run();
    if (done)
        done = tx.query("DELETE FROM mutation WHERE ws = ? AND at < ?", now - keepResults).run();
    if (done)
        done = tx.audit({{u"at"_s, isoUtc(now)}, {u"actor"_s, u"calldeckd"_s}, {u"action"_s, u"compact"_s}, {u"min"_s, head.min_seq}});
    tx.setHead(head);
    if (done)
        done = tx.commit();
    if (!done)
        return done.error();
    return head.min_seq;
}

Result<QList<EpochLine>> epochsOf(WorkspaceTx &tx)
{
    QList<EpochLine> lines;
    SqlStatement rows = tx.query("SELECT epoch, base_seq FROM epoch WHERE ws = ? ORDER BY epoch");
    while (rows.step())
        lines.append({rows.integer(0), rows.integer(1)});
    if (rows.failed())
        return rows.verdict().error();
    return lines;
}

Verdict startEpoch(SqlConnection &connection, const QString &ws, const QList<EpochLine> &lost, bool lostIsKnown, TimeMs now)
{
    auto begun = WorkspaceTx::begin(connection, ws, WorkspaceTx::Mode::Write);
    if (!begun)
        return begun.error();
    WorkspaceTx &tx = **begun;
    Head head = tx.head();
    const qint64 copied = head.epoch;
    qint64 newest = copied;
    qint64 base = lostIsKnown ? head.seq : 0;
    Verdict done = Done{};
    for (const EpochLine &line : lost) {
        newest = std::max(newest, line.epoch);
        // The copy is older than that restore: what came after its base is in neither history.
        if (line.epoch > copied)
            base = std::min(base, line.base_seq);
        if (done)
            done = tx.query("INSERT INTO epoch(ws, epoch, base_seq, at) VALUES (?, ?, ?, ?) ON CONFLICT(ws, epoch) DO NOTHING", line.epoch, line.base_seq, now).run();
    }
    // A store that was lost may have known later epochs than anybody can tell, that of an earlier restore of this same copy among them: the next is the clock's millisecond.
    head.epoch = lostIsKnown ? newest + 1 : std::max(newest + 1, now);
    if (done)
        done = tx.query("INSERT INTO epoch(ws, epoch, base_seq, at) VALUES (?, ?, ?, ?)", head.epoch, base, now).run();
    if (done)
        done = forgetStamps(tx);
    if (done)
        done = tx.audit({{u"at"_s, isoUtc(now)}, {u"actor"_s, u"calldeckd"_s}, {u"action"_s, u"epoch"_s}, {u"epoch"_s, head.epoch}, {u"base"_s, base}});
    tx.setHead(head);
    return done ? tx.commit() : done;
}

} // namespace calldeck
