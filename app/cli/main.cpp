#include "Command.h"

#include <QCoreApplication>
#include <array>
#include <clocale>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <langinfo.h>
#include <unistd.h>

namespace
{

/** A program that was started with a closed standard stream must not get that number for its data file. */
void holdStandardStreams()
{
    for (const int stream : std::array{STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(stream, F_GETFD) < 0 && ::open("/dev/null", O_RDONLY) < 0)
            return;
    }
}

/** Qt warns on stderr about locales that are not UTF-8, which is no business of who calls this program. */
void useUtf8()
{
    std::setlocale(LC_ALL, "");
    if (std::strcmp(::nl_langinfo(CODESET), "UTF-8") != 0)
        ::setenv("LC_ALL", "C.UTF-8", 1);
}

} // namespace

int main(int argc, char **argv)
{
    using namespace calldeck;
    holdStandardStreams();
    useUtf8();
    std::signal(SIGPIPE, SIG_IGN);
    listenForCancel();
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("calldeck-cli"));
    QCoreApplication::setApplicationVersion(QStringLiteral(CALLDECK_VERSION));

    Console console;
    return static_cast<int>(console.finish(runCommandLine(QCoreApplication::arguments(), console)));
}
