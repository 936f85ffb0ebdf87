#pragma once

#include "rules/Workspace.h"
#include "store/CallWriter.h"

namespace calldeck
{

using SharedWorkspace = std::shared_ptr<const Workspace>;

/** The workspace's settings as they are in this transaction; read once per version and process. Any thread. */
Result<SharedWorkspace> settingsOf(WorkspaceTx &tx);
/** settingsOf() comes soon: see SqlStatement::foresee(). */
void foreseeSettings(WorkspaceTx &tx);
/** Replaces them: a change of the feed like any other. */
Verdict putSettings(WorkspaceTx &tx, const Workspace &workspace, const Author &author, TimeMs now);

} // namespace calldeck
