#pragma once

#include "store/WorkspaceTx.h"

#include <QJsonObject>

namespace calldeck
{

/** A piece of work that outlives the request that asked for it. */
struct Job {
    QString id;
    QString kind;    ///< "bulk" or "export"
    QString account; ///< who asked: it is done with their rights of the moment
    QJsonObject args;
    QString state; ///< pending, running, completed, failed, cancelled
    qint64 total = 0;
    qint64 done = 0; ///< steps that were taken, `failed` ones included
    qint64 failed = 0;
    QString message; ///< why it failed, for the person
    QJsonObject result;
    QString lease; ///< of the process that does it
    qint64 tries = 0;
    TimeMs created_at = 0;
    std::optional<TimeMs> finished_at;

    bool isOpen() const { return state == QStringLiteral("pending") || state == QStringLiteral("running"); }
    /** 0 to 100. */
    int progress() const;
};

struct JobItem {
    qint64 n = 0; ///< from 1
    QString call_id;
    QString state; ///< "" open, else done or failed
    QString code;
    QString message;
};

struct JobLimits {
    static constexpr TimeMs lease = 30'000; ///< renewed with every step
    static constexpr qint64 tries = 5;      ///< takings without any progress
    static constexpr qint64 items = 10'000;
    static constexpr TimeMs life = 30LL * 24 * 3'600'000; ///< of what is finished
    static constexpr int open_per_account = 5;
};

/** Conflict when the account has as many open jobs of this kind as it may. */
Verdict mayAddJob(WorkspaceTx &tx, const QString &account, const QString &kind);
/** Writes a new pending job with its items. Conflict when the account has too many open ones. */
Verdict addJob(WorkspaceTx &tx, const Job &job, const QStringList &callIds);
/** Nothing when there is none. */
Result<std::optional<Job>> findJob(WorkspaceTx &tx, const QString &id);
/** The job that waited longest since its last step (new ones first) and that nobody holds becomes this lease's; nothing when there is none. In a writing transaction. */
Result<std::optional<Job>> claimJob(WorkspaceTx &tx, const QString &lease, TimeMs now);
/** Is there anything to claim? */
Result<bool> anyJob(WorkspaceTx &tx, TimeMs now);
/** Renews the lease with the progress; false when the job is not this lease's any more (cancelled, or another process has it). */
Result<bool> keepJob(WorkspaceTx &tx, const Job &job, TimeMs now);
/** Gives the job back, to be claimed again from `again` on. */
Verdict releaseJob(WorkspaceTx &tx, const Job &job, TimeMs again);
/** Ends it in `job.state` with message, figures and result; false when it was not this lease's any more. */
Result<bool> finishJob(WorkspaceTx &tx, const Job &job, TimeMs now);
/** An open job stops at its next step; false when it was not open. */
Result<bool> cancelJob(WorkspaceTx &tx, const QString &id, TimeMs now);

/** Items of one state ("" open), in their order. */
Result<QList<JobItem>> itemsOf(WorkspaceTx &tx, const QString &job, const QString &state, int most);
Verdict closeItem(WorkspaceTx &tx, const QString &job, const JobItem &item);
/** Of a job that has ended nothing stays. */
Verdict removeJob(WorkspaceTx &tx, const QString &id);
/** Forgets jobs that were finished before. */
/** Ids of jobs that are neither waiting nor under way. */
Result<QStringList> endedJobs(WorkspaceTx &tx);
Verdict forgetJobs(WorkspaceTx &tx, TimeMs before);

} // namespace calldeck
