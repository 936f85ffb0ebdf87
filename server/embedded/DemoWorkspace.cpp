#include "embedded/DemoWorkspace.h"

#include "demo/CallGenerator.h"
#include "embedded/OwnStore.h"
#include "store/CacheFile.h"
#include "store/DataDirectory.h"

#include <QDir>
#include <QFileInfo>

namespace calldeck
{

namespace
{

constexpr quint64 demoSeed = 2026;

Verdict generateInto(OwnStore &store, qint64 calls, TimeMs now)
{
    Verdict done = store.begin();
    if (!done)
        return done;
    CallGenerator(demoSeed, store.workspace()).generate(calls, now, [&](const IncomingCall &call) {
        const auto applied = store.put(call, now);
        if (!applied)
            done = applied.error();
        return bool(done);
    });
    return done ? store.commit() : done;
}

Verdict fill(const QString &folder, qint64 calls, TimeMs now, const DatabaseKey &key)
{
    const auto cache = CacheFile::open(folder, CacheFile::Mode::Create, key);
    if (!cache)
        return cache.error();
    Workspace workspace = Workspace::standard();
    workspace.name = QStringLiteral("Bayline Home Services");
    workspace.is_demo = true;
    if (Verdict done = (*cache)->setWorkspace(workspace); !done)
        return done;
    const auto store = OwnStore::open({folder, key, {}, {}}, **cache);
    if (!store)
        return store.error();
    const Verdict done = generateInto(**store, calls, now);
    return done ? (*store)->catchUp(**cache) : done;
}

/** The desk's file last: with it the demo is there. */
Verdict moveIn(const QString &aside, const QString &dataDir)
{
    // Also what is left of a desk whose own file is lost.
    if (QFileInfo::exists(cachePath(dataDir)) || QFileInfo::exists(ownStorePath(dataDir)))
        return Error{Error::Code::Conflict, QStringLiteral("%1 holds data already.").arg(dataDir), {}, false};
    const QString backend = QFileInfo(ownStorePath(dataDir)).absolutePath();
    if (!QFile::rename(QFileInfo(ownStorePath(aside)).absolutePath(), backend))
        return Error{Error::Code::Io, QStringLiteral("%1 could not be made. Check the permissions of the data directory.").arg(backend), {}, false};
    return moveCache(aside, dataDir);
}

} // namespace

Verdict makeDemoWorkspace(const QString &dataDir, qint64 calls, TimeMs now, const DatabaseKey &key)
{
    const auto lock = DirectoryLock::take(dataDir);
    if (!lock)
        return lock.error();
    // Filled aside: a demo that was interrupted must not pass for somebody's empty desk.
    const QString aside = QDir(dataDir).filePath(QStringLiteral("demo.filling"));
    QDir(aside).removeRecursively();
    Verdict done = fill(aside, calls, now, key);
    if (done)
        done = moveIn(aside, dataDir);
    QDir(aside).removeRecursively();
    return done;
}

} // namespace calldeck
