#pragma once

#include <QCoreApplication>
#include <QProcess>
#include <QProcessEnvironment>

namespace calldeck::test
{

/** Folder that the parent gave this process, when it runs as a child to be killed. */
inline QString childFolder() { return qEnvironmentVariable("CALLDECK_TEST_CHILD"); }

/** Runs one disabled test of this program in a process of its own, which prints lines until it is killed. */
class StoreChild
{
public:
    StoreChild(const QString &test, const QString &folder)
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("CALLDECK_TEST_CHILD"), folder);
        m_process.setProcessEnvironment(environment);
        m_process.start(QCoreApplication::applicationFilePath(),
                        {QStringLiteral("--gtest_also_run_disabled_tests"), QStringLiteral("--gtest_brief=1"), QString(QStringLiteral("--gtest_filter=") + test)});
    }
    ~StoreChild() { kill(); }

    /** The next line that starts with `word`, without it; null when the child has ended. */
    QByteArray next(const QByteArray &word)
    {
        for (;;) {
            while (m_process.canReadLine()) {
                const QByteArray line = m_process.readLine().trimmed();
                if (line.startsWith(word))
                    return line.mid(word.size());
            }
            if (!m_process.waitForReadyRead(60'000))
                return {};
        }
    }
    /** SIGKILL; lines printed before are still to be had. */
    void kill()
    {
        m_process.kill();
        m_process.waitForFinished();
    }

private:
    QProcess m_process;
};

} // namespace calldeck::test
