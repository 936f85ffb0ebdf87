#include "Printers.h"
#include "export/CallStats.h"

#include <QJsonObject>
#include <gtest/gtest.h>

using namespace calldeck;
using namespace Qt::StringLiterals;

namespace
{

Call answered(qint64 wait, qint64 talk, qint64 wrapUp = 0)
{
    Call call;
    call.call_type = CallType::INBOUND;
    call.status = CallStatus::COMPLETED;
    call.queue_seconds = wait;
    call.talk_seconds = talk;
    call.wrap_up_seconds = wrapUp;
    return call;
}

Call abandoned(AbandonStage stage)
{
    Call call;
    call.call_type = CallType::INBOUND;
    call.status = CallStatus::MISSED;
    call.abandoned_stage = stage;
    return call;
}

} // namespace

TEST(StatsTest, figuresOfFewCallsByHand)
{
    CallStats stats;
    stats.add(answered(0, 100));
    stats.add(answered(20, 200, 30));
    stats.add(answered(21, 0));
    stats.add(abandoned(AbandonStage::QUEUE));
    stats.add(abandoned(AbandonStage::IVR));
    EXPECT_EQ(stats.calls(), 5);
    EXPECT_EQ(stats.answered(), 3);
    EXPECT_EQ(stats.abandonedInQueue(), 1);
    EXPECT_EQ(stats.abandonedInIvr(), 1);
    EXPECT_DOUBLE_EQ(stats.averageSpeedOfAnswer(), 41.0 / 3);
    EXPECT_DOUBLE_EQ(stats.averageHandleTime(), 110);
    EXPECT_DOUBLE_EQ(stats.serviceLevel(), 0.5) << "20 s are in time, 21 s are not, who left the IVR never asked";
    CallStats patient(21);
    patient.add(answered(21, 1));
    EXPECT_DOUBLE_EQ(patient.serviceLevel(), 1);
}

TEST(StatsTest, whatCountsAsAnswered)
{
    const auto counts = [](const Call &call) {
        CallStats stats;
        stats.add(call);
        return stats.answered() == 1;
    };
    Call voicemail = answered(5, 30);
    voicemail.status = CallStatus::VOICEMAIL;
    EXPECT_FALSE(counts(voicemail));
    Call outboundNoAnswer = answered(0, 0);
    outboundNoAnswer.call_type = CallType::OUTBOUND_CAMPAIGN;
    EXPECT_FALSE(counts(outboundNoAnswer));
    Call ringing;
    ringing.status = CallStatus::IN_PROGRESS;
    EXPECT_FALSE(counts(ringing));
    ringing.answered_at = 1;
    EXPECT_TRUE(counts(ringing));
}

TEST(StatsTest, noCallsGiveNoughtAndNotNan)
{
    const QJsonObject json = CallStats().toJson();
    EXPECT_EQ(json.value(u"calls"_s).toInt(-1), 0);
    EXPECT_EQ(json.value(u"average_speed_of_answer_s"_s).toDouble(-1), 0);
    EXPECT_EQ(json.value(u"service_level"_s).toDouble(-1), 0);
    EXPECT_EQ(json.value(u"average_handle_time_s"_s).toDouble(-1), 0);
}

TEST(StatsTest, jsonHasThePromisedKeysAndPercentages)
{
    CallStats stats;
    for (int i = 0; i < 3; ++i) {
        Call call = answered(10, 60);
        if (i > 0)
            call.outcome = Outcome::BOOKED;
        stats.add(call);
    }
    const QJsonObject json = stats.toJson();
    EXPECT_EQ(json.keys().join(u' '), u"abandoned_ivr abandoned_queue answered average_handle_time_s average_speed_of_answer_s calls outcomes service_level"_s);
    const QJsonObject booked = json.value(u"outcomes"_s).toObject().value(u"BOOKED"_s).toObject();
    EXPECT_EQ(booked.value(u"count"_s).toInt(), 2);
    EXPECT_DOUBLE_EQ(booked.value(u"percent"_s).toDouble(), 66.67);
    EXPECT_TRUE(json.value(u"outcomes"_s).toObject().contains(u"NONE"_s));
}
