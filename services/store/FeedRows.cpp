#include "store/FeedRows.h"

#include "database/CrashPoint.h"
#include "rules/JsonReader.h"
#include "store/CallRows.h"
#include "store/CallSearch.h"
#include "store/DraftRows.h"
#include "store/OutboxRows.h"
#include "store/StateRows.h"
#include "store/ViewRows.h"
#include "sync/EditRules.h"

#include <QJsonDocument>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

const QString callKind = u"call"_s;

/** A call comes before what hangs on it. */
QList<FeedRow> callsFirst(QList<FeedRow> rows)
{
    std::stable_partition(rows.begin(), rows.end(), [](const FeedRow &row) { return row.kind == callKind; });
    return rows;
}

/** The backend's row with this desk's open edits over it; neighbours and the number's entry as the file has them. */
Result<CallState> folded(const FeedRow &row, const CallState &here, const QList<Edit> &open, const EditContext &context)
{
    auto state = row.state ? Result<CallState>(*row.state) : callStateFromRow(*row.row);
    if (!state)
        return state;
    state->call.key = here.call.key;
    for (FollowUpTask &task : state->follow_ups)
        task.call = here.call.key;
    for (const FollowUpTask &task : here.follow_ups) {
        if (!state->owns(task))
            state->follow_ups.append(task);
    }
    state->listed = here.listed;
    for (const Edit &edit : open) {
        // What the backend would refuse now is told when it does.
        (void)applyEdit(*state, edit, {context.workspace, context.actor, edit.at});
    }
    return state;
}

/** Calls that the backend had, and whose making goes out once more. */
Result<QStringList> callsMadeAgain(Database &database)
{
    Statement select = database.prepare("SELECT call_id FROM calls WHERE ver > 0 AND EXISTS (SELECT 1 FROM outbox b WHERE b.kind = 'call' AND b.id = calls.call_id AND b.op = 'create' "
                                        "AND b.state = 'pending')");
    QStringList calls;
    while (select.step())
        calls.append(select.text(0));
    if (select.failed())
        return database.lastError();
    return calls;
}

/** Tasks that a do-not-contact entry closed. */
void keepClosed(const CallState &here, CallState &after)
{
    for (FollowUpTask &task : after.follow_ups) {
        const auto before = std::find_if(here.follow_ups.cbegin(), here.follow_ups.cend(), [&](const FollowUpTask &other) { return other.id == task.id; });
        if (before != here.follow_ups.cend() && before->state != FollowUpState::OPEN)
            task = *before;
    }
}

} // namespace

Result<SyncPosition> syncPosition(Database &database)
{
    Statement select = database.prepare("SELECT device, epoch, cursor, floor, snapshot, snapshot_s, snapshot_kind, snapshot_after, stamp, next_stamp FROM sync");
    if (!select.step())
        return database.lastError();
    return SyncPosition{select.text(0), select.integer(1), select.integer(2), select.integer(3), select.integer(4), select.optionalInteger(5), select.text(6), select.text(7), select.text(8), select.text(9)};
}

Result<std::optional<std::pair<QString, QStringList>>> staleRecords(Database &database)
{
    using Records = std::pair<QString, QStringList>;
    Statement select = database.prepare("SELECT kind, id FROM stale WHERE kind = (SELECT kind FROM stale LIMIT 1) LIMIT 100");
    std::optional<Records> records;
    while (select.step()) {
        if (!records)
            records = Records{select.text(0), {}};
        records->second.append(select.text(1));
    }
    if (select.failed())
        return database.lastError();
    return records;
}

Verdict stampPush(Database &database, bool another)
{
    // As many as a backend takes; older ones of a file that was started so often without an answer are forgotten.
    return database.execute(another ? "UPDATE sync SET next_stamp = substr(trim(lower(hex(randomblob(16))) || ' ' || next_stamp), 1, 8 * 33 - 1)"
                                    : "UPDATE sync SET next_stamp = lower(hex(randomblob(16))) WHERE next_stamp = ''");
}

Verdict takeStamp(Database &database, const QString &stamp)
{
    Statement take = database.prepare("UPDATE sync SET stamp = ?1, next_stamp = '' WHERE ?1 <> '' AND (next_stamp = ?1 OR substr(next_stamp, 1, length(?1) + 1) = ?1 || ' ')");
    return take.bindAll(stamp).run();
}

Verdict renewDevice(Database &database, const QString &device)
{
    Statement renew = database.prepare("UPDATE sync SET device = lower(hex(randomblob(16))), stamp = '', next_stamp = '' WHERE device = ?");
    return renew.bindAll(device).run();
}

Result<std::optional<CallKey>> FeedRows::keyOf(const QString &callId)
{
    Statement select = m_database.prepare("SELECT id FROM calls WHERE call_id = ?");
    if (select.bindAll(callId).step())
        return std::optional<CallKey>(select.integer(0));
    if (select.failed())
        return m_database.lastError();
    return std::optional<CallKey>();
}

Verdict FeedRows::keepVersion(const FeedRow &row, qint64 snapshot)
{
    if (!row.row) {
        Statement remove = m_database.prepare("DELETE FROM versions WHERE kind = ? AND id = ?");
        return remove.bindAll(row.kind, row.id).run();
    }
    Statement keep = m_database.prepare("INSERT INTO versions (kind, id, ver, snapshot) VALUES (?1, ?2, ?3, ?4) "
                                        "ON CONFLICT (kind, id) DO UPDATE SET ver = excluded.ver, snapshot = max(snapshot, excluded.snapshot)");
    return keep.bindAll(row.kind, row.id, row.ver, snapshot).run();
}

Verdict FeedRows::apply(const FeedRow &row, bool whateverVersion, qint64 snapshot, ChangeSet &changes)
{
    if (row.erased && !row.row) {
        if (Verdict done = eraseEdits(m_database, row.kind, row.id); !done)
            return done;
    }
    if (row.kind == callKind)
        return applyCall(row, whateverVersion, snapshot, changes);
    Statement known = m_database.prepare("SELECT ver FROM versions WHERE kind = ? AND id = ?");
    const bool isOld = known.bindAll(row.kind, row.id).step() && known.integer(0) >= row.ver && !whateverVersion;
    if (known.failed())
        return m_database.lastError();
    if (isOld && snapshot == 0)
        return Done{};
    Verdict done = Done{};
    if (!isOld) {
        if (row.kind == u"turns"_s)
            done = applyTurns(row, changes);
        else if (row.kind == u"contact"_s)
            done = applyContact(row);
        else if (row.kind == u"number"_s)
            done = applyNumber(row);
        else if (row.kind == u"conflict"_s)
            done = applyConflict(row, changes);
        else if (row.kind == u"view"_s)
            done = applyViewRow(m_database, row);
        else if (row.kind == u"workspace"_s)
            done = applyWorkspace(row, changes);
    }
    return done ? keepVersion(row, snapshot) : done;
}

Verdict FeedRows::applyCall(const FeedRow &row, bool whateverVersion, qint64 snapshot, ChangeSet &changes)
{
    auto known = findCallByCallId(m_database, row.id);
    if (!known)
        return known.error();
    const qint64 knownVer = *known ? m_database.singleInteger("SELECT ver FROM calls WHERE id = " + QByteArray::number((*known)->key)).value_or(0) : 0;
    const auto mark = [&](CallKey key) {
        Statement update = m_database.prepare("UPDATE calls SET ver = max(ver, ?2), snapshot = max(snapshot, ?3) WHERE id = ?1");
        return update.bindAll(key, row.ver, snapshot).run();
    };
    if (*known && knownVer >= row.ver && !whateverVersion)
        return snapshot > 0 ? mark((*known)->key) : Verdict(Done{});
    if (!row.row) {
        // A creation that the backend took before somebody deleted the call is not on its way any more.
        Statement made = m_database.prepare("SELECT 1 FROM outbox WHERE kind = 'call' AND id = ? AND op = 'create' AND (state = 'pending' OR seq > ?)");
        const auto isOnItsWay = made.bindAll(row.id, row.ver).found();
        if (!isOnItsWay)
            return isOnItsWay.error();
        if (!*known || *isOnItsWay)
            return Done{};
        changes.changed.append((*known)->key);
        return row.erased ? eraseCall(**known) : removeCall((*known)->key, row.id);
    }
    const auto open = openEdits(m_database, callKind, row.id, row.ver);
    if (!open)
        return open.error();
    // Taken away here and not yet there: it does not come back on the way.
    if (std::any_of(open->cbegin(), open->cend(), [](const Edit &edit) { return edit.op == u"del"_s; }))
        return Done{};
    CallState here;
    if (*known) {
        auto state = loadState(m_database, **known);
        if (!state)
            return state.error();
        here = *std::move(state);
    }
    auto after = folded(row, here, *open, {m_workspace, m_actor, 0});
    if (!after)
        return Error{Error::Code::Damaged, u"The server sent a call that cannot be read."_s, QString(row.id + u": "_s + after.error().message), true};
    if (after->call.call_id != row.id)
        return Error{Error::Code::Damaged, u"The server sent a call under another's name."_s, row.id, true};
    Verdict done = Done{};
    if (!*known) {
        done = insertCall(m_database, after->call, {row.ver, snapshot});
        if (done)
            done = indexNewCall(m_database, after->call);
        if (done)
            done = takeRescuedDraft(m_database, after->call.key, row.id);
        changes.added.append(after->call.key);
        return done ? saveBeside(m_database, here, *after) : done;
    }
    Statement queue = m_database.prepare("INSERT OR IGNORE INTO search_queue (call_id) VALUES (?)");
    done = queue.bindAll(after->call.key).run();
    changes.changed.append(after->call.key);
    if (done)
        done = saveState(m_database, here, *after);
    return done ? mark(after->call.key) : done;
}

Verdict FeedRows::removeCall(CallKey key, const QString &callId)
{
    Statement draft = m_database.prepare("SELECT body, updated_at FROM drafts WHERE call_id = ?");
    Verdict done = Done{};
    if (draft.bindAll(key).step())
        done = buryDraft(m_database, {callId, draft.text(0), draft.integer(1)});
    else if (draft.failed())
        done = m_database.lastError();
    return done ? removeCallRows(m_database, key) : done;
}

Verdict FeedRows::eraseCall(const Call &call)
{
    // The entry of the number names the number: the feed does not say of it that it went.
    Verdict done = Done{};
    if (!call.customer_number.isEmpty()) {
        done = writeListed(m_database, call.customer_number, std::nullopt);
        if (done)
            done = keepVersion({u"number"_s, call.customer_number, 0, std::nullopt}, 0);
    }
    Statement conflicts = m_database.prepare("DELETE FROM conflicts WHERE call_id = ?");
    if (done)
        done = conflicts.bindAll(call.call_id).run();
    return done ? removeCallRows(m_database, call.key) : done;
}

Verdict FeedRows::applyTurns(const FeedRow &row, ChangeSet &changes)
{
    const auto key = keyOf(row.id);
    if (!key)
        return key.error();
    if (!*key || !row.row)
        return Done{};
    const auto turns = turnsFromRow(row.row->value(u"turns"_s).toArray());
    if (!turns)
        return Error{Error::Code::Damaged, u"The server sent a transcript that cannot be read."_s, turns.error().message, true};
    changes.changed.append(**key);
    return replaceTurns(m_database, **key, *turns);
}

Verdict FeedRows::applyContact(const FeedRow &row)
{
    auto contact = row.row ? contactFromRow(*row.row) : Result<Contact>(Contact());
    if (!contact)
        return Error{Error::Code::Damaged, u"The server sent a contact that cannot be read."_s, contact.error().message, true};
    const auto open = openEdits(m_database, row.kind, row.id, row.ver);
    if (!open)
        return open.error();
    bool isThere = row.row.has_value();
    for (const Edit &edit : *open) {
        isThere = edit.op != u"del"_s && (isThere || edit.op == u"create"_s);
        (void)applyEdit(*contact, edit, {m_workspace, m_actor, edit.at});
    }
    if (!isThere) {
        Statement remove = m_database.prepare("DELETE FROM contacts WHERE uid = ?");
        return remove.bindAll(row.id).run();
    }
    Statement write = m_database.prepare("INSERT INTO contacts (uid, name, business_name, number, email, address, preferred_channel, time_windows) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
                                         "ON CONFLICT (uid) DO UPDATE SET name = excluded.name, business_name = excluded.business_name, number = excluded.number, email = excluded.email, "
                                         "address = excluded.address, preferred_channel = excluded.preferred_channel, time_windows = excluded.time_windows");
    const auto orNull = [](const QString &text) { return text.isEmpty() ? QString() : text; };
    write.bindAll(row.id, orNull(contact->name), orNull(contact->business_name), orNull(contact->number), orNull(contact->email), orNull(contact->address),
                  orNull(contact->preferred_channel), orNull(contact->time_windows));
    Verdict done = write.run();
    Statement queue = m_database.prepare("INSERT OR IGNORE INTO search_queue (call_id) SELECT id FROM calls WHERE contact_id = ?");
    return done ? queue.bindAll(row.id).run() : done;
}

Verdict FeedRows::applyNumber(const FeedRow &row)
{
    if (!row.row) {
        // Somebody at this desk may have asked for the mark again while the news were on their way.
        Statement again = m_database.prepare("SELECT 1 FROM outbox b JOIN calls c ON c.call_id = b.id WHERE b.op = 'flag+' AND c.customer_number = ? "
                                             "AND json_extract(b.args_json, '$.flag') = 'do_not_contact' LIMIT 1");
        const auto wanted = again.bindAll(row.id).found();
        if (!wanted)
            return wanted.error();
        return *wanted ? Verdict(Done{}) : writeListed(m_database, row.id, std::nullopt);
    }
    QString problem;
    JsonReader reader(*row.row, row.id, problem);
    const ListedNumber listed{reader.optionalText(u"reason"_s), reader.time(u"set_at"_s), reader.optionalText(u"set_by"_s)};
    if (!problem.isEmpty())
        return Error{Error::Code::Damaged, u"The server sent a do-not-contact entry that cannot be read."_s, problem, true};
    return writeListed(m_database, row.id, listed);
}

Verdict FeedRows::applyConflict(const FeedRow &row, ChangeSet &changes)
{
    if (!row.row) {
        Statement remove = m_database.prepare("DELETE FROM conflicts WHERE id = ?");
        return remove.bindAll(row.id).run();
    }
    QString problem;
    JsonReader reader(*row.row, row.id, problem);
    Statement write = m_database.prepare("INSERT OR REPLACE INTO conflicts (id, call_id, part, kept, losing, kept_by, losing_by, at, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    const QString callId = reader.text(u"call_id"_s);
    write.bind(1, row.id).bindText(2, callId).bindText(3, reader.text(u"part"_s)).bindText(4, reader.optionalText(u"kept"_s));
    write.bindText(5, reader.optionalText(u"losing"_s)).bindText(6, reader.optionalText(u"kept_by"_s)).bindText(7, reader.optionalText(u"losing_by"_s));
    write.bind(8, reader.time(u"at"_s)).bindText(9, reader.text(u"state"_s));
    if (!problem.isEmpty())
        return Error{Error::Code::Damaged, u"The server sent a conflict that cannot be read."_s, problem, true};
    if (const auto key = keyOf(callId); key && *key)
        changes.changed.append(**key);
    return write.run();
}

Verdict FeedRows::applyWorkspace(const FeedRow &row, ChangeSet &changes)
{
    if (!row.row)
        return Done{};
    const auto workspace = workspaceFromJson(*row.row);
    if (!workspace)
        return Error{Error::Code::Damaged, u"The server sent settings that cannot be read."_s, workspace.error().message, true};
    changes.settings = changes.settings || workspaceToJson(*workspace) != workspaceToJson(m_workspace);
    Statement write = m_database.prepare("INSERT OR REPLACE INTO settings (key, value) VALUES ('workspace', ?)");
    return write.bindAll(QString::fromUtf8(QJsonDocument(*row.row).toJson(QJsonDocument::Compact))).run();
}

Result<ChangeSet> FeedRows::takePage(const FeedPage &page, TimeMs now)
{
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun().error();
    const auto position = syncPosition(m_database);
    if (!position)
        return position.error();
    ChangeSet changes;
    if (position->epoch != page.epoch || position->cursor != page.from || page.to < page.from)
        return changes;
    Verdict done = Done{};
    for (const FeedRow &row : callsFirst(page.rows)) {
        if (done)
            done = apply(row, false, 0, changes);
        crashAt("C6");
    }
    crashAt("C7");
    Statement move = m_database.prepare("UPDATE sync SET cursor = ?, synced_ms = ?");
    if (done)
        done = move.bindAll(page.to, now).run();
    if (done)
        done = retireShown(m_database, page.to, now);
    if (done)
        done = transaction.commit();
    return done ? Result<ChangeSet>(changes) : done.error();
}

Result<ChangeSet> FeedRows::takeRows(qint64 epoch, const QList<FeedRow> &rows)
{
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun().error();
    const auto position = syncPosition(m_database);
    if (!position)
        return position.error();
    ChangeSet changes;
    if (position->epoch != epoch)
        return changes;
    Verdict done = Done{};
    for (const FeedRow &row : callsFirst(rows)) {
        if (done)
            done = apply(row, true, 0, changes);
        Statement fresh = m_database.prepare("DELETE FROM stale WHERE kind = ? AND id = ?");
        if (done)
            done = fresh.bindAll(row.kind, row.id).run();
    }
    if (done)
        done = transaction.commit();
    return done ? Result<ChangeSet>(changes) : done.error();
}

Verdict FeedRows::beginSnapshot()
{
    return m_database.execute("UPDATE sync SET floor = max(floor, cursor), cursor = -1, snapshot_s = NULL, snapshot_kind = NULL, snapshot_after = NULL");
}

Result<ChangeSet> FeedRows::takeSnapshotPage(const SnapshotPage &page, TimeMs now)
{
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun().error();
    const auto position = syncPosition(m_database);
    if (!position)
        return position.error();
    ChangeSet changes;
    const bool isFirst = !position->snapshot_s;
    const bool fits = position->cursor < 0 && page.s >= position->floor && (position->epoch == page.epoch || position->epoch == 0)
                      && (isFirst ? page.asked_kind.isEmpty() && page.asked_after.isEmpty()
                                  : position->snapshot_s == page.s && position->snapshot_kind == page.asked_kind && position->snapshot_after == page.asked_after);
    if (!fits)
        return changes;
    const qint64 number = position->snapshot + (isFirst ? 1 : 0);
    Verdict done = Done{};
    for (const FeedRow &row : callsFirst(page.rows)) {
        if (done)
            done = apply(row, false, number, changes);
    }
    const bool isLast = page.next_kind.isEmpty();
    if (done && isLast)
        done = sweep(number, page.s, changes);
    Statement move = m_database.prepare("UPDATE sync SET epoch = ?1, snapshot = ?2, snapshot_s = ?3, snapshot_kind = ?4, snapshot_after = ?5, cursor = ?6, synced_ms = ?7");
    move.bind(1, page.epoch).bind(2, number).bind(3, isLast ? std::nullopt : std::optional(page.s)).bind(4, page.next_kind).bind(5, page.next_after);
    move.bind(6, isLast ? page.s : qint64(-1)).bind(7, now);
    if (done)
        done = move.run();
    if (done && isLast)
        done = retireShown(m_database, page.s, now);
    if (done)
        done = transaction.commit();
    if (!isLast)
        crashAt("C8");
    return done ? Result<ChangeSet>(changes) : done.error();
}

Verdict FeedRows::sweep(qint64 snapshot, qint64 s, ChangeSet &changes)
{
    QList<std::pair<CallKey, QString>> gone;
    Statement calls = m_database.prepare("SELECT id, call_id FROM calls WHERE snapshot <> ?1 AND ver <= ?2 AND NOT EXISTS (SELECT 1 FROM outbox b WHERE b.kind = 'call' "
                                         "AND b.id = calls.call_id AND b.op = 'create' AND (b.state = 'pending' OR b.seq > ?2))");
    calls.bindAll(snapshot, s);
    crashAt("C9");
    while (calls.step())
        gone.append({calls.integer(0), calls.text(1)});
    if (calls.failed())
        return m_database.lastError();
    for (const auto &[key, callId] : std::as_const(gone)) {
        changes.changed.append(key);
        if (Verdict done = removeCall(key, callId); !done)
            return done;
    }
    QList<FeedRow> others;
    Statement versions = m_database.prepare("SELECT kind, id FROM versions WHERE snapshot <> ? AND ver <= ?");
    versions.bindAll(snapshot, s);
    while (versions.step())
        others.append({versions.text(0), versions.text(1), s, std::nullopt});
    if (versions.failed())
        return m_database.lastError();
    for (const FeedRow &row : std::as_const(others)) {
        if (Verdict done = apply(row, true, 0, changes); !done)
            return done;
    }
    return buryRescuedDrafts(m_database);
}

Verdict FeedRows::rebuildOwn(const QString &callId, ChangeSet &changes)
{
    const auto call = findCallByCallId(m_database, callId);
    if (!call || !*call)
        return call ? Verdict(Done{}) : Verdict(call.error());
    const auto here = loadState(m_database, **call);
    const auto open = openEdits(m_database, callKind, callId, 0);
    if (!here || !open)
        return here ? open.error() : here.error();
    CallState blank;
    blank.call.call_id = callId;
    FeedRow nothing{callKind, callId, 0, std::nullopt};
    nothing.state = std::make_shared<const CallState>(blank);
    auto after = folded(nothing, *here, *open, {m_workspace, m_actor, 0});
    // One that its own edits do not make stays as it is.
    if (!after || !after->call.created_at)
        return Done{};
    if (here->listed) {
        after->call.do_not_contact = true;
        keepClosed(*here, *after);
    }
    changes.changed.append(here->call.key);
    Statement queue = m_database.prepare("INSERT OR IGNORE INTO search_queue (call_id) VALUES (?)");
    const Verdict queued = queue.bindAll(here->call.key).run();
    return queued ? saveState(m_database, *here, *after) : queued;
}

Result<ChangeSet> FeedRows::changeEpoch(qint64 epoch, qint64 base)
{
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun().error();
    const auto position = syncPosition(m_database);
    if (!position)
        return position.error();
    ChangeSet changes;
    if (position->epoch >= epoch)
        return changes;
    Statement move = m_database.prepare("UPDATE sync SET epoch = ?, floor = 0, cursor = -1, snapshot_s = NULL, snapshot_kind = NULL, snapshot_after = NULL");
    Verdict done = move.bindAll(epoch).run();
    if (done)
        done = sendAgainAfter(m_database, base);
    const auto madeHere = done ? callsMadeAgain(m_database) : Result<QStringList>(done.error());
    if (!madeHere)
        return madeHere.error();
    done = m_database.execute("UPDATE calls SET ver = 0 WHERE ver > 0; UPDATE versions SET ver = 0");
    for (const QString &callId : *madeHere) {
        if (done)
            done = rebuildOwn(callId, changes);
    }
    if (done)
        done = transaction.commit();
    return done ? Result<ChangeSet>(changes) : done.error();
}

} // namespace calldeck
