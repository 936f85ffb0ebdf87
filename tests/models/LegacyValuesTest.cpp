#include "rules/LegacyValues.h"

#include <gtest/gtest.h>

using namespace calldeck;

namespace
{

template <class E> void acceptsItsOwnWords(std::optional<E> (*look)(QStringView))
{
    for (size_t i = 0; i < enumWords<E>().size(); ++i) {
        const auto value = static_cast<E>(i);
        EXPECT_EQ(look(wireWord(value)), value);
        EXPECT_EQ(look(wireWord(value).toLower().replace(u'_', u'-')), value);
        EXPECT_EQ(look(QString(u' ' + labelOf(value) + u' ')), value) << labelOf(value).toStdString();
    }
}

} // namespace

TEST(LegacyValues, ourOwnWordsAndLabelsAreAccepted)
{
    acceptsItsOwnWords(legacyStatus);
    acceptsItsOwnWords(legacyOutcome);
    acceptsItsOwnWords(legacyCallType);
}

TEST(LegacyValues, oldWords)
{
    EXPECT_EQ(legacyCallType(u"incoming"), CallType::INBOUND);
    EXPECT_EQ(legacyCallType(u"outbound-api"), CallType::OUTBOUND_OTHER);
    EXPECT_EQ(legacyCallType(u"Outbound"), CallType::OUTBOUND_OTHER);
    EXPECT_EQ(legacyStatus(u"no-answer"), CallStatus::MISSED);
    EXPECT_EQ(legacyStatus(u"Canceled"), CallStatus::CANCELLED);
    EXPECT_EQ(legacyStatus(u"ANSWERED"), CallStatus::COMPLETED);
    EXPECT_EQ(legacyOutcome(u"appointment_set"), Outcome::BOOKED);
    EXPECT_EQ(legacyOutcome(u"left  message"), Outcome::VOICEMAIL);
}

TEST(LegacyValues, unknownWordsAreNothing)
{
    for (QStringView word : {QStringView(u""), QStringView(u"sideways"), QStringView(u"1"), QStringView()}) {
        EXPECT_EQ(legacyCallType(word), std::nullopt);
        EXPECT_EQ(legacyStatus(word), std::nullopt);
        EXPECT_EQ(legacyOutcome(word), std::nullopt);
    }
}
