#include "DeskApplication.h"
#include "Options.h"

#include <QApplication>

int main(int argc, char **argv)
{
    using namespace calldeck;
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("calldeck"));
    QApplication::setApplicationDisplayName(QStringLiteral("Calldeck"));
    QApplication::setApplicationVersion(QStringLiteral(CALLDECK_VERSION));

    DeskApplication desk(application, readOptions(application));
    if (const Verdict started = desk.start(); !started) {
        desk.showFailure(started.error());
        return desk.exitCode();
    }
    return QApplication::exec();
}
