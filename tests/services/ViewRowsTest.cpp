#include "CommandFixture.h"
#include "store/OutboxRows.h"
#include "store/ViewRows.h"

using namespace calldeck;
using namespace Qt::StringLiterals;

namespace
{

class ViewRowsTest : public CommandFixture
{
protected:
    Database &database() { return file->database(); }
    QString shown() { return database().singleText("SELECT coalesce(group_concat(name || '=' || filter, ';'), '') FROM (SELECT name, filter FROM saved_views ORDER BY name)"); }
    qint64 idOf(const QString &name) { return *database().singleInteger("SELECT id FROM saved_views WHERE name = '" + name.toLatin1() + "'"); }
    QString uidOf(const QString &name) { return database().singleText("SELECT uid FROM saved_views WHERE name = '" + name.toLatin1() + "'"); }
    QList<Edit> sent()
    {
        const auto edits = nextPush(database(), 100, 1'000'000, now);
        EXPECT_TRUE(edits);
        return edits ? *edits : QList<Edit>();
    }
    void comes(const QString &uid, qint64 ver, const std::optional<QJsonObject> &row)
    {
        Transaction transaction(database());
        ASSERT_TRUE(applyViewRow(database(), {u"view"_s, uid, ver, row}));
        ASSERT_TRUE(transaction.commit());
    }
};

} // namespace

TEST_F(ViewRowsTest, aViewGoesOutWithEveryChange)
{
    ASSERT_TRUE(keepView(database(), {0, u" Storm "_s, u"tag:storm"_s}, now));
    const QString uid = uidOf(u"Storm"_s);
    ASSERT_TRUE(keepView(database(), {idOf(u"Storm"_s), u"Flood"_s, u"tag:flood"_s}, now));
    EXPECT_EQ(shown(), u"Flood=tag:flood"_s);
    ASSERT_TRUE(removeView(database(), idOf(u"Flood"_s), now));
    EXPECT_EQ(shown(), QString());
    const QList<Edit> edits = sent();
    ASSERT_EQ(edits.size(), 3);
    for (const Edit &edit : edits) {
        EXPECT_EQ(edit.kind, u"view"_s);
        EXPECT_EQ(edit.id, uid);
    }
    EXPECT_EQ(edits[0].op, u"create"_s);
    EXPECT_EQ(edits[0].args, (QJsonObject{{u"name"_s, u"Storm"_s}, {u"filter"_s, u"tag:storm"_s}}));
    EXPECT_EQ(edits[1].op, u"set"_s);
    EXPECT_EQ(edits[2].op, u"del"_s);
}

TEST_F(ViewRowsTest, whatIsRefusedHereIsNotSent)
{
    ASSERT_TRUE(keepView(database(), {0, u"Storm"_s, {}}, now));
    EXPECT_EQ(keepView(database(), {0, u"STORM"_s, {}}, now).error().code, Error::Code::Conflict);
    EXPECT_EQ(keepView(database(), {0, u"  "_s, {}}, now).error().code, Error::Code::InvalidInput);
    EXPECT_EQ(keepView(database(), {77, u"Gone"_s, {}}, now).error().code, Error::Code::NotFound);
    EXPECT_TRUE(removeView(database(), 77, now));
    EXPECT_EQ(sent().size(), 1);
}

TEST_F(ViewRowsTest, ownChangesStayOverWhatComes)
{
    comes(u"v1"_s, 5, QJsonObject{{u"name"_s, u"Storm"_s}, {u"filter"_s, u"tag:storm"_s}});
    ASSERT_TRUE(keepView(database(), {idOf(u"Storm"_s), u"Storm"_s, u"tag:mine"_s}, now));
    comes(u"v1"_s, 6, QJsonObject{{u"name"_s, u"Tempest"_s}, {u"filter"_s, u"tag:theirs"_s}});
    EXPECT_EQ(shown(), u"Storm=tag:mine"_s);
    // Deleted by somebody else: an edit of what is gone does not bring it back.
    comes(u"v1"_s, 7, std::nullopt);
    EXPECT_EQ(shown(), QString());
}

TEST_F(ViewRowsTest, deletedHereStaysAwayWhileThatIsOnItsWay)
{
    comes(u"v1"_s, 5, QJsonObject{{u"name"_s, u"Storm"_s}, {u"filter"_s, QString()}});
    ASSERT_TRUE(removeView(database(), idOf(u"Storm"_s), now));
    comes(u"v1"_s, 6, QJsonObject{{u"name"_s, u"Tempest"_s}, {u"filter"_s, QString()}});
    EXPECT_EQ(shown(), QString());
}

TEST_F(ViewRowsTest, madeHereStaysUntilTheBackendHasIt)
{
    ASSERT_TRUE(keepView(database(), {0, u"Storm"_s, u"tag:storm"_s}, now));
    const QString uid = uidOf(u"Storm"_s);
    comes(uid, 3, std::nullopt);
    EXPECT_EQ(shown(), u"Storm=tag:storm"_s);
    // Somebody else's of the same name takes the place: the own one is refused and told of.
    comes(u"other"_s, 4, QJsonObject{{u"name"_s, u"STORM"_s}, {u"filter"_s, u"tag:theirs"_s}});
    EXPECT_EQ(shown(), u"STORM=tag:theirs"_s);
}
