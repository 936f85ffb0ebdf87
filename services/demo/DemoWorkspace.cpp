#include "demo/DemoWorkspace.h"

#include "demo/CallGenerator.h"

namespace calldeck
{

namespace
{

constexpr quint64 demoSeed = 2026;

} // namespace

Verdict makeDemoWorkspace(const QString &dataDir, qint64 calls, TimeMs now)
{
    auto file = CacheFile::open(dataDir, CacheFile::Mode::Create);
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

} // namespace calldeck
