#include "store/WorkspaceTx.h"

#include "store/AuditChain.h"
#include "store/TestSwitches.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr auto auditEnd = "SELECT n, hash FROM audit WHERE ws = ? ORDER BY n DESC LIMIT 1";

} // namespace

WorkspaceTx::WorkspaceTx(SqlConnection &connection, QString ws, Mode mode) : m_connection(connection), m_ws(std::move(ws)), m_transaction(connection, mode) {}

Result<std::unique_ptr<WorkspaceTx>> WorkspaceTx::begin(SqlConnection &connection, const QString &ws, Mode mode, const Foresight &foresight)
{
    std::unique_ptr<WorkspaceTx> tx(new WorkspaceTx(connection, ws, mode));
    Verdict ready = tx->m_transaction.begun();
    if (ready && connection.isPostgres())
        ready = connection.query("SELECT set_config('calldeck.ws', ?, true)", ws).later();
    if (ready)
        ready = tx->readHead(mode, foresight);
    if (!ready)
        return ready.error();
    return tx;
}

Verdict WorkspaceTx::readHead(Mode mode, const Foresight &foresight)
{
    const bool lock = mode == Mode::Write && m_connection.isPostgres();
    std::optional<qint64> out_of_turn;
    if (lock && TestSwitches::bug("pg_seq")) {
        SqlStatement newest = query("SELECT seq FROM ws_head WHERE ws = ?");
        if (const auto found = newest.found(); found && *found)
            out_of_turn = TestSwitches::numberOutOfTurn(newest.integer(0));
    }
    // The first thing that a writer takes: numbers come in the order of commits, and two writers never wait for each other in a ring.
    const QByteArray sql = QByteArray("SELECT epoch, seq, min_seq FROM ws_head WHERE ws = ?") + (lock ? " FOR UPDATE" : "");
    // Behind the lock: each statement sees what was there when its turn came.
    foresee("head", sql);
    if (foresight)
        foresight(*this);
    SqlStatement head = query(sql);
    const auto found = head.found();
    if (!found)
        return found.error();
    if (!*found)
        return Error{Error::Code::NotFound, u"There is no such workspace."_s, {}, false};
    m_head = {head.integer(0), head.integer(1), head.integer(2)};
    m_head.seq = out_of_turn.value_or(m_head.seq);
    m_before = m_head;
    return Done{};
}

Verdict WorkspaceTx::logChange(const Change &change)
{
    ++m_head.seq;
    return writeOnly("change", "INSERT INTO change(ws, seq, kind, id, op, mid, device, lseq, actor, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", m_head.seq, change.kind,
                 change.id, change.op, change.mid, change.device, change.lseq, change.actor, change.at);
}

void WorkspaceTx::foreseeAuditEnd()
{
    if (!m_lastAudit)
        foresee("audit", auditEnd);
}

Verdict WorkspaceTx::findAuditEnd()
{
    if (m_lastAudit)
        return Done{};
    SqlStatement last = query(auditEnd);
    const auto found = last.found();
    if (!found)
        return found.error();
    m_lastAudit = *found ? std::pair(last.integer(0), last.bytes(1)) : std::pair(qint64(0), QByteArray());
    return Done{};
}

Verdict WorkspaceTx::audit(const QJsonObject &entry)
{
    if (Verdict known = findAuditEnd(); !known)
        return known;
    const QByteArray text = QJsonDocument(entry).toJson(QJsonDocument::Compact);
    const qint64 n = m_lastAudit->first + 1;
    const QByteArray hash = auditHash(m_lastAudit->second, n, text);
    m_lastAudit = std::pair(n, hash);
    return writeOnly("audit", "INSERT INTO audit(ws, n, entry, hash) VALUES (?, ?, ?, ?)", n, text, hash);
}

Verdict WorkspaceTx::notify(const QString &more)
{
    if (!m_connection.isPostgres())
        return Done{};
    const QString text = QString(u"%1 %2 %3"_s.arg(m_ws).arg(m_head.epoch).arg(m_head.seq) % more);
    return m_connection.query("SELECT pg_notify('calldeck_head', ?)", text).later();
}

Verdict WorkspaceTx::commit()
{
    if (m_head != m_before) {
        const QByteArray seq = TestSwitches::bug("pg_seq") ? "GREATEST(seq, ?)" : "?";
        const QByteArray sql = "UPDATE ws_head SET epoch = ?, seq = " + seq + ", min_seq = ? WHERE ws = ?";
        if (Verdict done = m_connection.query(sql, m_head.epoch, m_head.seq, m_head.min_seq, m_ws).later(); !done)
            return done;
        if (Verdict done = notify(); !done)
            return done;
    }
    if (m_event > 0) {
        if (Verdict done = notify(u" %1"_s.arg(m_event)); !done)
            return done;
    }
    TestSwitches::beforeCommit();
    crashAt("S1");
    Verdict done = m_transaction.commit();
    crashAt("S2");
    return done;
}

Result<QStringList> workspacesOf(SqlConnection &connection)
{
    QStringList names;
    SqlStatement rows = connection.prepare("SELECT ws FROM workspace ORDER BY ws");
    while (rows.step())
        names.append(rows.text(0));
    if (rows.failed())
        return rows.verdict().error();
    return names;
}

} // namespace calldeck
