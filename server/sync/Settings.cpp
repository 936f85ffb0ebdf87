#include "sync/Settings.h"

#include <mutex>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

struct Known {
    qint64 epoch = 0;
    qint64 ver = 0;
    SharedWorkspace workspace;
};

const QString settingsKind = u"workspace"_s;
const QString settingsId = u"settings"_s;

constexpr auto oneVersion = "SELECT ver FROM entity WHERE ws = ? AND kind = ? AND id = ?";

} // namespace

void foreseeSettings(WorkspaceTx &tx) { tx.foresee(entityName(settingsKind, settingsId), oneVersion, settingsKind, settingsId); }

Result<SharedWorkspace> settingsOf(WorkspaceTx &tx)
{
    static std::mutex mutex;
    static QHash<QString, Known> known;
    SqlStatement version = tx.query(oneVersion, settingsKind, settingsId);
    const auto found = version.found();
    if (!found)
        return found.error();
    const qint64 ver = *found ? version.integer(0) : 0;
    {
        const std::lock_guard lock(mutex);
        const auto it = known.constFind(tx.ws());
        if (it != known.cend() && it->ver == ver && it->epoch == tx.head().epoch)
            return it->workspace;
    }
    const auto entity = findEntity(tx, settingsKind, settingsId);
    if (!entity)
        return entity.error();
    auto workspace = *entity ? workspaceFromJson(parsedObject((*entity)->row)) : Result<Workspace>(Workspace::standard());
    if (!workspace)
        return Error{Error::Code::Damaged, u"The settings of the workspace cannot be read."_s, workspace.error().message, false};
    const auto shared = std::make_shared<const Workspace>(*std::move(workspace));
    const std::lock_guard lock(mutex);
    known.insert(tx.ws(), {tx.head().epoch, ver, shared});
    return shared;
}

Verdict putSettings(WorkspaceTx &tx, const Workspace &workspace, const Author &author, TimeMs now)
{
    Entity entity{settingsKind, settingsId, 0, compactJson(workspaceToJson(workspace)), "{}", false};
    return putEntity(tx, entity, {settingsKind, settingsId, u"admin"_s, QString(), author.device, 0, author.account, now});
}

} // namespace calldeck
