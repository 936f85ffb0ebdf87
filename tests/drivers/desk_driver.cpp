// A desk without a window, for the tests of the sync: the real cache and the real engine, told what to do by JSON lines on stdin, one
// answer a line. Without --auto it speaks with the backend only when told to.

#include "JsonLine.h"
#include "backend/SyncEngine.h"
#include "store/CallRows.h"
#include "store/DeskStore.h"
#include "store/Mutation.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSocketNotifier>
#include <QSslConfiguration>
#include <cstdio>
#include <unistd.h>

using namespace calldeck;
using namespace Qt::StringLiterals;

namespace
{

QJsonObject refusal(const Error &error) { return {{u"ok"_s, false}, {u"error"_s, error.message}, {u"detail"_s, error.detail}}; }

class Driver : public QObject
{
public:
    Driver(DeskStore &store, SyncEngine &engine, QString actor) : m_store(store), m_engine(engine), m_actor(std::move(actor)), m_input(STDIN_FILENO, QSocketNotifier::Read)
    {
        connect(&m_input, &QSocketNotifier::activated, this, &Driver::readInput);
        connect(&engine, &SyncEngine::tokenRefused, &engine, &SyncEngine::signInLost);
        connect(&engine, &SyncEngine::statusChanged, this, [this](const SyncStatus &status) { m_status = status; });
    }

private:
    void readInput()
    {
        char bytes[65536];
        const ssize_t count = ::read(STDIN_FILENO, bytes, sizeof bytes);
        if (count <= 0)
            return QCoreApplication::quit();
        m_buffer.append(bytes, static_cast<qsizetype>(count));
        next();
    }
    /** One command at a time, in order. */
    void next()
    {
        const qsizetype end = m_buffer.indexOf('\n');
        if (m_busy || end < 0)
            return;
        const QJsonObject command = QJsonDocument::fromJson(m_buffer.left(end)).object();
        m_buffer.remove(0, end + 1);
        m_busy = true;
        run(command);
    }
    void finish(const QJsonObject &json)
    {
        tellLine(json);
        m_busy = false;
        QMetaObject::invokeMethod(this, [this] { next(); }, Qt::QueuedConnection);
    }
    void run(const QJsonObject &command)
    {
        const QString name = command.value(u"cmd"_s).toString();
        if (name == u"edit"_s)
            return edit(command);
        if (name == u"view"_s)
            return view(command.value(u"ids"_s).toArray());
        if (name == u"status"_s)
            return status();
        if (name == u"push"_s)
            return m_engine.rounds().push([this](const RoundOutcome &outcome) { finish(outcomeJson(outcome)); });
        if (name == u"pull"_s)
            return m_engine.rounds().pull([this](const RoundOutcome &outcome) { finish(outcomeJson(outcome)); });
        if (name == u"quit"_s) {
            tellLine({{u"ok"_s, true}});
            return QCoreApplication::quit();
        }
        finish({{u"ok"_s, false}, {u"error"_s, u"unknown command"_s}});
    }
    static QJsonObject outcomeJson(const RoundOutcome &outcome)
    {
        static const QStringList kinds{u"done"_s, u"idle"_s, u"later"_s, u"signed_out"_s, u"upgrade"_s, u"not_ours"_s, u"broken"_s};
        const bool ok = outcome.kind == RoundOutcome::Kind::Done || outcome.kind == RoundOutcome::Kind::Idle;
        return {{u"ok"_s, ok}, {u"kind"_s, kinds.at(static_cast<int>(outcome.kind))}, {u"more"_s, outcome.more}, {u"rows"_s, outcome.rows}, {u"error"_s, outcome.problem}};
    }
    /** Any edit of the wire, as a command of the window would make it. */
    void edit(const QJsonObject &command)
    {
        auto mid = std::make_shared<QString>();
        m_store.write(
            this,
            [this, command, mid](Database &database, FeedRows &) -> Result<ChangeSet> {
                Transaction transaction(database);
                if (!transaction.begun())
                    return transaction.begun().error();
                Mutation mutation(database, m_store.workspace(), m_actor, m_store.now());
                *mid = mutation.id();
                const QString id = command.value(u"id"_s).toString();
                const QString op = command.value(u"op"_s).toString();
                Verdict done = calldeck::Done{};
                if (op == u"create"_s) {
                    done = mutation.makeCall(id, command.value(u"args"_s).toObject());
                } else {
                    const auto call = findCallByCallId(database, id);
                    if (!call)
                        return call.error();
                    if (!*call)
                        return Error{Error::Code::NotFound, u"no such call here"_s, {}, false};
                    done = op == u"del"_s ? mutation.removeCall((*call)->key) : mutation.edit((*call)->key, op, command.value(u"args"_s).toObject());
                }
                if (!done)
                    return done.error();
                auto effect = mutation.finish(op);
                if (!effect)
                    return effect.error();
                if (Verdict kept = transaction.commit(); !kept)
                    return kept.error();
                ChangeSet changes;
                changes.changed = effect->changed;
                return changes;
            },
            [this, mid](const Result<ChangeSet> &saved) {
                if (!saved)
                    return finish(refusal(saved.error()));
                m_engine.editsWait();
                finish({{u"ok"_s, true}, {u"mid"_s, *mid}});
            });
    }
    void view(const QJsonArray &ids)
    {
        auto rows = std::make_shared<QJsonObject>();
        m_store.write(
            this,
            [ids, rows](Database &database, FeedRows &) -> Result<ChangeSet> {
                for (const QJsonValue &id : ids) {
                    const auto call = findCallByCallId(database, id.toString());
                    if (!call)
                        return call.error();
                    if (!*call) {
                        rows->insert(id.toString(), QJsonValue());
                        continue;
                    }
                    const auto state = loadState(database, **call);
                    if (!state)
                        return state.error();
                    QJsonObject row = callRow(*state);
                    row.insert(u"ver"_s, database.singleInteger("SELECT ver FROM calls WHERE id = " + QByteArray::number((*call)->key)).value_or(-1));
                    rows->insert(id.toString(), row);
                }
                return ChangeSet{};
            },
            [this, rows](const Result<ChangeSet> &read) { finish(read ? QJsonObject{{u"ok"_s, true}, {u"rows"_s, *rows}} : refusal(read.error())); });
    }
    void status()
    {
        auto json = std::make_shared<QJsonObject>();
        m_store.write(
            this,
            [json](Database &database, FeedRows &) -> Result<ChangeSet> {
                const auto position = syncPosition(database);
                if (!position)
                    return position.error();
                *json = {{u"ok"_s, true}, {u"epoch"_s, position->epoch}, {u"cursor"_s, position->cursor}, {u"snapshot"_s, position->cursor < 0}, {u"device"_s, position->device}};
                QJsonArray pending, acked, dead, conflicts;
                Statement waiting = database.prepare("SELECT mid, state, seq FROM outbox ORDER BY lseq");
                while (waiting.step()) {
                    if (waiting.text(1) == u"pending"_s)
                        pending.append(waiting.text(0));
                    else
                        acked.append(QJsonObject{{u"mid"_s, waiting.text(0)}, {u"seq"_s, waiting.integer(2)}});
                }
                Statement refused = database.prepare("SELECT mid, code, seq, message FROM dead ORDER BY lseq");
                while (refused.step())
                    dead.append(QJsonObject{{u"mid"_s, refused.text(0)}, {u"code"_s, refused.text(1)}, {u"seq"_s, refused.integer(2)}, {u"message"_s, refused.text(3)}});
                Statement open = database.prepare("SELECT id, call_id, part, kept, losing FROM conflicts WHERE state = 'OPEN'");
                while (open.step())
                    conflicts.append(QJsonObject{{u"id"_s, open.text(0)}, {u"call_id"_s, open.text(1)}, {u"part"_s, open.text(2)}, {u"kept"_s, open.text(3)}, {u"losing"_s, open.text(4)}});
                json->insert(u"pending"_s, pending);
                json->insert(u"acked"_s, acked);
                json->insert(u"dead"_s, dead);
                json->insert(u"conflicts"_s, conflicts);
                return ChangeSet{};
            },
            [this, json](const Result<ChangeSet> &read) {
                static const QStringList links{u"off"_s, u"connecting"_s, u"online"_s, u"offline"_s, u"signed_out"_s, u"upgrade_needed"_s, u"refused"_s};
                json->insert(u"link"_s, links.at(static_cast<int>(m_status.link)));
                json->insert(u"problem"_s, m_status.problem);
                json->insert(u"clock_offset_ms"_s, m_status.clock_offset_ms);
                finish(read ? *json : refusal(read.error()));
            });
    }

    DeskStore &m_store;
    SyncEngine &m_engine;
    QString m_actor;
    QSocketNotifier m_input;
    QByteArray m_buffer;
    SyncStatus m_status;
    bool m_busy = false;
};

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QCommandLineParser parser;
    const QCommandLineOption dataDir(u"data-dir"_s, QString(), u"DIR"_s), server(u"server"_s, QString(), u"URL"_s), token(u"token"_s, QString(), u"T"_s), actor(u"actor"_s, QString(), u"NAME"_s), automatic(u"auto"_s), trust(u"trust"_s, QString(), u"PEM"_s);
    parser.addOptions({dataDir, server, token, actor, automatic, trust});
    parser.process(application);
    if (parser.isSet(trust)) {
        QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
        tls.addCaCertificates(parser.value(trust));
        QSslConfiguration::setDefaultConfiguration(tls);
    }
    auto store = DeskStore::open(parser.value(dataDir), CacheFile::Mode::Create, parser.value(actor));
    if (!store) {
        fputs(qPrintable(store.error().message + u'\n'), stderr);
        return 1;
    }
    int code = 0;
    {
        SyncEngine engine(**store);
        const BackendAccount account{QUrl(parser.value(server)), parser.value(token).toLatin1()};
        Driver driver(**store, engine, parser.value(actor));
        if (parser.isSet(automatic))
            engine.start(account);
        else
            engine.connectTo(account);
        code = QCoreApplication::exec();
        engine.stop();
        (*store)->close();
    }
    return code;
}
