#include "store/TestSwitches.h"

#ifdef CALLDECK_TEST_SWITCHES

#include <QByteArray>
#include <QRandomGenerator>
#include <chrono>
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

namespace
{

void waitAWhile() { std::this_thread::sleep_for(std::chrono::milliseconds(QRandomGenerator::global()->bounded(50))); }

} // namespace

qint64 TestSwitches::numberOutOfTurn(qint64 seq)
{
    // Transactions that begin together take stretches of their own, also those of two programs; which one commits first is chance.
    constexpr int stretch = 200;
    constexpr int stretches = 50;
    const qint64 taken = seq + stretch * QRandomGenerator::global()->bounded(stretches);
    waitAWhile();
    return taken;
}

void TestSwitches::beforeCommit()
{
    if (bug("pg_seq"))
        waitAWhile();
}

} // namespace calldeck

#endif
