#include "StoreChild.h"
#include "StoreFixture.h"
#include "demo/Chance.h"
#include "database/Database.h"
#include "store/DeskStore.h"

#include <cstdio>

using namespace calldeck;
using namespace calldeck::test;

/** Saves one note after the other on one call and prints each receipt when it has it, until it is killed. */
TEST(DeskStoreKillChild, DISABLED_savesUntilKilled)
{
    if (childFolder().isEmpty())
        GTEST_SKIP() << "runs as a child of DeskStoreKillTest only";
    auto opened = DeskStore::open(childFolder(), CacheFile::Mode::ReadWrite, QStringLiteral("Dana"));
    ASSERT_TRUE(opened) << opened.error().message.toStdString();
    for (int i = 0;; ++i) {
        const auto receipt = (*opened)->apply(SetFields{{1}, {{CallField::call_notes, QStringLiteral("note %1").arg(i)}}}).result();
        ASSERT_TRUE(receipt) << receipt.error().message.toStdString();
        std::printf("receipt %s\n", qPrintable(receipt->mutation_id));
        std::fflush(stdout);
    }
}

TEST(DeskStoreKillTest, everyReceiptIsThereAfterAKill)
{
    constexpr int kills = 20;
    QTemporaryDir dir;
    {
        auto file = CacheFile::open(dir.path(), CacheFile::Mode::Create);
        IncomingCall call;
        call.call.provider = QStringLiteral("test");
        call.call.provider_call_id = QStringLiteral("a");
        ASSERT_TRUE(CacheSink(**file).put(call, 1));
    }
    Chance chance(3);
    QList<QByteArray> receipts;
    for (int i = 0; i < kills; ++i) {
        SCOPED_TRACE(i);
        StoreChild child(QStringLiteral("DeskStoreKillChild.*"), dir.path());
        for (int wanted = 1 + chance.below(60); wanted > 0; --wanted) {
            receipts.append(child.next("receipt "));
            ASSERT_FALSE(receipts.last().isEmpty()) << "the child ended by itself";
        }
        child.kill();
        for (QByteArray late = child.next("receipt "); !late.isEmpty(); late = child.next("receipt "))
            receipts.append(late);
        auto file = CacheFile::open(dir.path(), CacheFile::Mode::ReadWrite);
        ASSERT_TRUE(file) << file.error().message.toStdString();
        Statement kept = (*file)->database().prepare("SELECT count(*) FROM audit a JOIN outbox o ON o.mid = a.mutation_id WHERE a.mutation_id = ?");
        for (const QByteArray &id : receipts) {
            kept.reset();
            ASSERT_TRUE(kept.bindAll(QString::fromLatin1(id)).step());
            ASSERT_EQ(kept.integer(0), 1) << id.toStdString();
        }
        const auto report = (*file)->verify();
        ASSERT_TRUE(report->problems.isEmpty()) << report->problems.join(u'\n').toStdString();
    }
    EXPECT_GE(receipts.size(), kills);
}
