#include "database/CrashPoint.h"

#ifdef CALLDECK_TEST_SWITCHES
#include <QByteArray>
#include <csignal>
#endif

namespace calldeck
{

#ifdef CALLDECK_TEST_SWITCHES
void crashAt(const char *point)
{
    static const QByteArray chosen = qgetenv("CRASH_AT");
    if (chosen == point)
        std::raise(SIGKILL);
}
#else
void crashAt(const char *) {}
#endif

} // namespace calldeck
