#pragma once

#include "demo/Chance.h"
#include "rules/Workspace.h"
#include "sync/Intake.h"

#include <functional>

namespace calldeck
{

/**
 * Calls of an invented service business: arrivals by hour and weekday, log-normal talk times, a few callers who call often.
 * The same seed gives the same calls. Pure: no clock, no I/O.
 */
class CallGenerator
{
public:
    CallGenerator(quint64 seed, const Workspace &workspace);

    /** `count` calls that end before `end`, oldest first, spread over so many days as the count needs. */
    void generate(qint64 count, TimeMs end, const std::function<bool(const IncomingCall &)> &visit);
    /** One call that arrives at `at` and is ringing; the same story goes on with finish(). */
    IncomingCall arriving(TimeMs at);
    /** The arriving call as it ended: answered, missed or with a voicemail. */
    IncomingCall finish(IncomingCall call, TimeMs answeredAt, TimeMs endedAt, bool answered);

private:
    struct Caller {
        QString name;
        QString business;
        QString number;
    };
    Caller callerOf(int rank);
    TimeMs arrivalBefore(TimeMs at, double callsPerDay);
    IncomingCall begin(TimeMs at);
    void makeAnswered(IncomingCall &incoming, bool recent, TimeMs latestEnd);
    void makeMissed(IncomingCall &incoming, bool recent);
    void recordOutcome(Call &call, const QString &disposition);
    void addTurns(IncomingCall &incoming);

    Chance m_chance;
    Workspace m_workspace;
    QTimeZone m_zone;
    QString m_run;
    qint64 m_number = 0;
    int m_callers = 1000;
};

} // namespace calldeck
