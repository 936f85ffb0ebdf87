#include "store/OutboxRows.h"

#include "store/RowDigest.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QSet>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

const QByteArray editColumns = "mid, lseq, kind, id, op, args_json, base_ver, created_ms";
const QByteArray rowColumns = "mid, kind, id, op, args_json, base_ver, schema_ver, created_ms, mutation";
const QByteArray movedColumns = "lseq, mid, kind, id, op, args_json, base_ver, schema_ver, created_ms, mutation, digest";

Edit readEdit(const Statement &row)
{
    return {row.text(0), row.integer(1), row.text(2), row.text(3), row.text(4), QJsonDocument::fromJson(row.text(5).toUtf8()).object(), row.integer(6), row.integer(7)};
}

/** Of rowColumns, which begin at that column. */
OutboxRow rowOf(const Statement &row, int first)
{
    return {row.text(first), row.text(first + 1), row.text(first + 2), row.text(first + 3), row.text(first + 4), row.integer(first + 5), row.integer(first + 6), row.integer(first + 7), row.text(first + 8)};
}

Result<QList<Edit>> editsOf(Database &database, Statement &select)
{
    QList<Edit> edits;
    while (select.step())
        edits.append(readEdit(select));
    if (select.failed())
        return database.lastError();
    return edits;
}

Verdict markStale(Database &database, const QString &mid)
{
    Statement stale = database.prepare("INSERT OR IGNORE INTO stale (kind, id) SELECT kind, id FROM dead WHERE mid = ?");
    return stale.bindAll(mid).run();
}

/**
 * The edit was folded over a row of which it is a part already: its acknowledgement came late. Somebody may have overwritten it since, or it lost and the row does not
 * show it; one that was made here may be gone again, and the feed past that. The row is asked for again, since nothing else would take the value away.
 */
Verdict markShownTooEarly(Database &database, const PushResult &result)
{
    Statement stale = database.prepare("INSERT OR IGNORE INTO stale (kind, id) SELECT b.kind, b.id FROM outbox b WHERE b.mid = ?1 AND ?2 <= "
                                       "coalesce(CASE b.kind WHEN 'call' THEN (SELECT nullif(ver, 0) FROM calls WHERE call_id = b.id) ELSE (SELECT nullif(ver, 0) FROM versions v WHERE v.kind = b.kind AND v.id = b.id) END, "
                                       "(SELECT cursor FROM sync))");
    return stale.bindAll(result.mid, result.seq).run();
}

bool asksNotToBeContacted(const Edit &edit) { return edit.op == u"flag+"_s && edit.args.value(u"flag"_s) == u"do_not_contact"_s; }

/** Records of a do-not-contact edit first, all else as it was made. */
void putSafetyFirst(QList<Edit> &edits)
{
    QSet<QString> urgent;
    for (const Edit &edit : std::as_const(edits)) {
        if (asksNotToBeContacted(edit))
            urgent.insert(edit.id);
    }
    if (!urgent.isEmpty())
        std::stable_partition(edits.begin(), edits.end(), [&](const Edit &edit) { return urgent.contains(edit.id); });
}

/** Nobody knows more of a record than the backend. */
Verdict capVersions(Database &database, qint64 most)
{
    Statement above = database.prepare("SELECT lseq, " + rowColumns + " FROM outbox WHERE base_ver > ?");
    Statement cap = database.prepare("UPDATE outbox SET base_ver = ?, digest = ? WHERE lseq = ?");
    above.bindAll(most);
    QList<std::pair<qint64, OutboxRow>> rows;
    while (above.step())
        rows.append({above.integer(0), rowOf(above, 1)});
    if (above.failed())
        return database.lastError();
    for (auto &[lseq, row] : rows) {
        row.base_ver = most;
        cap.reset();
        if (Verdict done = cap.bindAll(row.base_ver, row.digest(), lseq).run(); !done)
            return done;
    }
    return Done{};
}

/** Its text must not stay here either; the row itself goes with the feed. */
Verdict eraseRecordOf(Database &database, const QString &mid)
{
    Statement find = database.prepare("SELECT kind, id FROM outbox WHERE mid = ?");
    if (!find.bindAll(mid).step())
        return find.failed() ? Verdict(database.lastError()) : Verdict(Done{});
    const QString kind = find.text(0);
    return eraseEdits(database, kind, find.text(1));
}

} // namespace

Result<QList<Edit>> shownEdits(Database &database)
{
    Statement select = database.prepare("SELECT " + editColumns + " FROM (SELECT " + editColumns + " FROM outbox WHERE state <> 'dead' UNION ALL SELECT " + editColumns
                                        + " FROM kept WHERE schema_ver > 1) e WHERE op = 'del' OR (kind = 'call' AND EXISTS (SELECT 1 FROM calls c WHERE c.call_id = e.id)) "
                                          "OR (kind = 'contact' AND EXISTS (SELECT 1 FROM contacts c WHERE c.uid = e.id)) OR (kind = 'view' AND EXISTS (SELECT 1 FROM saved_views v WHERE v.uid = e.id)) "
                                          "ORDER BY lseq");
    return editsOf(database, select);
}

Verdict digestOlderEdits(Database &database)
{
    Statement waiting = database.prepare("SELECT lseq, " + rowColumns + " FROM outbox WHERE digest = ''");
    Statement refused = database.prepare("SELECT lseq, " + rowColumns + " FROM dead WHERE digest = ''");
    Statement writeWaiting = database.prepare("UPDATE outbox SET digest = ? WHERE lseq = ?");
    Statement writeRefused = database.prepare("UPDATE dead SET digest = ? WHERE lseq = ?");
    for (const auto &[read, write] : {std::pair(&waiting, &writeWaiting), std::pair(&refused, &writeRefused)}) {
        QList<std::pair<qint64, QString>> digests;
        while (read->step())
            digests.append({read->integer(0), rowOf(*read, 1).digest()});
        if (read->failed())
            return database.lastError();
        for (const auto &[lseq, digest] : std::as_const(digests)) {
            write->reset();
            if (Verdict done = write->bindAll(digest, lseq).run(); !done)
                return done;
        }
    }
    return Done{};
}

QString OutboxRow::digest() const
{
    return rowDigest({mid, kind, id, op, args_json, QString::number(base_ver), QString::number(schema_ver), QString::number(created_ms)});
}

Verdict insertRow(Database &database, const OutboxRow &row)
{
    Statement insert = database.prepare("INSERT INTO outbox (mid, kind, id, op, args_json, base_ver, schema_ver, created_ms, mutation, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    insert.bindAll(row.mid, row.kind, row.id, row.op, row.args_json, row.base_ver, row.schema_ver, row.created_ms).bindText(9, row.mutation).bind(10, row.digest());
    return insert.run();
}

Verdict insertOutgoing(Database &database, const Edit &edit, const QString &mutation)
{
    Statement known = database.prepare("SELECT coalesce(CASE ?1 WHEN 'call' THEN (SELECT ver FROM calls WHERE call_id = ?2) ELSE (SELECT ver FROM versions WHERE kind = ?1 AND id = ?2) END, 0)");
    if (!known.bindAll(edit.kind, edit.id).step())
        return database.lastError();
    return insertRow(database, {edit.mid, edit.kind, edit.id, edit.op, QString::fromUtf8(QJsonDocument(edit.args).toJson(QJsonDocument::Compact)), known.integer(0), editSchemaVersion, edit.at, mutation});
}

Result<QList<Edit>> openEdits(Database &database, const QString &kind, const QString &id, qint64 ver)
{
    Statement select = database.prepare("SELECT " + editColumns + " FROM outbox WHERE kind = ? AND id = ? AND (state = 'pending' OR seq > ?) ORDER BY lseq");
    select.bindAll(kind, id, ver);
    return editsOf(database, select);
}

Result<QList<Edit>> nextPush(Database &database, int limit, qint64 mostBytes, TimeMs now)
{
    constexpr int lookAhead = 1000;
    QSet<QString> blocked;
    {
        Statement later = database.prepare("SELECT DISTINCT id FROM outbox WHERE state = 'pending' AND next_try_ms > ?");
        later.bindAll(now);
        while (later.step())
            blocked.insert(later.text(0));
        if (later.failed())
            return database.lastError();
    }
    Statement select = database.prepare("SELECT " + editColumns + " FROM outbox WHERE state = 'pending' ORDER BY lseq LIMIT ?");
    auto edits = editsOf(database, select.bindAll(lookAhead));
    if (!edits)
        return edits;
    putSafetyFirst(*edits);
    QList<Edit> next;
    qint64 bytes = 0;
    for (const Edit &edit : std::as_const(*edits)) {
        if (blocked.contains(edit.id))
            continue;
        bytes += QJsonDocument(editToJson(edit)).toJson(QJsonDocument::Compact).size() + 1;
        if (next.size() >= limit || (bytes > mostBytes && !next.isEmpty()))
            break;
        next.append(edit);
    }
    return next;
}

Result<QList<std::pair<Edit, QString>>> waitingEdits(Database &database, int most)
{
    constexpr int failureColumn = 8; // behind those of the edit
    Statement select = database.prepare("SELECT " + editColumns + ", last_error FROM outbox WHERE state = 'pending' ORDER BY lseq LIMIT ?");
    select.bindAll(most);
    QList<std::pair<Edit, QString>> waiting;
    while (select.step())
        waiting.append({readEdit(select), select.text(failureColumn)});
    if (select.failed())
        return database.lastError();
    return waiting;
}

Result<std::optional<TimeMs>> nextTry(Database &database, TimeMs now)
{
    Statement select = database.prepare("SELECT min(next_try_ms) FROM outbox WHERE state = 'pending' AND next_try_ms > ?");
    if (!select.bindAll(now).step())
        return database.lastError();
    return select.optionalInteger(0);
}

Verdict bury(Database &database, const QString &mid, const PushResult &result, TimeMs now)
{
    Statement move = database.prepare("INSERT OR IGNORE INTO dead (" + movedColumns + ", code, message, seq, at_ms) SELECT " + movedColumns
                                      + ", ?2, ?3, ?4, ?5 FROM outbox WHERE mid = ?1");
    move.bind(1, mid).bindText(2, result.code).bindText(3, result.message).bind(4, result.seq).bind(5, now);
    Verdict done = move.run();
    if (done) {
        Statement remove = database.prepare("DELETE FROM outbox WHERE mid = ?");
        done = remove.bindAll(mid).run();
    }
    return done ? markStale(database, mid) : done;
}

Verdict eraseEdits(Database &database, const QString &kind, const QString &id)
{
    for (const char *table : {"outbox", "kept", "dead", "stale"}) {
        Statement remove = database.prepare(QByteArray("DELETE FROM ") + table + " WHERE kind = ? AND id = ?");
        if (Verdict done = remove.bindAll(kind, id).run(); !done)
            return done;
    }
    Statement typed = database.prepare("DELETE FROM rescued_drafts WHERE ?1 = 'call' AND record = ?2");
    return typed.bindAll(kind, id).run();
}

Verdict takeResults(Database &database, const QList<PushResult> &results, TimeMs now)
{
    for (const PushResult &result : results) {
        Statement waiting = database.prepare("SELECT 1 FROM outbox WHERE mid = ? AND state = 'pending'");
        const auto known = waiting.bindAll(result.mid).found();
        if (!known)
            return known.error();
        if (!*known)
            continue;
        Verdict done = Done{};
        if (result.status == PushResult::Status::Rejected && result.code == u"erased"_s) {
            done = eraseRecordOf(database, result.mid);
        } else if (result.status == PushResult::Status::Rejected) {
            done = bury(database, result.mid, result, now);
        } else {
            Statement ack = database.prepare("UPDATE outbox SET state = 'acked', seq = ?, last_error = NULL WHERE mid = ?");
            done = ack.bindAll(result.seq, result.mid).run();
            if (done)
                done = markShownTooEarly(database, result);
        }
        if (!done)
            return done;
    }
    return Done{};
}

Verdict noteFailedTry(Database &database, const QString &mid, bool counts, const QString &reason, TimeMs nextTry)
{
    Statement note = database.prepare("UPDATE outbox SET attempts = attempts + ?, next_try_ms = ?, last_error = ? WHERE mid = ?");
    return note.bindAll(counts ? 1 : 0, nextTry, reason, mid).run();
}

Verdict retireShown(Database &database, qint64 cursor, TimeMs now)
{
    constexpr TimeMs keptForMs = 30LL * 24 * 3600 * 1000;
    Statement keep = database.prepare("INSERT OR REPLACE INTO kept (" + movedColumns + ", seq, acked_ms) SELECT " + movedColumns
                                      + ", seq, ? FROM outbox WHERE state = 'acked' AND seq <= ?");
    Verdict done = keep.bindAll(now, cursor).run();
    if (done && database.changedRows() > 0) {
        Statement remove = database.prepare("DELETE FROM outbox WHERE state = 'acked' AND seq <= ?");
        done = remove.bindAll(cursor).run();
        Statement forget = database.prepare("DELETE FROM kept WHERE acked_ms < ?");
        if (done)
            done = forget.bindAll(now - keptForMs).run();
    }
    return done;
}

Verdict sendAgainAfter(Database &database, qint64 base)
{
    Verdict done = Done{};
    for (const QByteArray table : {"kept", "dead"}) {
        Statement back = database.prepare("INSERT OR IGNORE INTO outbox (" + movedColumns + ") SELECT " + movedColumns + " FROM " + table + " WHERE schema_ver > 1 AND seq > ?");
        if (done)
            done = back.bindAll(base).run();
        Statement remove = database.prepare("DELETE FROM " + table + " WHERE schema_ver > 1 AND seq > ?");
        if (done)
            done = remove.bindAll(base).run();
    }
    Statement again = database.prepare("UPDATE outbox SET state = 'pending', seq = NULL WHERE state = 'acked' AND seq > ?");
    if (done)
        done = again.bindAll(base).run();
    if (done)
        done = database.execute("UPDATE outbox SET attempts = 0, next_try_ms = NULL");
    return done ? capVersions(database, base) : done;
}

Result<QList<DeadLetter>> deadLetters(Database &database)
{
    Statement select = database.prepare("SELECT " + editColumns + ", code, message, at_ms FROM dead ORDER BY at_ms, lseq");
    QList<DeadLetter> letters;
    while (select.step())
        letters.append({select.integer(1), readEdit(select), select.text(8), select.text(9), select.integer(10)});
    if (select.failed())
        return database.lastError();
    return letters;
}

Verdict retryDead(Database &database, qint64 lseq, const QString &newMid, TimeMs now)
{
    // A new edit at the end of the queue, by somebody who has seen what is there now.
    Statement letter = database.prepare("SELECT kind, id, op, args_json, coalesce((SELECT ver FROM calls WHERE call_id = dead.id), base_ver, 0), schema_ver FROM dead WHERE lseq = ?");
    Verdict done = Done{};
    if (letter.bindAll(lseq).step())
        done = insertRow(database, {newMid, letter.text(0), letter.text(1), letter.text(2), letter.text(3), letter.integer(4), letter.integer(5), now, newMid});
    else if (letter.failed())
        done = database.lastError();
    return done ? discardDead(database, lseq) : done;
}

Verdict discardDead(Database &database, qint64 lseq)
{
    Statement remove = database.prepare("DELETE FROM dead WHERE lseq = ?");
    return remove.bindAll(lseq).run();
}

Result<OutboxCounts> outboxCounts(Database &database)
{
    Statement select = database.prepare("SELECT (SELECT count(*) FROM outbox WHERE state = 'pending'), (SELECT count(*) FROM dead), "
                                        "(SELECT count(*) FROM conflicts WHERE state = 'OPEN'), (SELECT min(created_ms) FROM outbox WHERE state = 'pending'), "
                                        "(SELECT last_error FROM outbox WHERE state = 'pending' AND last_error <> '' ORDER BY lseq LIMIT 1)");
    if (!select.step())
        return database.lastError();
    return OutboxCounts{static_cast<int>(select.integer(0)), static_cast<int>(select.integer(1)), static_cast<int>(select.integer(2)), select.optionalInteger(3), select.text(4)};
}

Result<QJsonObject> unsentDocument(Database &database)
{
    Statement pending = database.prepare("SELECT " + editColumns + " FROM outbox WHERE state = 'pending' ORDER BY lseq");
    const auto edits = editsOf(database, pending);
    const auto letters = deadLetters(database);
    if (!edits || !letters)
        return edits ? letters.error() : edits.error();
    QJsonArray waiting;
    for (const Edit &edit : *edits)
        waiting.append(editToJson(edit));
    QJsonArray refused;
    for (const DeadLetter &letter : *letters)
        refused.append(QJsonObject{{u"edit"_s, editToJson(letter.edit)}, {u"reason"_s, letter.message}});
    Statement typed = database.prepare("SELECT record, body FROM (SELECT c.call_id AS record, d.body, d.updated_at FROM drafts d JOIN calls c ON c.id = d.call_id "
                                       "UNION ALL SELECT record, body, updated_at FROM rescued_drafts) ORDER BY updated_at");
    QJsonArray drafts;
    while (typed.step())
        drafts.append(QJsonObject{{u"call_id"_s, typed.text(0)}, {u"draft"_s, QJsonDocument::fromJson(typed.text(1).toUtf8()).object()}});
    if (typed.failed())
        return database.lastError();
    return QJsonObject{{u"waiting"_s, waiting}, {u"refused"_s, refused}, {u"drafts"_s, drafts}};
}

} // namespace calldeck
