#include "demo/DemoWorkspace.h"

#include "demo/CallGenerator.h"
#include "store/DataDirectory.h"

#include <QDir>

namespace calldeck
{

namespace
{

constexpr quint64 demoSeed = 2026;

Verdict fill(const QString &folder, qint64 calls, TimeMs now, const DatabaseKey &key)
{
    auto file = CacheFile::open(folder, CacheFile::Mode::Create, key);
    if (!file)
        return file.error();
    Workspace workspace = Workspace::standard();
    workspace.name = QStringLiteral("Bayline Home Services");
    workspace.is_demo = true;
    if (Verdict begun = (*file)->beginImport(); !begun)
        return begun;
    Verdict done = (*file)->setWorkspace(workspace);
    CallGenerator(demoSeed, workspace).generate(calls, now, [&](const IncomingCall &call) {
        if (done) {
            auto applied = (*file)->put(call, now);
            if (!applied)
                done = applied.error();
        }
        return bool(done);
    });
    return done ? (*file)->commitImport() : done;
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
        done = moveCache(aside, dataDir);
    QDir(aside).removeRecursively();
    return done;
}

} // namespace calldeck
