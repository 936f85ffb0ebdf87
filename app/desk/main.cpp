#include "DeskApplication.h"
#include "Options.h"

#include <QApplication>

int main(int argc, char **argv)
{
    using namespace calldeck;
    const qint64 startedAt = QDateTime::currentMSecsSinceEpoch();
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("calldeck"));
    QApplication::setApplicationDisplayName(QStringLiteral("Calldeck"));
    QApplication::setApplicationVersion(QStringLiteral(CALLDECK_VERSION));

    Options options = readOptions(application);
    options.started_at = startedAt;
    DeskApplication desk(application, std::move(options));
    if (const Verdict started = desk.start(); !started) {
        if (desk.showFailure(started.error()))
            QApplication::exec();
        return desk.exitCode();
    }
    return QApplication::exec();
}
