#pragma once

#include "store/EntityTable.h"

namespace calldeck
{

/** What became of one edit. */
struct EditOutcome {
    enum class Status { Applied, Conflict, Duplicate, Rejected };

    QString mid;
    Status status = Status::Applied;
    qint64 seq = 0;  ///< of the change; of the head for what was rejected
    QString code;    ///< of what was rejected: invalid, forbidden, gone, erased, mid_reused, parked
    QString message; ///< for the person
    QString kind;
    QString id;
    qint64 ver = 0;           ///< of the record as it is now, 0 when there is none to show
    QByteArray row;           ///< the same
    bool stored = false;      ///< known from an earlier push
};

QString wordOf(EditOutcome::Status status);
std::optional<EditOutcome::Status> statusNamed(const QString &word);
/** One element of `results`. */
QByteArray outcomeText(const EditOutcome &outcome);

/** A refusal before anything was written. */
EditOutcome rejectedAs(const QString &code, const QString &message);

} // namespace calldeck
