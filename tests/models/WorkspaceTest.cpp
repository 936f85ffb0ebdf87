#include "rules/Workspace.h"

#include "Printers.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <gtest/gtest.h>

using namespace calldeck;

namespace
{

QJsonObject standardJson()
{
    return workspaceToJson(Workspace::standard());
}

QString complaint(const QJsonObject &json)
{
    const auto workspace = workspaceFromJson(json);
    return workspace ? QString() : workspace.error().message;
}

/** The standard document with `from` replaced by `to` in its text. */
QString complaintAfter(const char *from, const char *to)
{
    const QByteArray text = QJsonDocument(standardJson()).toJson(QJsonDocument::Compact);
    QByteArray changed = text;
    changed.replace(changed.indexOf(from), qsizetype(qstrlen(from)), to);
    EXPECT_NE(text, changed);
    return complaint(QJsonDocument::fromJson(changed).object());
}

} // namespace

TEST(Workspace, standardIsUsable)
{
    const Workspace workspace = Workspace::standard();
    EXPECT_TRUE(validateCalendar(workspace.calendar));
    EXPECT_EQ(workspace.calendar, workspace.sla.calendar);
    EXPECT_EQ(workspace.dispositions.size(), 10);
    EXPECT_FALSE(workspace.is_demo);
    EXPECT_EQ(workspace.calendar.periods[5].value(0).to, QTime(13, 0));
    EXPECT_TRUE(workspace.calendar.periods[6].isEmpty());
}

TEST(Workspace, jsonAndBackKeepsEverything)
{
    Workspace workspace = Workspace::standard();
    workspace.name = QStringLiteral("Rohr & Söhne");
    workspace.is_demo = true;
    workspace.calendar.holidays = {QDate(2026, 12, 25)};
    workspace.calendar.periods[6] = {{QTime(0, 0), QTime()}};
    workspace.dispositions[3].hotkey = QChar();
    workspace.dispositions[3].contact_required = true;
    SlaRule rule;
    rule.queue = QStringLiteral("VIP");
    rule.call_type = CallType::OUTBOUND_DEBT;
    rule.minimum_priority = 2;
    rule.after_hours = false;
    workspace.sla.rules.prepend(rule);
    const QJsonObject json = workspaceToJson(workspace);
    const auto back = workspaceFromJson(QJsonDocument::fromJson(QJsonDocument(json).toJson()).object());
    ASSERT_TRUE(back) << back.error().message.toStdString();
    EXPECT_EQ(workspaceToJson(*back), json);
    EXPECT_EQ(back->calendar, workspace.calendar);
    EXPECT_EQ(back->name, workspace.name);
    EXPECT_EQ(back->sla.rules.constFirst().minimum_priority, 2);
    EXPECT_EQ(back->sla.rules.constFirst().after_hours, false);
    EXPECT_EQ(back->sla.rules.constLast().after_hours, std::nullopt);
    EXPECT_TRUE(back->dispositions[3].hotkey.isNull() && back->dispositions[3].contact_required);
}

TEST(Workspace, errorsNameTheKey)
{
    const QStringList keys = standardJson().keys();
    for (const QString &key : keys) {
        QJsonObject json = standardJson();
        json.remove(key);
        EXPECT_EQ(complaint(json), key + QStringLiteral(" is missing.")) << key.toStdString();
        json.insert(key, 7);
        EXPECT_TRUE(complaint(json).startsWith(key + QStringLiteral(" must be "))) << complaint(json).toStdString();
    }
    EXPECT_TRUE(complaintAfter("\"EMERGENCY\"", "\"FIRE\"")
                    .startsWith(QStringLiteral("sla.rules[0].trigger must be MISSED_CALL")));
    EXPECT_TRUE(complaintAfter("\"from\":\"08:00\"", "\"from\":\"25:00\"")
                    .startsWith(QStringLiteral("calendar.periods[0][0].from is no time")));
    EXPECT_TRUE(complaintAfter("\"from\":\"08:00\"", "\"from\":\"19:00\"").startsWith(QStringLiteral("calendar: ")));
    EXPECT_TRUE(complaintAfter("\"target_minutes\":5", "\"target_minutes\":-5")
                    .startsWith(QStringLiteral("sla.rules[0].target_minutes")));
    EXPECT_TRUE(complaintAfter("\"target_minutes\":5", "\"target_minutes\":1e300")
                    .startsWith(QStringLiteral("sla.rules[0].target_minutes")));
    EXPECT_TRUE(
        complaintAfter("\"hotkey\":\"1\"", "\"hotkey\":\"x\"").startsWith(QStringLiteral("dispositions[0].hotkey")));
    EXPECT_TRUE(
        complaintAfter("\"hotkey\":\"1\"", "\"hotkey\":\"2\"").startsWith(QStringLiteral("dispositions has two")));
    EXPECT_TRUE(complaintAfter("\"booked\"", "\"other\"").startsWith(QStringLiteral("dispositions has two")));
    EXPECT_TRUE(complaintAfter("\"zone\":\"America/New_York\"", "\"zone\":\"Moon\"").contains(QStringLiteral("zone")));
}

TEST(Workspace, errorForTheEmptyDocument)
{
    EXPECT_FALSE(complaint({}).isEmpty());
}
