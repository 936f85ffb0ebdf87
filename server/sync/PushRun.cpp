#include "sync/PushRun.h"

#include "rules/JsonReader.h"
#include "store/ErasedRecords.h"
#include "store/Moment.h"
#include "store/TestSwitches.h"

#include <QJsonDocument>
#include <QRandomGenerator>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr auto oneResult = "SELECT body_hash, status, code, message, seq FROM mutation WHERE ws = ? AND mid = ?";
constexpr auto newerOfDevice = "SELECT 1 FROM device_order WHERE ws = ? AND device = ? AND kind = ? AND id = ? AND lseq > ?";

QByteArray resultName(const Edit &edit) { return "mutation " + edit.mid.toUtf8(); }
QByteArray orderName(const QString &device, const Edit &edit) { return QString(u"order " % device % u' ' % edit.kind % u' ' % edit.id).toUtf8(); }

/** Ids come from clients and end up in paths, lists, logs and file names. */
bool isSaneId(const QString &id)
{
    constexpr qsizetype longest = 128;
    const auto isPlain = [](QChar letter) { return letter.unicode() > 0x20 && letter.unicode() < 0x7f && !u"\"',\\<>`"_s.contains(letter); };
    return !id.isEmpty() && id.size() <= longest && std::all_of(id.cbegin(), id.cend(), isPlain);
}

EditOutcome about(const Edit &edit, EditOutcome outcome)
{
    outcome.mid = edit.mid;
    outcome.kind = edit.kind;
    outcome.id = edit.id;
    return outcome;
}

QStringList sortedKeys(const QJsonObject &object)
{
    QStringList keys = object.keys();
    keys.sort();
    return keys.mid(0, 40);
}

} // namespace

// The known version is left out, which the client lowers after a restore, and its place in the outbox, which is another one in a file that was made anew.
QByteArray bodyHash(const Edit &edit)
{
    QJsonObject json = editToJson(edit);
    json.remove(u"base_ver"_s);
    json.remove(u"lseq"_s);
    return sha256Hex(compactJson(json));
}

/** As it was kept until the place in the outbox was left out. */
QByteArray olderBodyHash(const Edit &edit)
{
    QJsonObject json = editToJson(edit);
    json.remove(u"base_ver"_s);
    return sha256Hex(compactJson(json));
}

/** Of a disposition or a note the keys tell nothing new; of a set they are the fields. The trail cannot be erased: a number does not stand in it. */
QJsonObject auditEntryOf(const EditSession &session, const Edit &edit, const EditOutcome &outcome)
{
    const QString id = edit.kind == u"number"_s ? hiddenNumber(session.tx, edit.id) : edit.id;
    QJsonObject entry{{u"at"_s, isoUtc(session.now)}, {u"actor"_s, session.author.account}, {u"device"_s, session.author.device}, {u"action"_s, u"edit"_s}, {u"mid"_s, edit.mid},
                      {u"kind"_s, edit.kind},         {u"id"_s, id},                        {u"op"_s, edit.op},                   {u"status"_s, wordOf(outcome.status)}, {u"seq"_s, outcome.seq}};
    if (!outcome.code.isEmpty())
        entry.insert(u"code"_s, outcome.code);
    if (edit.op == u"set"_s || edit.op == u"create"_s)
        entry.insert(u"fields"_s, QJsonArray::fromStringList(sortedKeys(edit.args)));
    if (edit.args.value(u"flag"_s).isString())
        entry.insert(u"flag"_s, edit.args.value(u"flag"_s).toString().left(40));
    return entry;
}

Verdict rememberResult(WorkspaceTx &tx, const Edit &edit, const EditOutcome &outcome, TimeMs now)
{
    return tx.writeOnly(resultName(edit),
                        "INSERT INTO mutation(ws, mid, body_hash, status, code, message, seq, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(ws, mid) DO UPDATE SET seq = excluded.seq",
                        edit.mid, bodyHash(edit), wordOf(outcome.status), outcome.code, outcome.message, outcome.seq, now);
}

Result<FileStamps> fileStampsOf(const QByteArray &words)
{
    static const QRegularExpression form(u"\\A(-|[0-9a-f]{8,64})( [0-9a-f]{8,64}){1,8}\\z"_s);
    if (!form.match(QString::fromLatin1(words)).hasMatch())
        return Error{Error::Code::InvalidInput, u"Device-Stamps must be two to nine hexadecimal words, the first \"-\" when there is none."_s, {}, false};
    const QByteArrayList stamps = words.split(' ');
    return FileStamps{stamps[0] == "-" ? QByteArray() : stamps[0], stamps[1], stamps.mid(2)};
}

Result<PushRequest> pushRequestOf(const QJsonObject &body)
{
    static const QStringList keys{u"device"_s, u"epoch"_s, u"schema_ver"_s, u"ms"_s};
    QString problem;
    JsonReader reader(body, QString(), problem);
    PushRequest request;
    request.device = reader.text(u"device"_s);
    request.epoch = reader.integer(u"epoch"_s);
    request.schema_ver = reader.integer(u"schema_ver"_s);
    if (!body.value(u"ms"_s).isArray())
        reader.fail(u"ms"_s, u"must be a list"_s);
    request.edits = body.value(u"ms"_s).toArray();
    if (!isSaneId(request.device))
        reader.fail(u"device"_s, u"must be an id of 1 to 128 plain characters"_s);
    for (auto it = body.begin(); it != body.end(); ++it) {
        if (!keys.contains(it.key()))
            reader.fail(it.key().left(60), u"is not known here"_s);
    }
    if (!problem.isEmpty())
        return Error{Error::Code::InvalidInput, problem, {}, false};
    return request;
}

void PushRun::foresee(WorkspaceTx &tx, const QString &device, const QJsonValue &json)
{
    if (!tx.connection().isPostgres())
        return;
    const auto edit = editFromJson(json, {});
    if (!edit)
        return;
    tx.foresee(resultName(*edit), oneResult, edit->mid);
    tx.foresee(orderName(device, *edit), newerOfDevice, device, edit->kind, edit->id, edit->lseq);
    foreseeErased(tx, edit->kind, edit->id);
    if (edit->kind == u"call"_s)
        foreseeCall(tx, edit->id);
    else
        foreseeEntity(tx, edit->kind, edit->id);
    tx.foreseeAuditEnd();
}

PushRun::Taken PushRun::take(const QJsonValue &json, const QString &path)
{
    const auto parsed = editFromJson(json, path);
    if (!parsed)
        return unreadable(json, parsed.error());
    Edit edit = *parsed;
    if (m_stopped.contains({edit.kind, edit.id}))
        return std::optional<EditOutcome>();
    foresee(m_session.tx, m_session.author.device, json);
    if (Verdict known = m_session.tx.findAuditEnd(); !known)
        return known.error();
    if (auto before = known(edit); !before || *before)
        return before;
    const auto late = comesTooLate(edit);
    if (!late)
        return late.error();
    if (*late) {
        m_stopped.insert({edit.kind, edit.id});
        return std::optional<EditOutcome>();
    }
    // Nobody can have seen what is not there yet.
    edit.base_ver = std::min(edit.base_ver, m_session.tx.head().seq);
    auto outcome = decide(edit);
    if (!outcome)
        return outcome.error();
    return finish(edit, *std::move(outcome));
}

PushRun::Taken PushRun::park(const QJsonValue &json, const QString &path)
{
    const auto edit = editFromJson(json, path);
    if (!edit)
        return edit.error();
    if (auto before = known(*edit); !before || *before)
        return before;
    const auto erased = erasedRecord(*edit);
    if (!erased || *erased)
        return erased ? finish(*edit, **erased) : Taken(erased.error());
    const Verdict kept = m_session.tx
                             .query("INSERT INTO parked(ws, mid, account, device, payload, at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT(ws, mid) DO NOTHING", edit->mid,
                                    m_session.author.account, m_session.author.device, compactJson(json.toObject()), m_session.now)
                             .run();
    if (!kept)
        return kept.error();
    return finish(*edit, rejectedAs(u"parked"_s, u"The backend could not take this change. Its text is kept."_s));
}

PushRun::Taken PushRun::unreadable(const QJsonValue &json, const Error &error)
{
    const QString mid = json.toObject().value(u"mid"_s).toString();
    if (mid.isEmpty() || mid.size() > 200 || mid.contains(QChar::Null))
        return error; // nobody to tell it to
    Edit edit;
    edit.mid = mid;
    edit.kind = json.toObject().value(u"kind"_s).toString().left(40);
    edit.id = json.toObject().value(u"id"_s).toString().left(200);
    EditOutcome outcome = about(edit, rejectedAs(u"invalid"_s, error.message));
    outcome.seq = m_session.tx.head().seq;
    return std::optional(outcome);
}

PushRun::Taken PushRun::known(const Edit &edit)
{
    if (TestSwitches::bug("no_dedupe"))
        return std::optional<EditOutcome>();
    SqlStatement find = m_session.tx.query(oneResult, edit.mid);
    const auto found = find.found();
    if (!found)
        return found.error();
    if (!*found)
        return std::optional<EditOutcome>();
    EditOutcome outcome;
    if (find.bytes(0) != bodyHash(edit) && find.bytes(0) != olderBodyHash(edit)) {
        outcome = rejectedAs(u"mid_reused"_s, u"mid belongs to another edit already."_s);
        outcome.seq = m_session.tx.head().seq;
    } else {
        outcome.status = statusNamed(find.text(1)).value_or(EditOutcome::Status::Rejected);
        outcome.code = find.text(2);
        outcome.message = find.text(3);
        outcome.seq = find.integer(4);
        if (outcome.status == EditOutcome::Status::Applied)
            outcome.status = EditOutcome::Status::Duplicate;
        const auto entity = findEntity(m_session.tx, edit.kind, edit.id);
        if (!entity)
            return entity.error();
        if (*entity && !(*entity)->deleted) {
            outcome.ver = (*entity)->ver;
            outcome.row = (*entity)->row;
        }
    }
    outcome.stored = true;
    return std::optional(about(edit, outcome));
}

Result<bool> PushRun::comesTooLate(const Edit &edit)
{
    if (TestSwitches::bug("no_order") || TestSwitches::bug("no_dedupe"))
        return false;
    return m_session.tx.query(newerOfDevice, m_session.author.device, edit.kind, edit.id, edit.lseq)
        .found();
}

Result<EditOutcome> PushRun::decide(const Edit &edit)
{
    if (const char *poison = TestSwitches::poison(); poison && compactJson(edit.args).contains(poison))
        return Error{Error::Code::Io, u"A poisoned edit."_s, {}, false};
    if (!isSaneId(edit.id) || !isSaneId(edit.mid))
        return rejectedAs(u"invalid"_s, u"id and mid must have 1 to 128 plain characters."_s);
    static const QStringList kinds{u"call"_s, u"contact"_s, u"view"_s, u"number"_s};
    if (!kinds.contains(edit.kind))
        return rejectedAs(u"invalid"_s, u"kind: \"%1\" is nothing that can be edited."_s.arg(edit.kind.left(40)));
    const auto least = leastRoleFor(edit);
    if (!least)
        return rejectedAs(u"invalid"_s, u"op: \"%1\" is no edit of a %2."_s.arg(edit.op.left(60), edit.kind));
    // Who lost a decision may choose too: that is looked at where the conflict is known.
    if (!mayAct(m_session.role, *least) && edit.op != u"resolve"_s)
        return rejectedAs(u"forbidden"_s, u"Your role may not do this."_s);
    const auto erased = erasedRecord(edit);
    if (!erased || *erased)
        return erased ? Result<EditOutcome>(**erased) : erased.error();
    if (edit.kind == u"call"_s)
        return takeCallEdit(m_session, edit);
    if (edit.kind == u"number"_s)
        return takeNumberEdit(m_session, edit);
    return edit.kind == u"contact"_s ? takeContactEdit(m_session, edit) : takeViewEdit(m_session, edit);
}

Result<std::optional<EditOutcome>> PushRun::erasedRecord(const Edit &edit)
{
    const auto erased = isErased(m_session.tx, edit.kind, edit.id);
    if (!erased)
        return erased.error();
    return *erased ? std::optional(rejectedAs(u"erased"_s, u"This record was erased."_s)) : std::nullopt;
}

PushRun::Taken PushRun::finish(const Edit &edit, EditOutcome outcome)
{
    outcome = about(edit, outcome);
    if (outcome.status == EditOutcome::Status::Rejected)
        outcome.seq = m_session.tx.head().seq;
    if (TestSwitches::bug("split_tx") && QRandomGenerator::global()->bounded(20) == 0) {
        (void)m_session.tx.commit();
        return Error{Error::Code::Io, u"Split."_s, {}, false};
    }
    Verdict done = rememberResult(m_session.tx, edit, outcome, m_session.now);
    if (done)
        done = rememberOrder(edit);
    if (done)
        done = trail(edit, outcome);
    if (!done)
        return done.error();
    return std::optional(outcome);
}

Verdict PushRun::rememberOrder(const Edit &edit)
{
    const QString &device = m_session.author.device;
    return m_session.tx.writeOnly(orderName(device, edit),
                                  "INSERT INTO device_order(ws, device, kind, id, lseq) VALUES (?, ?, ?, ?, ?) ON CONFLICT(ws, device, kind, id) DO UPDATE SET "
                                  "lseq = CASE WHEN device_order.lseq > excluded.lseq THEN device_order.lseq ELSE excluded.lseq END",
                                  device, edit.kind, edit.id, edit.lseq);
}

Verdict PushRun::trail(const Edit &edit, const EditOutcome &outcome) { return m_session.tx.audit(auditEntryOf(m_session, edit, outcome)); }

} // namespace calldeck
