#include "StoreFixture.h"

#include "store/AuditText.h"

#include <QJsonArray>

using namespace calldeck;
using namespace calldeck::test;

TEST(AuditText, saysWhoDidWhatToWhat)
{
    EXPECT_EQ(auditText({7, {{u"at"_s, u"2026-11-22T09:00:00.000Z"_s}, {u"actor"_s, u"u1"_s}, {u"action"_s, u"user_change"_s}, {u"id"_s, u"u2"_s}, {u"fields"_s, QJsonArray{u"name"_s, u"role"_s}}}}),
              u"2026-11-22T09:00:00.000Z\tu1\tuser_change\tfields=name,role id=u2"_s);
    EXPECT_EQ(auditText({7, {{u"calls"_s, 3}, {u"empty"_s, QJsonArray{}}}}), u"\t\t\tcalls=3 empty=[]"_s);
    EXPECT_EQ(auditText({7, {}}), u"\t\t\tentry 7 cannot be read"_s);
}

TEST(AuditText, hostileFieldsForgeNeitherLinesNorColumnsNorEscapes)
{
    const QString hostile = u"x\n2026-01-01T00:00:00.000Z\tada\terase\u001b[2J\u009b2J\u202e id=c9"_s;
    const AuditEntry entry{7, {{u"at"_s, hostile}, {u"actor"_s, hostile}, {u"action"_s, hostile}, {u"id"_s, hostile}, {u"fields"_s, QJsonArray{u"a,b"_s, hostile}}, {hostile, 1}}};
    const QString line = auditText(entry);
    EXPECT_EQ(line.count(u'\t'), 3);
    for (const QString &text : {line, QString::fromUtf8(auditJson(entry))}) {
        for (const char16_t letter : {u'\n', u'\r', u'\u001b', u'\u009b', u'\u202e'})
            EXPECT_FALSE(text.contains(QChar(letter))) << std::hex << int(letter);
    }
    // Each part that is no plain word stands between quotes: a forged "id=" is inside them.
    EXPECT_EQ(line.section(u'\t', 3).count(u'"'), 8) << line.toStdString();
    EXPECT_EQ(QJsonDocument::fromJson(auditJson(entry)).object().value(u"id"_s).toString(), hostile);
}

class AuditTrailTest : public StoreFixture
{
};
CALLDECK_ON_BOTH_ENGINES(AuditTrailTest);

TEST_P(AuditTrailTest, newestEntriesComeOldestFirstAndOfThisWorkspaceAlone)
{
    const QString other = found();
    const auto write = [this](const QString &where, const QString &action) {
        const auto tx = WorkspaceTx::begin(*connection, where, WorkspaceTx::Mode::Write);
        ASSERT_TRUE(tx && (*tx)->audit({{u"action"_s, action}}) && (*tx)->commit());
    };
    for (int i = 0; i < 5; ++i)
        write(ws, u"mine%1"_s.arg(i));
    write(other, u"theirs"_s);
    const auto newest = newestAudit(*read(), 3);
    ASSERT_TRUE(newest) << problemOf(newest);
    QStringList actions;
    for (const AuditEntry &entry : *newest)
        actions.append(entry.entry.value(u"action"_s).toString());
    EXPECT_EQ(actions, QStringList({u"mine2"_s, u"mine3"_s, u"mine4"_s}));
    EXPECT_EQ(newest->last().n, 6);
    EXPECT_EQ(newestAudit(*read(), 100)->size(), 6);
}
