#include "api/RestRun.h"

#include "api/Answers.h"
#include "api/Query.h"
#include "api/RowTexts.h"
#include "api/Services.h"
#include "api/Trail.h"
#include "store/Moment.h"
#include "sync/Devices.h"

#include <QJsonDocument>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

const QString device = u"api"_s;

QString shortHash(const QByteArray &text, qsizetype length) { return QString::fromLatin1(sha256Hex(text).left(length)); }

/** What PushRun says of an edit, as an answer: its "args.x" is the body's "x". */
HttpResponse answerFor(const RestEdit &edit, const EditOutcome &outcome)
{
    if (outcome.code == u"forbidden"_s)
        return problem(403, u"forbidden"_s, u"Your role may not do this"_s, outcome.message);
    if (outcome.code == u"gone"_s || outcome.code == u"erased"_s)
        return failed({Error::Code::NotFound, outcome.message, {}, false});
    const QString args = u"args."_s;
    const QString named = outcome.message.startsWith(args) ? outcome.message.mid(args.size()) : QString();
    const QString field = named.isEmpty() ? edit.field : named.section(u' ', 0, 0);
    const QString reason = named.isEmpty() ? outcome.message : named;
    return problem(400, u"invalid"_s, u"The request is not right"_s, reason, {{field, reason}});
}

Result<qint64> lastOrder(WorkspaceTx &tx, const Author &author, const RestEdit &edit)
{
    SqlStatement last = tx.query("SELECT lseq FROM device_order WHERE ws = ? AND device = ? AND kind = ? AND id = ?", author.device, edit.kind, edit.id);
    const auto found = last.found();
    if (!found)
        return found.error();
    return *found ? last.integer(0) : 0;
}

} // namespace

RestRun::RestRun(ApiCall &call, WorkspaceTx &tx, SharedWorkspace workspace)
    : m_call(call), m_tx(tx), m_workspace(std::move(workspace)), m_author(authorOf(call.caller, device)), m_session{tx, m_author, call.caller.role, m_workspace, call.now}, m_push(m_session),
      m_stem(u"r-"_s + randomHex(12))
{
}

Verdict RestRun::readKey()
{
    const auto key = idempotencyKeyOf(m_call.request);
    if (!key || key->isEmpty())
        return key ? Verdict(Done{}) : Verdict(key.error());
    const QString begin = u"r-"_s + shortHash(m_call.caller.account.toUtf8() + '\n' + *key, 32) + u'-';
    m_stem = begin + shortHash(m_call.request.method + ' ' + m_call.request.target + '\n' + m_call.request.body, 16);
    SqlStatement known = m_tx.query("SELECT mid FROM mutation WHERE ws = ? AND mid >= ? AND mid < ? LIMIT 1", begin, QString(begin.chopped(1) % u'.'));
    const auto found = known.found();
    if (!found)
        return found.error();
    m_repeat = *found;
    if (*found && !known.text(0).startsWith(m_stem))
        return Error{Error::Code::Conflict, u"Idempotency-Key was used for another request."_s, {}, false};
    return Done{};
}

QString RestRun::nextMid() const { return QString(m_stem % u'-' % QString::number(m_count)); }

bool RestRun::take(const RestEdit &edit)
{
    const QString mid = nextMid();
    ++m_count;
    return m_repeat ? repeat(edit, mid) : write(edit, mid);
}

bool RestRun::repeat(const RestEdit &edit, const QString &mid)
{
    SqlStatement known = m_tx.query("SELECT status, seq FROM mutation WHERE ws = ? AND mid = ?", mid);
    const auto found = known.found();
    if (!found || !*found) {
        m_refusal = found ? Error{Error::Code::Conflict, u"Idempotency-Key was used for another request."_s, {}, false} : found.error();
        return false;
    }
    EditOutcome outcome;
    outcome.mid = mid;
    outcome.status = statusNamed(known.text(0)).value_or(EditOutcome::Status::Applied);
    outcome.seq = known.integer(1);
    note(edit, outcome);
    return true;
}

bool RestRun::write(const RestEdit &edit, const QString &mid)
{
    const auto last = lastOrder(m_tx, m_author, edit);
    if (!last) {
        m_refusal = last.error();
        return false;
    }
    const auto outcome = m_push.take(editToJson(made(edit, mid, *last + 1)), u"body"_s);
    if (!outcome || !*outcome) {
        m_refusal = outcome ? Error{Error::Code::Busy, u"Others are writing the same data. Try again."_s, {}, true} : outcome.error();
        return false;
    }
    if ((*outcome)->status == EditOutcome::Status::Rejected) {
        m_refusal = answerFor(edit, **outcome);
        m_refused = auditEntryOf(m_session, made(edit, mid, *last + 1), **outcome);
        return false;
    }
    note(edit, **outcome);
    return true;
}

Edit RestRun::made(const RestEdit &edit, const QString &mid, qint64 lseq) const
{
    return {mid, lseq, edit.kind, edit.id, edit.op, edit.args, edit.base_ver.value_or(m_tx.head().seq), m_call.now};
}

void RestRun::noteRefusal(const RestEdit &edit, const QString &code)
{
    EditOutcome outcome = rejectedAs(code, QString());
    outcome.seq = m_tx.head().seq;
    m_refused = auditEntryOf(m_session, made(edit, nextMid(), 0), outcome);
}

void RestRun::note(const RestEdit &edit, const EditOutcome &outcome)
{
    m_call.services.metrics.countEdit(wordOf(outcome.status).toLatin1());
    m_results.append(QJsonObject{{u"mid"_s, outcome.mid}, {u"op"_s, edit.op}, {u"status"_s, wordOf(outcome.status)}, {u"seq"_s, outcome.seq}});
}

Result<HttpResponse> RestRun::refusal() const { return m_refusal.value_or(Error{Error::Code::Io, u"Nothing was refused."_s, {}, false}); }

Result<HttpResponse> RestRun::callAnswer(const QString &id, int status)
{
    const auto row = readCallRow(m_tx, id, m_call.now);
    if (!row)
        return row.error();
    if (!*row)
        return failed({Error::Code::NotFound, {}, {}, false});
    JsonObjectText text;
    HttpResponse answer = textAnswer(text.addRaw("call", callText(**row)).addRaw("results", QJsonDocument(m_results).toJson(QJsonDocument::Compact)).end());
    answer.status = status;
    return answer;
}

HttpResponse inOneWrite(ApiCall &call, const std::function<Result<HttpResponse>(RestRun &)> &work)
{
    Head head;
    std::optional<QJsonObject> refused;
    const auto answer = withRetries(call.connection, [&]() -> Result<HttpResponse> {
        const auto tx = WorkspaceTx::begin(call.connection, call.caller.ws, WorkspaceTx::Mode::Write);
        if (!tx)
            return tx.error();
        const auto workspace = settingsOf(**tx);
        if (!workspace)
            return workspace.error();
        RestRun run(call, **tx, *workspace);
        if (Verdict ready = run.readKey(); !ready)
            return ready.error().code == Error::Code::Conflict ? Result<HttpResponse>(keyReused()) : ready.error();
        auto answered = work(run);
        refused = run.refusedLine();
        if (!answered || answered->status >= 400)
            return answered;
        if (Verdict noted = noteDevice(**tx, authorOf(call.caller, device), call.now); !noted)
            return noted.error();
        if (Verdict done = (*tx)->commit(); !done)
            return done.error();
        head = (*tx)->head();
        return answered;
    });
    // As of a push: that it was tried is worth knowing too.
    if (refused && (!answer || answer->status >= 400))
        auditRefusal(call, *refused);
    if (!answer)
        return failed(answer.error());
    if (answer->status < 400)
        call.services.hub.headMoved(call.caller.ws, head.epoch, head.seq);
    return *answer;
}

Result<bool> isThere(WorkspaceTx &tx, const QString &kind, const QString &id) { return tx.query("SELECT 1 FROM entity WHERE ws = ? AND kind = ? AND id = ? AND deleted = 0", kind, id).found(); }

} // namespace calldeck
