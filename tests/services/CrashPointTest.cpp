#include "CommandFixture.h"
#include "StoreChild.h"
#include "store/DataDirectory.h"
#include "store/DeskStore.h"

#include <csignal>
#include <cstdio>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace calldeck;
using namespace calldeck::test;

namespace
{

int statementsLeft = 0;

/** SQLite calls this for every statement of every connection that is opened from here on. */
int dieAtStatement(sqlite3 *connection, char **, const sqlite3_api_routines *)
{
    const auto begun = [](unsigned, void *, void *, void *) {
        if (--statementsLeft == 0)
            ::raise(SIGKILL);
        return 0;
    };
    return sqlite3_trace_v2(connection, SQLITE_TRACE_STMT, begun, nullptr);
}

/** Runs `work` in a copy of this process, which dies before the n-th statement; whether it died. */
bool diesBefore(int nth, const std::function<void()> &work)
{
    const pid_t child = ::fork();
    if (child == 0) {
        statementsLeft = nth;
        sqlite3_auto_extension(reinterpret_cast<void (*)()>(dieAtStatement));
        work();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

class CrashPointTest : public CommandFixture
{
protected:
    /** A desk in a process of its own that saves one note and dies on the way. */
    void dieAt(const QString &point)
    {
        put(missedCall(QStringLiteral("a")));
        runner.reset();
        file.reset();
        StoreChild child(QStringLiteral("CrashPointChild.*"), dir.path(), {{QStringLiteral("CRASH_AT"), point}});
        EXPECT_EQ(child.next("told"), QByteArray()) << "it did not die";
        EXPECT_EQ(child.signalAtEnd(), SIGKILL);
        reopen(CacheFile::Mode::ReadWrite);
        expectSound();
    }
    qint64 notes() { return file->database().singleInteger("SELECT count(*) FROM audit WHERE action = 'note'").value_or(-1); }
    qint64 waiting() { return file->database().singleInteger("SELECT count(*) FROM outbox WHERE op = 'note'").value_or(-1); }
};

} // namespace

TEST(CrashPointChild, DISABLED_savesOnce)
{
    if (childFolder().isEmpty())
        GTEST_SKIP() << "runs as a child of CrashPointTest only";
    auto opened = DeskStore::open(childFolder(), CacheFile::Mode::ReadWrite, QStringLiteral("Dana"));
    ASSERT_TRUE(opened) << opened.error().message.toStdString();
    ASSERT_TRUE((*opened)->apply(AddNote{1, QStringLiteral("typed once")}).result());
    std::printf("told \n");
    std::fflush(stdout);
}

#ifdef CALLDECK_TEST_SWITCHES
TEST_F(CrashPointTest, beforeTheCommitOfASaveNothingIsThere)
{
    dieAt(QStringLiteral("C1"));
    EXPECT_EQ(notes(), 0);
    EXPECT_EQ(waiting(), 0);
}

TEST_F(CrashPointTest, afterTheCommitItIsThereThoughNobodyWasTold)
{
    dieAt(QStringLiteral("C2"));
    EXPECT_EQ(notes(), 1);
    EXPECT_EQ(waiting(), 1);
}
#endif

TEST_F(CrashPointTest, beforeAnyStatementOfAnUpgradeTheFileIsOldOrNew)
{
    const QList<Migration> &steps = cacheFormat().steps;
    QTemporaryDir first;
    ASSERT_TRUE(openCache(first.path(), Database::Access::Create, DatabaseFormat{cacheFormat().application_id, steps.first(1)}));
    QSet<qint64> met;
    int deaths = 0;
    for (bool died = true; died && deaths < 1000;) {
        SCOPED_TRACE(deaths);
        QTemporaryDir old;
        ASSERT_TRUE(QFile::copy(cachePath(first.path()), cachePath(old.path())));
        died = diesBefore(deaths + 1, [&] { (void)CacheFile::open(old.path(), CacheFile::Mode::ReadWrite); });
        deaths += died;
        {
            const auto looked = openCache(old.path(), Database::Access::ReadOnly, DatabaseFormat{cacheFormat().application_id, steps.first(1)});
            met.insert(looked ? 1 : looked.error().code == Error::Code::NewerVersion ? 2 : -1);
        }
        const auto opened = CacheFile::open(old.path(), CacheFile::Mode::ReadWrite);
        ASSERT_TRUE(opened) << opened.error().message.toStdString();
        const auto report = (*opened)->verify();
        ASSERT_TRUE(report && report->problems.isEmpty());
        EXPECT_EQ((*opened)->schemaVersion(), steps.size());
    }
    EXPECT_GT(deaths, steps.size() * 3);
    EXPECT_EQ(met, (QSet<qint64>{1, 2}));
    std::printf("killed before %d statements\n", deaths);
}
