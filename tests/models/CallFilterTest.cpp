#include "rules/CallFilter.h"

#include "Printers.h"
#include "Times.h"

#include <gtest/gtest.h>
#include <random>

using namespace calldeck;
using namespace calldeck::test;

namespace
{

const TimeMs now = at("2026-11-18 15:00", "America/New_York"); // a Wednesday
const QTimeZone zone("America/New_York");

Result<CallFilter> parse(const char *text)
{
    return parseCallFilter(QString::fromUtf8(text), now, zone);
}

CallFilter good(const char *text)
{
    const auto filter = parse(text);
    EXPECT_TRUE(filter) << text << ": " << (filter ? "" : filter.error().message.toStdString());
    return filter ? *filter : CallFilter{};
}

QString complaint(const char *text)
{
    const auto filter = parse(text);
    EXPECT_FALSE(filter) << text;
    return filter ? QString() : filter.error().message;
}

class RandomFilter
{
public:
    explicit RandomFilter(unsigned seed) : m_random(seed) {}

    CallFilter make()
    {
        CallFilter filter;
        filter.statuses = words<CallStatus>();
        filter.types = words<CallType>();
        filter.outcomes = words<Outcome>();
        filter.sla_states = words<SlaState>();
        for (QStringList *list : {&filter.dispositions, &filter.agents, &filter.queues, &filter.tags}) {
            for (int i = below(3); i > 0; --i)
                list->append(value());
            list->removeDuplicates();
        }
        for (std::optional<bool> *flag :
             {&filter.in_triage, &filter.has_outcome, &filter.emergency, &filter.do_not_contact, &filter.spam,
              &filter.after_hours, &filter.has_recording, &filter.has_transcript, &filter.follow_up_required,
              &filter.outcome_owed}) {
            if (below(4) == 0)
                *flag = below(2) == 0;
        }
        for (Range *range : {&filter.duration_seconds, &filter.value_cents, &filter.priority, &filter.lead_score,
                             &filter.queue_seconds})
            *range = {number(100000), number(100000)};
        const QDate day = QDate(2020, 1, 1).addDays(below(3000));
        filter.started_at = {below(2) ? OptionalInt(day.startOfDay(zone).toMSecsSinceEpoch()) : OptionalInt(),
                             below(2) ? OptionalInt(1500000000000 + m_random()) : OptionalInt()};
        filter.text = text();
        return filter;
    }

    QString noise(int length)
    {
        static const QString alphabet = QStringLiteral("abcistru:<>=-,\"\\ 0129.TZ_\té漢") + QChar(0) + QChar(0xd800);
        QString made;
        for (int i = below(length); i > 0; --i)
            made +=
                below(9) == 0 ? QStringLiteral(" is:") : QString(alphabet[below(static_cast<int>(alphabet.size()))]);
        return made;
    }

private:
    int below(int limit) { return static_cast<int>(m_random() % static_cast<unsigned>(limit)); }
    OptionalInt number(int limit) { return below(2) ? OptionalInt(below(limit)) : OptionalInt(); }
    template <class E> QList<E> words()
    {
        QList<E> list;
        for (size_t i = 0; i < enumWords<E>().size(); ++i) {
            if (below(6) == 0)
                list.append(static_cast<E>(i));
        }
        return list;
    }
    QString value()
    {
        QString made = noise(12);
        return made.isEmpty() ? QStringLiteral("x") : made;
    }
    QString text()
    {
        static const QStringList pieces{QStringLiteral("leak"),     QStringLiteral("\"water heater\""),
                                        QStringLiteral("555-0142"), QStringLiteral("\"is:spam\""),
                                        QStringLiteral("10:30"),    QStringLiteral("a\\b"),
                                        QStringLiteral("\"-no\"")};
        QStringList words;
        for (int i = below(4); i > 0; --i)
            words.append(pieces[below(static_cast<int>(pieces.size()))]);
        return words.join(u' ');
    }

    std::mt19937 m_random;
};

} // namespace

TEST(CallFilter, readsEveryKindOfTerm)
{
    CallFilter expected;
    expected.statuses = {CallStatus::MISSED, CallStatus::VOICEMAIL, CallStatus::IN_PROGRESS};
    expected.types = {CallType::INBOUND};
    expected.outcomes = {Outcome::BOOKED};
    expected.dispositions = {QStringLiteral("no_answer")};
    expected.agents = {QStringLiteral("Dana K."), QStringLiteral("Bo, Jr")};
    expected.queues = {QStringLiteral("PS")};
    expected.tags = {QStringLiteral("vip")};
    expected.sla_states = {SlaState::OVERDUE};
    EXPECT_EQ(good("status:missed,Voicemail STATUS:in-progress type:inbound outcome:booked disposition:no_answer "
                   "agent:\"Dana K.\",\"Bo, Jr\" "
                   "queue:PS tag:vip sla:overdue"),
              expected);
}

TEST(CallFilter, flagsAndTheirNegation)
{
    const CallFilter filter = good("is:emergency,triage -is:dnc is:spam is:afterhours -is:owed has:recording "
                                   "-has:transcript has:outcome -has:followup");
    EXPECT_EQ(filter.emergency, true);
    EXPECT_EQ(filter.in_triage, true);
    EXPECT_EQ(filter.do_not_contact, false);
    EXPECT_EQ(filter.spam, true);
    EXPECT_EQ(filter.after_hours, true);
    EXPECT_EQ(filter.outcome_owed, false);
    EXPECT_EQ(filter.has_recording, true);
    EXPECT_EQ(filter.has_transcript, false);
    EXPECT_EQ(filter.has_outcome, true);
    EXPECT_EQ(filter.follow_up_required, false);
}

TEST(CallFilter, numbersAndMoney)
{
    const CallFilter filter = good("duration>60 value>=100 value<250.5 priority<=2 lead>50 lead<90 wait:20");
    EXPECT_EQ(filter.duration_seconds, (Range{61, {}}));
    EXPECT_EQ(filter.value_cents, (Range{10000, 25049}));
    EXPECT_EQ(filter.priority, (Range{{}, 2}));
    EXPECT_EQ(filter.lead_score, (Range{51, 89}));
    EXPECT_EQ(filter.queue_seconds, (Range{20, 20}));
}

TEST(CallFilter, timesAreDaysOfTheZone)
{
    const auto day = [](const char *text) { return OptionalInt(at(text, "America/New_York")); };
    EXPECT_EQ(good("started:today").started_at, (Range{day("2026-11-18 00:00"), day("2026-11-19 00:00")}));
    EXPECT_EQ(good("started:yesterday").started_at, (Range{day("2026-11-17 00:00"), day("2026-11-18 00:00")}));
    EXPECT_EQ(good("started:week").started_at, (Range{day("2026-11-16 00:00"), day("2026-11-23 00:00")}));
    EXPECT_EQ(good("started:month").started_at, (Range{day("2026-11-01 00:00"), day("2026-12-01 00:00")}));
    EXPECT_EQ(good("started:2026-03-08").started_at, (Range{day("2026-03-08 00:00"), day("2026-03-09 00:00")}));
    EXPECT_EQ(good("started>=2026-01-01 started<2026-02-01").started_at,
              (Range{day("2026-01-01 00:00"), day("2026-02-01 00:00")}));
    EXPECT_EQ(good("started>2026-01-01 started<=2026-02-01").started_at,
              (Range{day("2026-01-02 00:00"), day("2026-02-02 00:00")}));
    EXPECT_EQ(good("started>=2026-01-01T09:30").started_at, (Range{day("2026-01-01 09:30"), {}}));
    EXPECT_EQ(good("started<2026-01-01T09:30:00Z").started_at, (Range{{}, at("2026-01-01 09:30")}));
}

TEST(CallFilter, plainWordsAndPhrasesAreSearchText)
{
    EXPECT_EQ(good("leak status:missed \"water heater\" (415) 555").text,
              QStringLiteral("leak \"water heater\" (415) 555"));
    EXPECT_EQ(good("\"is:spam\"").text, QStringLiteral("\"is:spam\""));
    EXPECT_EQ(good("10:30 a@b.example -").text, QStringLiteral("10:30 a@b.example -"));
    EXPECT_EQ(good("\"water hea").text, QStringLiteral("\"water hea\"")) << "a phrase still being typed";
    EXPECT_TRUE(good("  \t ").isEmpty());
    EXPECT_TRUE(good("\"\"").isEmpty());
}

TEST(CallFilter, outboundMeansEveryOutboundType)
{
    EXPECT_EQ(good("type:outbound,inbound").types.size(), 6);
    EXPECT_FALSE(good("type:outbound").types.contains(CallType::INBOUND));
}

TEST(CallFilter, errorsNameTheTermAndWhatIsPossible)
{
    const auto says = [](const char *text, const char *part) {
        const QString message = complaint(text);
        EXPECT_TRUE(message.contains(QString::fromLatin1(part))) << text << ": " << message.toStdString();
        EXPECT_TRUE(message.startsWith(u'"')) << message.toStdString();
    };
    says("leak colour:red", "\"colour:red\"");
    says("colour:red", "status:");
    says("status:lost", "voicemail");
    says("is:open", "emergency, triage");
    says("has:spam", "recording, transcript");
    says("status:", "something must stand");
    says("agent:\"Dana", "not closed");
    says("-status:missed", "negated");
    says("-leak", "negated");
    says("duration>1.5", "whole number");
    says("value>1.234", "amount");
    says("value>-1", "amount");
    says("duration>99999999999999999999", "whole number");
    says("duration<0", "less than 0");
    says("started:2026-02-30", "yesterday");
    says("started>99999-01-01", "yesterday");
    says("started:tomorow", "yesterday");
    says("status>missed", "write status:");
    says("is>spam", "emergency");
}

TEST(CallFilter, textOfAFilterParsesBackToIt)
{
    RandomFilter random(42);
    for (int round = 0; round < 5000; ++round) {
        const CallFilter filter = random.make();
        const QString text = callFilterText(filter, zone);
        const auto back = parseCallFilter(text, now, zone);
        ASSERT_TRUE(back) << text.toStdString() << "\n" << back.error().message.toStdString();
        ASSERT_EQ(*back, filter) << text.toStdString() << "\n" << callFilterText(*back, zone).toStdString();
    }
}

TEST(CallFilter, noiseIsRefusedOrSurvivesWritingAndReading)
{
    RandomFilter random(7);
    int accepted = 0;
    for (int round = 0; round < 20000; ++round) {
        const QString expression = random.noise(30);
        const auto filter = parseCallFilter(expression, now, zone);
        if (!filter) {
            ASSERT_FALSE(filter.error().message.isEmpty());
            continue;
        }
        ++accepted;
        const auto back = parseCallFilter(callFilterText(*filter, zone), now, zone);
        ASSERT_TRUE(back) << expression.toStdString();
        ASSERT_EQ(*back, *filter) << expression.toStdString();
    }
    EXPECT_GT(accepted, 1000);
}

TEST(CallFilter, lengthHasALimit)
{
    EXPECT_TRUE(parseCallFilter(QString(100'000, u'"'), now, zone));
    EXPECT_TRUE(parseCallFilter(QString(100'000, u'x'), now, zone));
    const auto refused = parseCallFilter(QString(10'000'000, u'"'), now, zone);
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().message.contains(QStringLiteral("shorten")));
}
