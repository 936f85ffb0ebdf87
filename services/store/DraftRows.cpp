#include "store/DraftRows.h"

#include "store/CommandRunner.h"
#include "store/OutboxRows.h"
#include "store/RowDigest.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

Verdict forgetRescued(Database &database, const QString &record)
{
    Statement remove = database.prepare("DELETE FROM rescued_drafts WHERE record = ?");
    return remove.bindAll(record).run();
}

} // namespace

QString DraftRow::digest() const { return rowDigest({record, body, QString::number(updated_at)}); }

Verdict storeDraft(Database &database, CallKey call, const DraftRow &draft)
{
    Statement write = database.prepare("INSERT OR REPLACE INTO drafts (call_id, body, updated_at, record, digest) VALUES (?, ?, ?, ?, ?)");
    return write.bindAll(call, draft.body, draft.updated_at, draft.record, draft.digest()).run();
}

Verdict digestOlderDrafts(Database &database)
{
    Statement select = database.prepare("SELECT d.call_id, c.call_id, d.body, d.updated_at FROM drafts d JOIN calls c ON c.id = d.call_id WHERE d.digest = ''");
    QList<std::pair<CallKey, DraftRow>> drafts;
    while (select.step())
        drafts.append({select.integer(0), {select.text(1), select.text(2), select.integer(3)}});
    if (select.failed())
        return database.lastError();
    for (const auto &[call, draft] : std::as_const(drafts)) {
        if (Verdict done = storeDraft(database, call, draft); !done)
            return done;
    }
    return Done{};
}

Verdict buryDraft(Database &database, const DraftRow &draft)
{
    const Draft typed = draftFromText(draft.body, draft.updated_at);
    Edit note;
    note.mid = newMutationId(typed.updated_at);
    note.kind = u"call"_s;
    note.id = draft.record;
    note.op = u"note"_s;
    note.args = {{u"text"_s, QStringList{typed.disposition, typed.notes, typed.transferred_to}.join(u' ').trimmed()}};
    note.at = typed.updated_at;
    const Verdict done = insertOutgoing(database, note, note.mid);
    return done ? bury(database, note.mid, {note.mid, PushResult::Status::Rejected, 0, u"gone"_s, u"The call was deleted while this was being typed."_s}, note.at) : done;
}

Verdict storeRescuedDraft(Database &database, const DraftRow &draft)
{
    Statement write = database.prepare("INSERT OR REPLACE INTO rescued_drafts (record, body, updated_at) VALUES (?, ?, ?)");
    return write.bindAll(draft.record, draft.body, draft.updated_at).run();
}

Verdict takeRescuedDraft(Database &database, CallKey call, const QString &record)
{
    Statement find = database.prepare("SELECT body, updated_at FROM rescued_drafts WHERE record = ?");
    const auto found = find.bindAll(record).found();
    if (!found || !*found)
        return found ? Verdict(Done{}) : Verdict(found.error());
    const Verdict done = storeDraft(database, call, {record, find.text(0), find.integer(1)});
    return done ? forgetRescued(database, record) : done;
}

Verdict buryRescuedDrafts(Database &database)
{
    QList<DraftRow> left;
    Statement select = database.prepare("SELECT record, body, updated_at FROM rescued_drafts r WHERE NOT EXISTS "
                                        "(SELECT 1 FROM outbox b WHERE b.kind = 'call' AND b.id = r.record AND b.op = 'create')");
    while (select.step())
        left.append({select.text(0), select.text(1), select.integer(2)});
    if (select.failed())
        return database.lastError();
    for (const DraftRow &draft : std::as_const(left)) {
        Verdict done = buryDraft(database, draft);
        if (done)
            done = forgetRescued(database, draft.record);
        if (!done)
            return done;
    }
    return Done{};
}

} // namespace calldeck
