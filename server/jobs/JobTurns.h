#pragma once

#include "records/Call.h"

#include <QHash>
#include <QStringList>
#include <mutex>

namespace calldeck
{

/** Whose turn it is with the runner's threads: no workspace has all of them, and who waited longest since its last turn is next. Any thread. */
class JobTurns
{
public:
    /** Of a runner with more than one thread. */
    explicit JobTurns(int threads) : m_most(threads - 1) {}

    /** Those that may have a turn now, in their order. */
    QStringList order(QStringList workspaces) const;
    /** One of the threads is for this workspace until end(). False when it has as many as it may. */
    bool begin(const QString &ws);
    /** `served`: it had work, and goes to the end of the line. */
    void end(const QString &ws, bool served, TimeMs now);

private:
    struct Line {
        int threads = 0;
        TimeMs served_at = 0;
    };
    const int m_most;
    mutable std::mutex m_mutex;
    QHash<QString, Line> m_lines;
};

} // namespace calldeck
