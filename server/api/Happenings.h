#pragma once

#include "store/Events.h"

namespace calldeck
{

/** How far a socket was told: what comes after it is news to it. */
struct HappeningPlace {
    qint64 seq = 0;   ///< of the log of changes
    qint64 event = 0; ///< of the workspace's events
};

/** What a workspace's sockets are told beside the hint, as {"t", "id", ...} texts. */
struct Happenings {
    struct Line {
        qint64 number = 0; ///< seq of the change, or number of the event
        QByteArray text;
    };
    QList<Line> calls;  ///< each call once, under the seq of its newest change
    QList<Line> events;
    HappeningPlace reached;
    bool more = false; ///< events that did not fit
};

/** Reads what came after `from`. Changes of very many calls at once are left to the hint. */
Result<Happenings> happeningsAfter(WorkspaceTx &tx, const HappeningPlace &from);

} // namespace calldeck
