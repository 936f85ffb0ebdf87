#pragma once

#include "Files.h"
#include "StoreFixture.h"
#include "store/DataDirectory.h"

namespace calldeck
{

/** A data directory under a key, and words that must be on no disk. */
class EncryptedFixture : public StoreFixture
{
protected:
    const DatabaseKey key = *DatabaseKey::fromBytes(QByteArray("0123456789abcdef0123456789ABCDEF"));
    const DatabaseKey otherKey = *DatabaseKey::fromBytes(QByteArray("0123456789abcdef0123456789ABCDEf"));
    const QList<QByteArray> canaries{"Zebulon", "marmalade leak", "quixotic plumber", "4155559876"};

    void SetUp() override { openWith(key); }
    void openWith(const DatabaseKey &used, CacheFile::Mode mode = CacheFile::Mode::Create)
    {
        file.reset();
        auto opened = CacheFile::open(dir.path(), mode, used);
        ASSERT_TRUE(opened) << (opened ? "" : opened.error().message.toStdString());
        file = *std::move(opened);
    }
    QString cache() const { return cachePath(dir.path()); }
    /** A name, a number, a note and a transcript with the words. */
    void writeCanaries()
    {
        IncomingCall call = missedCall(QStringLiteral("canary"), QStringLiteral("+14155559876"));
        call.call.caller_name = QStringLiteral("Zebulon Vega");
        call.call.call_notes = QStringLiteral("a marmalade leak under the sink");
        call.raw = QStringLiteral("{\"said\":\"quixotic plumber\"}");
        ConversationTurn turn;
        turn.content = QStringLiteral("send the quixotic plumber");
        call.turns.append(turn);
        put(call);
    }
    /** Canaries in any file of the folder, its journals included. */
    QStringList found(const QString &folder) const
    {
        QStringList hits;
        const auto files = test::contentOf(folder);
        for (auto file = files.begin(); file != files.end(); ++file) {
            for (const QByteArray &canary : canaries) {
                if (file.value().contains(canary))
                    hits.append(file.key() + QStringLiteral(": ") + QString::fromLatin1(canary));
            }
        }
        return hits;
    }
};

} // namespace calldeck
