#include "backend/DeskSync.h"

#include "database/DatabaseFile.h"
#include "rules/CallerText.h"
#include "rules/Disposition.h"
#include "store/CallRows.h"
#include "store/DeskStore.h"
#include "store/Mutation.h"

#include <QFileInfo>
#include <QJsonDocument>
#include <QPromise>
#include <QSaveFile>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

const QString ownServer = u"this desk's own store"_s;

QString wordsOf(const Edit &edit, const Workspace &workspace)
{
    const auto arg = [&](const QString &key) { return edit.args.value(key).toVariant().toString(); };
    if (edit.op == u"disposition"_s) {
        const DispositionRule *rule = dispositionNamed(workspace.dispositions, arg(u"disposition"_s));
        const QString label = rule ? rule->label : arg(u"disposition"_s);
        return arg(u"notes"_s).isEmpty() ? label : QString(label + u": "_s + arg(u"notes"_s));
    }
    if (edit.op == u"tag+"_s || edit.op == u"tag-"_s)
        return (edit.op == u"tag+"_s ? u"Tag %1 added"_s : u"Tag %1 removed"_s).arg(arg(u"tag"_s));
    if (edit.op == u"note"_s || edit.op == u"note_edit"_s)
        return u"Note: %1"_s.arg(arg(u"text"_s));
    if (edit.op == u"flag+"_s || edit.op == u"flag-"_s)
        return u"%1 %2"_s.arg(arg(u"flag"_s) == u"emergency"_s ? u"Emergency"_s : u"Do not contact"_s, edit.op == u"flag+"_s ? u"set"_s : u"cleared"_s);
    if (edit.kind == u"view"_s)
        return (edit.op == u"del"_s ? u"A view deleted"_s : u"View \"%1\""_s).arg(arg(u"name"_s));
    if (edit.op == u"set"_s) {
        QStringList parts;
        for (auto it = edit.args.begin(); it != edit.args.end(); ++it) {
            const auto field = callFieldNamed(it.key());
            parts.append(u"%1: %2"_s.arg(field ? QLatin1String(infoOf(*field).label) : QLatin1String(), it->toVariant().toString()));
        }
        return parts.join(u", "_s);
    }
    static const QHash<QString, QString> names{{u"skip"_s, u"Skipped in triage"_s}, {u"follow_up"_s, u"Follow-up scheduled"_s}, {u"follow_up_close"_s, u"Follow-up closed"_s}, {u"follow_up_move"_s, u"Follow-up moved"_s},
                                               {u"link"_s, u"Contact linked"_s},    {u"undo"_s, u"Undo"_s},                     {u"resolve"_s, u"Choice between two decisions"_s}, {u"create"_s, u"Created"_s}, {u"del"_s, u"Deleted"_s}};
    return names.value(edit.op, edit.op);
}

} // namespace

DeskSync::DeskSync(DeskStore &store, Backend backend) : m_store(store), m_engine(new SyncEngine(store))
{
    m_status.own = backend == Backend::Own;
    if (m_status.own)
        m_status.link = SyncStatus::Link::Connecting;
    m_thread.setObjectName(u"calldeck sync"_s);
    m_engine->moveToThread(&m_thread);
    connect(m_engine, &SyncEngine::statusChanged, this, [this](const SyncStatus &status) {
        const bool own = m_status.own;
        m_status = status;
        m_status.own = own;
        if (own)
            m_status.server = ownServer;
        Q_EMIT statusChanged(m_status);
    });
    connect(m_engine, &SyncEngine::tokenRefused, this, &DeskSync::tokenRefused);
    connect(&store, &DeskStore::editSaved, m_engine, &SyncEngine::editsWait);
    m_thread.start();
}

DeskSync::~DeskSync()
{
    m_thread.quit();
    m_thread.wait();
    delete m_engine;
}

void DeskSync::start(const BackendAccount &account)
{
    QMetaObject::invokeMethod(m_engine, [engine = m_engine, account] { engine->start(account); }, Qt::QueuedConnection);
}

void DeskSync::setToken(const QByteArray &token)
{
    QMetaObject::invokeMethod(m_engine, [engine = m_engine, token] { engine->setToken(token); }, Qt::QueuedConnection);
}

void DeskSync::signInLost()
{
    QMetaObject::invokeMethod(m_engine, [engine = m_engine] { engine->signInLost(); }, Qt::QueuedConnection);
}

void DeskSync::unavailable(const QString &problem)
{
    QMetaObject::invokeMethod(m_engine, [engine = m_engine, problem] { engine->unavailable(problem); }, Qt::QueuedConnection);
}

void DeskSync::stop()
{
    disconnect(&m_store, nullptr, m_engine, nullptr);
    if (m_thread.isRunning())
        QMetaObject::invokeMethod(m_engine, [engine = m_engine] { engine->stop(); }, Qt::BlockingQueuedConnection);
}

void DeskSync::syncNow()
{
    QMetaObject::invokeMethod(m_engine, [engine = m_engine] { engine->syncNow(); }, Qt::QueuedConnection);
}

template <class T> QFuture<Result<T>> DeskSync::ask(const std::function<Result<T>(Database &)> &work, bool sends)
{
    auto promise = std::make_shared<QPromise<Result<T>>>();
    auto result = std::make_shared<std::optional<Result<T>>>();
    promise->start();
    m_store.write(
        this,
        [work, result](Database &database, FeedRows &) -> Result<ChangeSet> {
            *result = work(database);
            return ChangeSet{};
        },
        [this, promise, result, sends](const Result<ChangeSet> &done) {
            promise->addResult(*result ? **result : Result<T>(done ? Error{} : done.error()));
            promise->finish();
            if (sends)
                QMetaObject::invokeMethod(m_engine, [engine = m_engine] { engine->editsWait(); }, Qt::QueuedConnection);
        });
    return promise->future();
}

QFuture<Result<QList<WaitingEdit>>> DeskSync::waiting(int most)
{
    return ask<QList<WaitingEdit>>([workspace = m_store.workspace(), most](Database &database) -> Result<QList<WaitingEdit>> {
        const auto edits = waitingEdits(database, most);
        if (!edits)
            return edits.error();
        QList<WaitingEdit> waiting;
        for (const auto &[edit, failure] : *edits) {
            const auto call = edit.kind == u"call"_s ? findCallByCallId(database, edit.id) : Result<std::optional<Call>>(std::nullopt);
            if (!call)
                return call.error();
            waiting.append({edit.mid, *call ? callerText(**call, workspace.region) : QString(), wordsOf(edit, workspace), failure, edit.at});
        }
        return waiting;
    });
}

QFuture<Result<QList<RefusedEdit>>> DeskSync::refused()
{
    return ask<QList<RefusedEdit>>([workspace = m_store.workspace()](Database &database) -> Result<QList<RefusedEdit>> {
        const auto letters = deadLetters(database);
        if (!letters)
            return letters.error();
        QList<RefusedEdit> refused;
        for (const DeadLetter &letter : *letters)
            refused.append({letter.lseq, letter.edit.kind == u"call"_s ? letter.edit.id : QString(), wordsOf(letter.edit, workspace), letter.message, letter.edit.at, letter.died_at});
        return refused;
    });
}

QFuture<Result<QList<OpenConflict>>> DeskSync::conflicts()
{
    return ask<QList<OpenConflict>>([workspace = m_store.workspace()](Database &database) -> Result<QList<OpenConflict>> {
        Statement select = database.prepare("SELECT f.id, f.call_id, coalesce(c.caller_name, c.business_name, c.customer_number, ''), f.part, f.kept, f.kept_by, f.losing, f.losing_by, f.at "
                                            "FROM conflicts f LEFT JOIN calls c ON c.call_id = f.call_id WHERE f.state = 'OPEN' ORDER BY f.at");
        const auto label = [&](const QString &key) {
            const DispositionRule *rule = dispositionNamed(workspace.dispositions, key);
            return rule ? rule->label : key == u"true"_s ? u"set"_s : key == u"false"_s ? u"cleared"_s : key;
        };
        QList<OpenConflict> conflicts;
        while (select.step()) {
            conflicts.append({select.text(0), select.text(1), select.text(2), select.text(3), label(select.text(4)), select.text(5), label(select.text(6)), select.text(7), select.integer(8)});
        }
        if (select.failed())
            return database.lastError();
        return conflicts;
    });
}

QFuture<Result<Done>> DeskSync::retry(qint64 refused)
{
    return ask<Done>(
        [refused, now = m_store.now()](Database &database) -> Verdict {
            Transaction transaction(database);
            if (!transaction.begun())
                return transaction.begun();
            const Verdict done = retryDead(database, refused, newMutationId(now), now);
            return done ? transaction.commit() : done;
        },
        true);
}

QFuture<Result<Done>> DeskSync::discard(qint64 refused)
{
    return ask<Done>([refused](Database &database) { return discardDead(database, refused); }, true);
}

QFuture<Result<Done>> DeskSync::resolve(const QString &conflict, bool replace)
{
    return ask<Done>(
        [conflict, replace, now = m_store.now()](Database &database) -> Verdict {
            Transaction transaction(database);
            if (!transaction.begun())
                return transaction.begun();
            Statement call = database.prepare("SELECT call_id FROM conflicts WHERE id = ? AND state = 'OPEN'");
            if (!call.bindAll(conflict).step())
                return Error{Error::Code::NotFound, u"Somebody has settled this already."_s, {}, false};
            Edit edit;
            edit.mid = newMutationId(now);
            edit.kind = u"call"_s;
            edit.id = call.text(0);
            edit.op = u"resolve"_s;
            edit.args = {{u"conflict"_s, conflict}, {u"replace"_s, replace}};
            edit.at = now;
            Verdict done = insertOutgoing(database, edit, edit.mid);
            // The server's word on it comes back as a row; until then it is no longer asked about here.
            Statement settle = database.prepare("UPDATE conflicts SET state = ? WHERE id = ?");
            if (done)
                done = settle.bindAll(replace ? u"REPLACED"_s : u"KEPT"_s, conflict).run();
            return done ? transaction.commit() : done;
        },
        true);
}

QFuture<Result<UnsentWork>> DeskSync::unsent()
{
    return ask<UnsentWork>([](Database &database) -> Result<UnsentWork> {
        const auto counts = outboxCounts(database);
        const auto drafts = database.singleInteger("SELECT (SELECT count(*) FROM drafts) + (SELECT count(*) FROM rescued_drafts)");
        if (!counts)
            return counts.error();
        if (!drafts)
            return database.lastError();
        return UnsentWork{counts->pending, counts->dead, static_cast<int>(*drafts), counts->oldest};
    });
}

QFuture<Result<Done>> DeskSync::saveUnsent(const QString &file)
{
    return ask<Done>([file](Database &database) -> Verdict {
        const auto document = unsentDocument(database);
        if (!document)
            return document.error();
        QSaveFile out(file);
        const QByteArray text = QJsonDocument(*document).toJson();
        // Names and notes of customers: for whoever saved it alone.
        const bool written = out.open(QIODevice::WriteOnly) && out.setPermissions(QFile::ReadOwner | QFile::WriteOwner) && out.write(text) == text.size() && out.commit();
        if (!written)
            return Error{Error::Code::Io, u"%1 could not be written. Choose another place."_s.arg(file), out.errorString(), false};
        syncDirectory(QFileInfo(file).absolutePath());
        return calldeck::Done{};
    });
}

} // namespace calldeck
