#include "sync/PersonRecords.h"

#include "store/Attachments.h"
#include "store/CallIndexRows.h"
#include "store/CallTable.h"
#include "store/ErasedRecords.h"
#include "sync/ConflictRows.h"

#include <QJsonDocument>
#include <QSet>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

/** Rows of a kind that hold `member` with `value`. The text search only spares reading most rows. */
Result<QStringList> rowsWith(WorkspaceTx &tx, const QString &kind, const QString &member, const QString &value)
{
    QStringList ids;
    SqlStatement rows = tx.query("SELECT id, \"row\" FROM entity WHERE ws = ? AND kind = ? AND deleted = 0 AND \"row\" LIKE ? ORDER BY id", kind, QString(u'%' + value + u'%'));
    while (rows.step()) {
        if (parsedObject(rows.bytes(1)).value(member).toString() == value)
            ids.append(rows.text(0));
    }
    if (rows.failed())
        return rows.verdict().error();
    return ids;
}

Verdict findContacts(WorkspaceTx &tx, const Person &person, PersonRecords &records)
{
    if (!person.contact.isEmpty()) {
        const auto contact = findEntity(tx, u"contact"_s, person.contact);
        if (!contact)
            return contact.error();
        if (!*contact || (*contact)->deleted)
            return Error{Error::Code::NotFound, u"There is no such contact."_s, {}, false};
        records.number = parsedObject((*contact)->row).value(u"number"_s).toString();
        records.contacts.append(person.contact);
    }
    if (records.number.isEmpty())
        return Done{};
    const auto others = rowsWith(tx, u"contact"_s, u"number"_s, records.number);
    if (!others)
        return others.error();
    records.contacts += *others;
    records.contacts.removeDuplicates();
    return Done{};
}

Verdict findCalls(WorkspaceTx &tx, PersonRecords &records)
{
    if (!records.number.isEmpty()) {
        const auto calls = callsOfNumber(tx, records.number);
        if (!calls)
            return calls.error();
        records.calls = *calls;
    }
    for (const QString &contact : std::as_const(records.contacts)) {
        const auto calls = rowsWith(tx, u"call"_s, u"contact_id"_s, contact);
        if (!calls)
            return calls.error();
        records.calls += *calls;
    }
    records.calls.removeDuplicates();
    return Done{};
}

Verdict findListing(WorkspaceTx &tx, PersonRecords &records)
{
    if (records.number.isEmpty())
        return Done{};
    const auto listed = findListed(tx, records.number);
    if (!listed)
        return listed.error();
    records.listed = *listed;
    return Done{};
}

using Part = Result<QJsonArray>;

Change changeBy(const ErasureRun &run, const QString &kind, const QString &id) { return {kind, id, u"admin"_s, {}, programActor, 0, programActor, run.now}; }

/** For what goes in the same step as the call's row. */
Verdict goesWithTheCall(ErasureRun &) { return Done{}; }

/** The rows of a kind, those that are there. */
Part entityRows(WorkspaceTx &tx, const QString &kind, const QStringList &ids)
{
    QJsonArray all;
    for (const QString &id : ids) {
        const auto entity = findEntity(tx, kind, id);
        if (!entity)
            return entity.error();
        if (!*entity || (*entity)->deleted)
            continue;
        QJsonObject row = parsedObject((*entity)->row);
        row.insert(u"id"_s, id);
        all.append(row);
    }
    return all;
}

/** `line` of each row that a statement of each call gives. */
Part linesOfCalls(const PersonRecords &records, const std::function<SqlStatement(const QString &)> &rowsOf, QJsonObject (*line)(SqlStatement &row))
{
    QJsonArray all;
    for (const QString &call : records.calls) {
        SqlStatement rows = rowsOf(call);
        while (rows.step()) {
            QJsonObject one = line(rows);
            one.insert(u"call_id"_s, call);
            all.append(one);
        }
        if (rows.failed())
            return rows.verdict().error();
    }
    return all;
}

Part readListing(WorkspaceTx &, const PersonRecords &records)
{
    return records.listed ? QJsonArray{listedRow(records.number, *records.listed)} : QJsonArray();
}

/** The entry names the number itself: it goes without a trace in the log. Desks drop theirs with the number's calls, or with the next snapshot. */
Verdict eraseListing(ErasureRun &run)
{
    const QString &number = run.records.number;
    if (number.isEmpty())
        return Done{};
    run.result.was_listed = run.records.listed.has_value();
    Verdict done = run.result.was_listed ? keepErasedListing(run.tx, number, run.now) : Verdict(Done{});
    if (done)
        done = run.tx.query("DELETE FROM entity WHERE ws = ? AND kind = 'number' AND id = ?", number).run();
    for (const QByteArray table : {"change", "device_order"}) {
        if (done)
            done = run.tx.query("DELETE FROM " + table + " WHERE ws = ? AND kind = 'number' AND id = ?", number).run();
    }
    return done;
}

Part readConflicts(WorkspaceTx &tx, const PersonRecords &records)
{
    const auto rowsOf = [&](const QString &call) {
        return tx.query("SELECT e.\"row\", c.args FROM conflict c JOIN entity e ON e.ws = c.ws AND e.kind = 'conflict' AND e.id = c.id WHERE c.ws = ? AND c.call_id = ? ORDER BY c.id", call);
    };
    return linesOfCalls(records, rowsOf, [](SqlStatement &row) {
        QJsonObject one = parsedObject(row.bytes(0));
        one.insert(u"losing_edit"_s, parsedObject(row.bytes(1)));
        return one;
    });
}

Verdict eraseConflicts(ErasureRun &run)
{
    Verdict done = Done{};
    for (const QString &call : run.records.calls) {
        if (done)
            done = deleteConflictsOf(run.tx, call, changeBy(run, u"conflict"_s, call));
    }
    return done;
}

/** Edits that could not be digested, by their names. */
Result<QHash<QString, QJsonObject>> waitingOf(WorkspaceTx &tx, const PersonRecords &records)
{
    const QStringList ids = records.calls + records.contacts;
    const QSet<QString> known(ids.cbegin(), ids.cend());
    QHash<QString, QJsonObject> waiting;
    SqlStatement rows = tx.query("SELECT mid, payload FROM parked WHERE ws = ?");
    while (rows.step()) {
        const QJsonObject edit = parsedObject(rows.bytes(1));
        if (known.contains(edit.value(u"id"_s).toString()))
            waiting.insert(rows.text(0), edit);
    }
    if (rows.failed())
        return rows.verdict().error();
    return waiting;
}

Part readWaiting(WorkspaceTx &tx, const PersonRecords &records)
{
    const auto waiting = waitingOf(tx, records);
    if (!waiting)
        return waiting.error();
    QJsonArray all;
    for (const QJsonObject &edit : *waiting)
        all.append(edit);
    return all;
}

Verdict eraseWaiting(ErasureRun &run)
{
    const auto waiting = waitingOf(run.tx, run.records);
    Verdict done = waiting ? Verdict(Done{}) : Verdict(waiting.error());
    for (const QString &mid : waiting ? waiting->keys() : QStringList()) {
        if (done)
            done = run.tx.query("DELETE FROM parked WHERE ws = ? AND mid = ?", mid).run();
    }
    return done;
}

/** What desks were told about edits of a call: it may repeat what stood in them. */
constexpr auto editsOfCall = "ws = ? AND mid IN (SELECT mid FROM change c WHERE c.ws = mutation.ws AND c.kind = 'call' AND c.id = ?)";

Part readAnswers(WorkspaceTx &tx, const PersonRecords &records)
{
    const auto rowsOf = [&](const QString &call) { return tx.query(QByteArray("SELECT message, at FROM mutation WHERE ") + editsOfCall + " AND message <> '' ORDER BY at, mid", call); };
    return linesOfCalls(records, rowsOf, [](SqlStatement &row) { return QJsonObject{{u"message"_s, row.text(0)}, {u"at"_s, isoUtc(row.integer(1))}}; });
}

Verdict eraseAnswers(ErasureRun &run)
{
    Verdict done = Done{};
    for (const QString &call : run.records.calls) {
        if (done)
            done = run.tx.query(QByteArray("UPDATE mutation SET message = '' WHERE ") + editsOfCall, call).run();
    }
    return done;
}

Part readAttachments(WorkspaceTx &tx, const PersonRecords &records)
{
    QJsonArray all;
    for (const QString &call : records.calls) {
        const auto attachments = attachmentsOf(tx, call);
        if (!attachments)
            return attachments.error();
        for (const Attachment &attachment : *attachments)
            all.append(attachment.toJson());
    }
    return all;
}

/** Their rows go with the call. */
Verdict nameBlobs(ErasureRun &run)
{
    for (const QString &call : run.records.calls) {
        const auto attachments = attachmentsOf(run.tx, call);
        if (!attachments)
            return attachments.error();
        for (const Attachment &attachment : *attachments)
            run.result.blobs.append(blobName(run.tx.ws(), attachment));
    }
    return Done{};
}

Part readProviderMessages(WorkspaceTx &tx, const PersonRecords &records)
{
    const auto rowsOf = [&](const QString &call) { return tx.query("SELECT payload, at FROM provider_payload WHERE ws = ? AND call_id = ? ORDER BY at, hash", call); };
    return linesOfCalls(records, rowsOf, [](SqlStatement &row) {
        const QJsonDocument json = QJsonDocument::fromJson(row.bytes(0));
        const QJsonValue message = json.isObject() ? QJsonValue(json.object()) : json.isArray() ? QJsonValue(json.array()) : QJsonValue(row.text(0));
        return QJsonObject{{u"message"_s, message}, {u"at"_s, isoUtc(row.integer(1))}};
    });
}

Part readCalls(WorkspaceTx &tx, const PersonRecords &records) { return entityRows(tx, u"call"_s, records.calls); }

Verdict eraseCalls(ErasureRun &run)
{
    for (const QString &id : run.records.calls) {
        auto stored = loadCallAlone(run.tx, id);
        if (!stored)
            return stored.error();
        Verdict done = deleteCall(run.tx, *stored, changeBy(run, u"call"_s, id));
        if (done)
            done = markErased(run.tx, u"call"_s, id, run.now);
        if (!done)
            return done;
        ++run.result.calls;
    }
    return Done{};
}

Part readTranscripts(WorkspaceTx &tx, const PersonRecords &records) { return entityRows(tx, u"turns"_s, records.calls); }

/** Emptied with the call. */
Verdict markTranscripts(ErasureRun &run)
{
    Verdict done = Done{};
    for (const QString &id : run.records.calls) {
        if (done)
            done = markErased(run.tx, u"turns"_s, id, run.now);
    }
    return done;
}

Part readContacts(WorkspaceTx &tx, const PersonRecords &records) { return entityRows(tx, u"contact"_s, records.contacts); }

Verdict eraseContacts(ErasureRun &run)
{
    for (const QString &id : run.records.contacts) {
        Verdict done = deleteEntity(run.tx, u"contact"_s, id, changeBy(run, u"contact"_s, id));
        if (done)
            done = markErased(run.tx, u"contact"_s, id, run.now);
        if (!done)
            return done;
        ++run.result.contacts;
    }
    return Done{};
}

constexpr PersonPart parts[] = {{"do_not_contact", readListing, eraseListing},
                                {"conflicts", readConflicts, eraseConflicts},
                                {"waiting_edits", readWaiting, eraseWaiting},
                                {"answers", readAnswers, eraseAnswers},
                                {"attachments", readAttachments, nameBlobs},
                                {"provider_messages", readProviderMessages, goesWithTheCall},
                                {"calls", readCalls, eraseCalls},
                                {"transcripts", readTranscripts, markTranscripts},
                                {"contacts", readContacts, eraseContacts}};

} // namespace

Result<PersonRecords> recordsOf(WorkspaceTx &tx, const Person &person)
{
    PersonRecords records;
    records.number = person.number;
    Verdict done = findContacts(tx, person, records);
    if (done)
        done = findCalls(tx, records);
    if (done)
        done = findListing(tx, records);
    if (!done)
        return done.error();
    if (records.calls.isEmpty() && records.contacts.isEmpty() && !records.listed)
        return Error{Error::Code::NotFound, u"Nothing is known of this person."_s, {}, false};
    return records;
}

std::span<const PersonPart> personParts() { return parts; }

} // namespace calldeck
