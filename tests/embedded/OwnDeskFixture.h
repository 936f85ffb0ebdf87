#pragma once

#include "CommandFixture.h"
#include "backend/DeskSync.h"
#include "embedded/OwnBackend.h"
#include "store/DataDirectory.h"
#include "store/DeskStore.h"

#include <QTest>

namespace calldeck
{

/** A desk that works by itself, whole but for its window. Opened after `file` was closed. */
struct OwnDesk {
    explicit OwnDesk(const QString &dir, const DatabaseKey &key = {}, const QString &person = QStringLiteral("Dana"), const std::function<void(const Error &)> &damaged = {})
    {
        auto opened = DeskStore::open(dir, CacheFile::Mode::Create, person, {key, {}});
        EXPECT_TRUE(opened) << (opened ? "" : opened.error().message.toStdString());
        if (!opened)
            return;
        store = *std::move(opened);
        sync = std::make_unique<DeskSync>(*store, DeskSync::Backend::Own);
        cache = *CacheFile::open(dir, CacheFile::Mode::ReadWrite, key);
        auto started = OwnBackend::start({dir, key, person, {}, damaged}, *cache);
        EXPECT_TRUE(started) << (started ? "" : QString(started.error().message + started.error().detail).toStdString());
        if (!started)
            return;
        backend = *std::move(started);
        sync->start({backend->url(), *backend->newToken()});
    }
    ~OwnDesk()
    {
        if (sync)
            sync->stop();
        if (store)
            store->close();
    }
    /** Everything went to the backend and came back. */
    bool isInStep() const
    {
        const SyncStatus status = sync->status();
        return status.link == SyncStatus::Link::Online && !status.first_sync && status.last_sync && cache->database().singleInteger("SELECT count(*) FROM outbox") == 0;
    }
    void waitUntilInStep() const { EXPECT_TRUE(QTest::qWaitFor([this] { return isInStep(); }, 60'000)) << sync->status().problem.toStdString() << sync->status().waiting; }
    void take(const QList<IncomingCall> &calls) const { EXPECT_TRUE(backend->take(calls, store->now())); }

    std::unique_ptr<CacheFile> cache; ///< to look at
    std::unique_ptr<DeskStore> store;
    std::unique_ptr<DeskSync> sync;
    std::unique_ptr<OwnBackend> backend;
};

} // namespace calldeck
