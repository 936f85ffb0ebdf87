#include "DeskApplication.h"
#include "Options.h"
#include "database/CrashTrace.h"
#include "database/ProcessGuard.h"

#include <QApplication>
#include <algorithm>
#include <array>
#include <string_view>

namespace
{

/** Help and version are words, which need no screen. */
bool wantsWordsOnly(int argc, char **argv)
{
    constexpr std::array<std::string_view, 5> words{"-h", "--help", "--help-all", "-v", "--version"};
    return std::any_of(argv + 1, argv + argc, [&](const char *argument) { return std::find(words.begin(), words.end(), argument) != words.end(); });
}

} // namespace

int main(int argc, char **argv)
{
    using namespace calldeck;
    guardProcess();
    traceCrashes();
    const qint64 startedAt = QDateTime::currentMSecsSinceEpoch();
    QCoreApplication::setApplicationName(QStringLiteral("calldeck"));
    QCoreApplication::setApplicationVersion(QStringLiteral(CALLDECK_VERSION));
    if (wantsWordsOnly(argc, argv)) {
        (void)readOptions(QCoreApplication(argc, argv));
        return 0;
    }
    QApplication application(argc, argv);
    QApplication::setApplicationDisplayName(QStringLiteral("Calldeck"));

    Options options = readOptions(application);
    options.started_at = startedAt;
    return DeskApplication(application, std::move(options)).run();
}
