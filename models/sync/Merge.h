#pragma once

#include "sync/EditRules.h"

namespace calldeck
{

/** The last writer of one part of a record: a field, "disposition", "tag:<tag>", "note:<id>", "flag:<flag>"; "untag:<tag>" remembers a removal. */
struct Stamp {
    qint64 seq = 0;
    QString device;
    qint64 lseq = 0;
    friend bool operator==(const Stamp &, const Stamp &) = default;
};
using Stamps = QHash<QString, Stamp>;

QJsonObject stampsToJson(const Stamps &stamps);
/** A document that cannot be read gives no stamps: every part then counts as written by somebody unknown at 0, seen by all. */
Stamps stampsFromJson(const QJsonObject &json);

/** An edit as it reaches the backend: by which device, and with which sequence number it will be written. */
struct Arrival {
    const Edit &edit;
    QString device;
    qint64 seq = 0;
};

/** Two people decided without knowing of each other. The kept value stays until somebody chooses. */
struct Conflict {
    QString id;      ///< of the edit that lost
    QString call_id;
    QString part;    ///< "disposition" or "flag:do_not_contact"
    QString kept;    ///< what stands: a disposition's key, "true"
    QString losing;
    QString kept_by;
    QString losing_by;
    TimeMs at = 0;
    QJsonObject args; ///< of the losing edit, for the choice to replace
    friend bool operator==(const Conflict &, const Conflict &) = default;
};

/**
 * Merges one edit into a call by the policy of each kind of part: a decision stays with the first who committed it; plain values go to
 * the last arrival; a tag is removed only by who had seen it added; the safety flags do_not_contact and emergency are cleared only by
 * who knew the latest setting; of two edits of one note the second becomes a copy. "Seen" means: written at or before the version that
 * the author had, or earlier by the same device. Changes state and stamps, or fails and changes neither.
 */
Result<std::optional<Conflict>> mergeEdit(CallState &state, Stamps &stamps, const Arrival &arrival, const EditContext &context);

/** The losing decision takes the kept one's place, chosen by somebody who sees both. */
Verdict replaceByLosing(CallState &state, Stamps &stamps, const Conflict &conflict, const Arrival &arrival, const EditContext &context);

} // namespace calldeck
