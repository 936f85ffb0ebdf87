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
    StoreChild(const QString &test, const QString &folder, const QMap<QString, QString> &environmentOfIts = {})
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("CALLDECK_TEST_CHILD"), folder);
        for (auto one = environmentOfIts.cbegin(); one != environmentOfIts.cend(); ++one)
            environment.insert(one.key(), *one);
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
                m_words += line + '\n';
            }
            if (!m_process.waitForReadyRead(60'000))
                return {};
        }
    }
    /** The lines that were passed over, and what it said of its errors. */
    QByteArray lastWords() { return m_words + m_process.readAllStandardError(); }
    /** The signal that ended it; 0 when it ended by itself. */
    int signalAtEnd()
    {
        m_process.waitForFinished(60'000);
        return m_process.exitStatus() == QProcess::CrashExit ? m_process.exitCode() : 0;
    }
    /** SIGKILL; lines printed before are still to be had. */
    void kill()
    {
        m_process.kill();
        m_process.waitForFinished();
    }

private:
    QProcess m_process;
    QByteArray m_words;
};

} // namespace calldeck::test
