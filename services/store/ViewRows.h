#pragma once

#include "desk/Commands.h"
#include "store/FeedRows.h"

namespace calldeck
{

/** Keeps a view here and sends it, in one transaction; id 0 makes a new one. Conflict when the name is taken, NotFound when the view is gone. */
Verdict keepView(Database &database, const SavedView &view, TimeMs now);
/** Removes it here and everywhere; one that is gone already is no error. */
Verdict removeView(Database &database, qint64 id, TimeMs now);
/** Takes over the backend's row, with what this desk has on its way folded over it. Needs a transaction. */
Verdict applyViewRow(Database &database, const FeedRow &row);

} // namespace calldeck
