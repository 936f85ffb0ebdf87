#include "records/Call.h"

#include "Printers.h"

#include <QJsonObject>
#include <gtest/gtest.h>

using namespace calldeck;

TEST(Call, everyFieldSurvivesTextAndBack)
{
    Call call;
    for (size_t i = 0; i < callFields().size(); ++i) {
        const auto field = static_cast<CallField>(i);
        QString text = QStringLiteral("x");
        switch (infoOf(field).kind) {
        case FieldKind::Text: break;
        case FieldKind::Integer:
        case FieldKind::Cents:
        case FieldKind::Seconds: text = QStringLiteral("42"); break;
        case FieldKind::Real: text = QStringLiteral("0.25"); break;
        case FieldKind::Boolean: text = QStringLiteral("true"); break;
        case FieldKind::Time: text = QStringLiteral("2026-03-08T07:30:00.125Z"); break;
        case FieldKind::Vocabulary: continue;
        }
        ASSERT_TRUE(setFieldText(call, field, text)) << infoOf(field).name;
        EXPECT_EQ(fieldText(call, field), text) << infoOf(field).name;
    }
}

TEST(Call, badValueNamesFieldAndReason)
{
    Call call;
    const Verdict status = setFieldText(call, CallField::status, QStringLiteral("LOST"));
    ASSERT_FALSE(status);
    EXPECT_TRUE(status.error().message.contains(QStringLiteral("status")));
    EXPECT_TRUE(status.error().message.contains(QStringLiteral("VOICEMAIL")));
    EXPECT_FALSE(setFieldText(call, CallField::duration_seconds, QStringLiteral("-5")));
    EXPECT_FALSE(setFieldText(call, CallField::started_at, QStringLiteral("2026-02-30T00:00:00Z")));
    EXPECT_FALSE(call.status || call.duration_seconds || call.started_at);
}

TEST(Call, jsonCarriesOutcomeUnderBothNames)
{
    Call call;
    call.outcome = Outcome::BOOKED;
    const QJsonObject json = callToJson(call);
    EXPECT_EQ(json.value(QStringLiteral("outcome")).toString(), QStringLiteral("BOOKED"));
    EXPECT_EQ(json.value(QStringLiteral("last_outcome_type")).toString(), QStringLiteral("BOOKED"));
}
