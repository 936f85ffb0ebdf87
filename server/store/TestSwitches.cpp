#include "store/TestSwitches.h"

#ifdef CALLDECK_TEST_SWITCHES

#include <QByteArray>
#include <QRandomGenerator>
#include <algorithm>
#include <mutex>
#include <thread>

namespace calldeck
{

namespace
{

const QByteArray &chosenBug()
{
    static const QByteArray name = qgetenv("CALLDECK_BUG");
    return name;
}

} // namespace

bool TestSwitches::bug(const char *name) { return chosenBug() == name; }

const char *TestSwitches::poison()
{
    constexpr qsizetype prefix = 7; // "poison:"
    return chosenBug().startsWith("poison:") ? chosenBug().constData() + prefix : nullptr;
}

void TestSwitches::takeUnorderedSeq(bool writes, qint64 &seq)
{
    if (!writes || !bug("pg_seq"))
        return;
    // Each transaction gets a stretch of its own; which one commits first is chance.
    constexpr qint64 stretch = 200;
    static std::mutex mutex;
    static qint64 given = 0;
    const std::lock_guard lock(mutex);
    given = std::max(given, seq) + stretch;
    seq = given - stretch;
}

void TestSwitches::beforeCommit()
{
    if (bug("pg_seq"))
        std::this_thread::sleep_for(std::chrono::milliseconds(QRandomGenerator::global()->bounded(50)));
}

} // namespace calldeck

#endif
