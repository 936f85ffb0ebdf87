#pragma once

#include "auth/Tokens.h"
#include "sql/SqlConnection.h"
#include "store/AuditChain.h"
#include "store/Moment.h"
#include "sync/Feed.h"
#include "sync/PushRun.h"
#include "sync/Upkeep.h"

#include <QJsonDocument>
#include <QProcess>
#include <QTemporaryDir>
#include <gtest/gtest.h>

namespace calldeck::test
{

using namespace Qt::StringLiterals;

/** One private cluster for a test program; gone with its process. */
class PostgresCluster
{
public:
    /** Empty when PostgreSQL is not installed. */
    static QByteArray url()
    {
        static PostgresCluster cluster;
        return cluster.m_url;
    }

private:
    PostgresCluster()
    {
        m_process.start(u"/usr/bin/python3"_s, {u"" CALLDECK_SOURCE_DIR "/tests/support/postgres.py"_s});
        if (m_process.waitForStarted() && m_process.waitForReadyRead(60'000))
            m_url = m_process.readLine().trimmed();
    }
    ~PostgresCluster()
    {
        m_process.closeWriteChannel();
        m_process.waitForFinished(20'000);
    }
    QProcess m_process;
    QByteArray m_url;
};

inline void PrintTo(SqlEngine engine, std::ostream *to) { *to << (engine == SqlEngine::Postgres ? "Postgres" : "Sqlite"); }

template <class T> std::string problemOf(const Result<T> &result) { return result ? std::string() : QString(result.error().message + u' ' + result.error().detail).toStdString(); }

/** A store with one workspace and what a push, a feed and a person need. */
class StoreFixture : public testing::TestWithParam<SqlEngine>
{
protected:
    void SetUp() override
    {
        if (GetParam() == SqlEngine::Postgres) {
            if (PostgresCluster::url().isEmpty())
                GTEST_SKIP() << "PostgreSQL is not installed";
            target = {SqlEngine::Postgres, {}, PostgresCluster::url()};
        } else {
            target = {SqlEngine::Sqlite, folder.filePath(u"server.db"_s), {}};
        }
        connection = open(SqlSchema::Create);
        ASSERT_TRUE(connection);
        ws = found();
    }

    std::unique_ptr<SqlConnection> open(SqlSchema schema = SqlSchema::Migrate) const
    {
        auto opened = SqlConnection::open(target, schema);
        EXPECT_TRUE(opened) << problemOf(opened);
        return opened ? *std::move(opened) : nullptr;
    }
    QString found()
    {
        // A hash is slow on purpose, and one cluster serves many tests: a password and an address of their own.
        Workspace settings = Workspace::standard();
        settings.name = u"Acme"_s;
        auto made = foundWorkspace(*connection, settings, u"admin-%1@x.org"_s.arg(randomHex(6)), u"Ada"_s, u"a long enough word"_s, now);
        EXPECT_TRUE(made) << problemOf(made);
        return made ? *made : QString();
    }

    /** Somebody else may administer the workspace from then on: the last one who may is never disabled. */
    void disable(const Account &account)
    {
        const auto other = addAccount(*connection, account.ws, u"other-%1@x.org"_s.arg(randomHex(6)), u"Other"_s, UserRole::ADMIN, u"a long enough word"_s, now);
        ASSERT_TRUE(other) << problemOf(other);
        AccountChange change;
        change.disabled = true;
        const auto changed = changeAccount(*connection, account.ws, account.id, change, programActor, now);
        ASSERT_TRUE(changed) << problemOf(changed);
    }
    /** The newest entries of the audit trail, the oldest of them first. */
    QList<QJsonObject> trail(int newest)
    {
        QList<QJsonObject> entries;
        const auto found = newestAudit(*read(), newest);
        EXPECT_TRUE(found);
        for (const AuditEntry &one : *found)
            entries.append(one.entry);
        return entries;
    }

    Edit edit(const QString &op, const QJsonObject &args = {}, const QString &id = u"c1"_s, qint64 base = 0, const QString &kind = u"call"_s)
    {
        ++m_made;
        return {u"m%1"_s.arg(m_made), m_made, kind, id, op, args, base, now};
    }
    static QJsonObject decision(const QString &key) { return {{u"disposition"_s, key}, {u"notes"_s, u"said so"_s}}; }
    static QJsonObject missedCall(const QString &number = u"(415) 555-2671"_s)
    {
        return {{u"customer_number_raw"_s, number}, {u"status"_s, u"MISSED"_s}, {u"call_type"_s, u"INBOUND"_s}, {u"started_at"_s, isoUtc(now - 60'000)}};
    }

    /** One push by a person named as their account. */
    Result<QList<EditOutcome>> push(const QString &who, const QList<Edit> &edits, UserRole role = UserRole::DISPATCHER, SqlConnection *over = nullptr)
    {
        SqlConnection &used = over ? *over : *connection;
        return withRetries(used, [&]() -> Result<QList<EditOutcome>> {
            const auto tx = WorkspaceTx::begin(used, ws, WorkspaceTx::Mode::Write);
            if (!tx)
                return tx.error();
            const auto workspace = settingsOf(**tx);
            if (!workspace)
                return workspace.error();
            PushRun run({**tx, {who, who, QString(who + u"/desk"_s)}, role, *workspace, now});
            QList<EditOutcome> outcomes;
            for (const Edit &one : edits) {
                const auto outcome = run.take(editToJson(one), u"ms"_s);
                if (!outcome)
                    return outcome.error();
                if (*outcome)
                    outcomes.append(**outcome);
            }
            if (Verdict done = (*tx)->commit(); !done)
                return done.error();
            return outcomes;
        });
    }
    /** A push of one edit that must have an answer. */
    EditOutcome one(const QString &who, const Edit &edit, UserRole role = UserRole::DISPATCHER)
    {
        const auto outcomes = push(who, {edit}, role);
        EXPECT_TRUE(outcomes) << problemOf(outcomes);
        EXPECT_EQ(outcomes ? outcomes->size() : 0, 1);
        return outcomes && !outcomes->isEmpty() ? outcomes->first() : EditOutcome();
    }
    std::unique_ptr<WorkspaceTx> read() { return *WorkspaceTx::begin(*connection, ws, WorkspaceTx::Mode::Read); }
    QJsonObject row(const QString &id, const QString &kind = u"call"_s)
    {
        const auto entity = *findEntity(*read(), kind, id);
        return entity && !entity->deleted ? parsedObject(entity->row) : QJsonObject();
    }
    qint64 ver(const QString &id, const QString &kind = u"call"_s)
    {
        const auto entity = *findEntity(*read(), kind, id);
        return entity ? entity->ver : 0;
    }
    static QJsonObject document(const Result<FeedAnswer> &answer)
    {
        EXPECT_TRUE(answer);
        const auto *text = std::get_if<QByteArray>(&*answer);
        EXPECT_TRUE(text);
        const QJsonDocument parsed = text ? QJsonDocument::fromJson(*text) : QJsonDocument();
        EXPECT_TRUE(parsed.isObject());
        return parsed.object();
    }

    static constexpr TimeMs now = 1'795'546'800'000;
    QTemporaryDir folder;
    SqlTarget target;
    std::unique_ptr<SqlConnection> connection;
    QString ws;

private:
    qint64 m_made = 0;
};

#define CALLDECK_ON_BOTH_ENGINES(Fixture)                                                                              \
    INSTANTIATE_TEST_SUITE_P(On, Fixture, testing::Values(SqlEngine::Sqlite, SqlEngine::Postgres),                      \
                             [](const auto &engine) { return engine.param == SqlEngine::Postgres ? "Postgres" : "Sqlite"; })

} // namespace calldeck::test
