#pragma once

#include "store/CallListFilter.h"
#include "store/WorkspaceTx.h"

namespace calldeck
{

/** Sums over calls. Money in cents, durations in seconds. */
struct CallFigures {
    qint64 calls = 0;
    qint64 successful = 0; ///< completed
    qint64 failed = 0;     ///< failed, missed or cancelled
    qint64 conversions = 0;
    qint64 booked = 0;
    qint64 with_duration = 0;
    qint64 duration = 0;
    qint64 insurance_verified = 0;
    qint64 payment_plans = 0; ///< cents
    qint64 collection_attempts = 0;
    qint64 collection_successes = 0;
    qint64 collected = 0; ///< cents
    qint64 in_time = 0;   ///< deadlines that were met
    qint64 late = 0;      ///< deadlines that were met too late, or are over
    qint64 running = 0;   ///< deadlines that are still to come

    qint64 unknown() const { return calls - successful - failed; }
};
Result<CallFigures> readFigures(WorkspaceTx &tx, const CallListFilter &filter, TimeMs now);

struct OutcomeCount {
    QString outcome; ///< wire word, "" for none
    qint64 calls = 0;
};
/** The most frequent first. */
Result<QList<OutcomeCount>> readOutcomeCounts(WorkspaceTx &tx, const CallListFilter &filter, TimeMs now);

} // namespace calldeck
