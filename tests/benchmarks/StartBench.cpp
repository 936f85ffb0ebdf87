#include "Benchmarks.h"

#include <QFile>
#include <QProcess>
#include <QRegularExpression>

namespace calldeck::bench
{

namespace
{

constexpr int runs = 11;

/** Starts a program and waits for a line on stderr; milliseconds from the start of the process. */
double startUntil(const QString &program, const QStringList &arguments, const QByteArray &line, double *residentMb)
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("QT_LOGGING_RULES"), QStringLiteral("calldeck.timing.debug=true"));
    process.setProcessEnvironment(environment);
    QElapsedTimer timer;
    timer.start();
    process.setReadChannel(QProcess::StandardError);
    process.start(program, arguments);
    QByteArray said;
    double took = -1;
    while (took < 0 && timer.elapsed() < 60'000 && process.waitForReadyRead(60'000)) {
        said += process.readAllStandardError();
        if (said.contains(line))
            took = elapsedMs(timer);
    }
    if (took < 0) {
        fprintf(stderr, "%s said: %s\n", qPrintable(program), said.constData());
        exit(1);
    }
    if (residentMb) {
        process.waitForFinished(8000); // the columns of all calls are read meanwhile
        QFile status(QStringLiteral("/proc/%1/status").arg(process.processId()));
        if (status.open(QIODevice::ReadOnly)) {
            const auto match = QRegularExpression(QStringLiteral("VmRSS:\\s+(\\d+)")).match(QString::fromLatin1(status.readAll()));
            *residentMb = match.captured(1).toDouble() / 1024;
        }
    }
    process.terminate();
    process.waitForFinished();
    return took;
}

} // namespace

void measureStart(Report &report, const QString &binDir, const QString &dataDir, qint64 calls)
{
    Samples ours;
    Samples empty;
    double resident = 0;
    double emptyResident = 0;
    for (int i = 0; i < runs; ++i) {
        empty.add(startUntil(binDir + QStringLiteral("/bench_empty_window"), {}, "painted", i == 0 ? &emptyResident : nullptr));
        ours.add(startUntil(binDir + QStringLiteral("/calldeck"), {QStringLiteral("--data-dir"), dataDir, QStringLiteral("--view"), QStringLiteral("calls"), QStringLiteral("--no-feed")},
                            "first rows painted", i == 0 ? &resident : nullptr));
    }
    report.add({QStringLiteral("process start to first painted rows, median"), QStringLiteral("ms"), ours.median(), QStringLiteral("empty Qt window"), empty.median(), QStringLiteral("<= 2.5x")});
    report.add({QStringLiteral("memory of the desk, resident"), QStringLiteral("MB"), resident, QStringLiteral("empty Qt window"), emptyResident, QStringLiteral("<= 250 MB")});
    report.add({QStringLiteral("memory a call, over an empty window"), QStringLiteral("bytes"), (resident - emptyResident) * 1024 * 1024 / static_cast<double>(calls), {}, 0,
                QStringLiteral("<= 60 bytes at 1M")});
}

} // namespace calldeck::bench
