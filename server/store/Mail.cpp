#include "store/Mail.h"

#include "store/UpdateText.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

struct Reader {
    QString account;
    QString email;
};

Result<QList<Reader>> readersIn(SqlStatement rows)
{
    QList<Reader> readers;
    while (rows.step())
        readers.append({rows.text(0), rows.text(1)});
    if (rows.failed())
        return rows.verdict().error();
    return readers;
}

Verdict queue(WorkspaceTx &tx, const Mail &mail, TimeMs now)
{
    return tx
        .query("INSERT INTO mail(ws, id, recipient, subject, body, state, next_try, created_at) VALUES (?, ?, ?, ?, ?, 'waiting', ?, ?) ON CONFLICT(ws, id) DO NOTHING", mail.id,
               mail.recipient, mail.subject, mail.body, now, now)
        .run();
}

Verdict queueFor(WorkspaceTx &tx, const Result<QList<Reader>> &readers, const Mail &mail, TimeMs now)
{
    if (!readers)
        return readers.error();
    Verdict done = Done{};
    for (const Reader &reader : *readers) {
        if (done)
            done = queue(tx, {QString(mail.id % u':' % reader.account), reader.email, mail.subject, mail.body, 0}, now);
    }
    return done;
}

} // namespace

Verdict queueExportMail(WorkspaceTx &tx, const QString &account, const QString &job, qint64 rows, TimeMs now)
{
    const auto readers = readersIn(tx.query("SELECT id, email FROM account WHERE ws = ? AND id = ? AND disabled = 0", account));
    return queueFor(tx, readers,
                    {u"export:"_s + job, {}, u"Your export is ready"_s,
                     u"Your export of %1 calls is ready.\n\nDownload it where you asked for it; its number there is %2.\nIt is kept for 7 days.\n"_s.arg(rows).arg(job), 0},
                    now);
}

Verdict queueBreachMail(WorkspaceTx &tx, const QString &callId, TimeMs dueAt, TimeMs now)
{
    const auto readers = readersIn(tx.query("SELECT id, email FROM account WHERE ws = ? AND role IN ('MANAGER', 'ADMIN') AND disabled = 0 ORDER BY id"));
    return queueFor(tx, readers,
                    {u"breach:%1:%2"_s.arg(callId).arg(dueAt), {}, u"A call has passed its deadline"_s,
                     u"The call %1 was due at %2 (UTC) and nobody has settled it.\n\nIn Calldeck it stands in Triage, marked as overdue.\n"_s.arg(callId, isoUtc(dueAt)), 0},
                    now);
}

Verdict queueReminderMail(WorkspaceTx &tx, const QString &task, const QString &owner, const QString &callId, TimeMs dueAt, TimeMs now)
{
    if (owner.isEmpty())
        return Done{};
    auto readers = readersIn(tx.query("SELECT id, email FROM account WHERE ws = ? AND name = ? AND disabled = 0", owner));
    // Two of one name: better no mail than one to the wrong person.
    if (readers && readers->size() > 1)
        readers->clear();
    return queueFor(tx, readers,
                    {u"reminder:%1:%2"_s.arg(task).arg(dueAt), {}, u"A follow-up is due"_s,
                     u"Your follow-up on call %1 was due at %2 (UTC).\n\nIn Calldeck it stands among the follow-ups, marked as overdue.\n"_s.arg(callId, isoUtc(dueAt)), 0},
                    now);
}

Result<bool> mailWaits(WorkspaceTx &tx, TimeMs now)
{
    return tx.query("SELECT 1 FROM mail WHERE ws = ? AND state = 'waiting' AND next_try <= ? AND lease_until <= ? LIMIT 1", now, now).found();
}

Result<std::optional<Mail>> claimMail(WorkspaceTx &tx, TimeMs now)
{
    Mail mail;
    {
        SqlStatement next = tx.query("SELECT id, recipient, subject, body, tries FROM mail WHERE ws = ? AND state = 'waiting' AND next_try <= ? AND lease_until <= ? "
                                     "ORDER BY next_try, id LIMIT 1",
                                     now, now);
        const auto found = next.found();
        if (!found)
            return found.error();
        if (!*found)
            return std::optional<Mail>();
        mail = {next.text(0), next.text(1), next.text(2), next.text(3), next.integer(4) + 1};
    }
    const Verdict done = tx.query(QByteArray(inThisWorkspace) + "UPDATE mail SET lease_until = ?, tries = ? WHERE ws = (SELECT ws FROM here) AND id = ?", now + MailLimits::lease, mail.tries,
                                  mail.id)
                             .run();
    if (!done)
        return done.error();
    return std::optional(mail);
}

Verdict mailSent(WorkspaceTx &tx, const QString &id, TimeMs now)
{
    return tx.query(QByteArray(inThisWorkspace) + "UPDATE mail SET state = 'sent', sent_at = ?, message = '' WHERE ws = (SELECT ws FROM here) AND id = ?", now, id).run();
}

Verdict mailFailed(WorkspaceTx &tx, const Mail &mail, bool forGood, const QString &message, TimeMs now)
{
    constexpr TimeMs first = 10'000;
    constexpr TimeMs longest = 3'600'000;
    const TimeMs pause = std::min(longest, first << std::min<qint64>(mail.tries - 1, 10));
    const QString state = forGood || mail.tries >= MailLimits::tries ? u"failed"_s : u"waiting"_s;
    return tx.query(QByteArray(inThisWorkspace) + "UPDATE mail SET state = ?, next_try = ?, lease_until = 0, message = ? WHERE ws = (SELECT ws FROM here) AND id = ?", state, now + pause,
                    message.left(300), mail.id)
        .run();
}

Verdict forgetMail(WorkspaceTx &tx, TimeMs before) { return tx.query("DELETE FROM mail WHERE ws = ? AND state <> 'waiting' AND created_at < ?", before).run(); }

} // namespace calldeck
