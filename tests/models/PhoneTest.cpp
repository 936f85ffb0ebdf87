#include "rules/Phone.h"

#include "Printers.h"

#include <QFile>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

using namespace calldeck;

namespace
{

const QString us = QStringLiteral("US");
QString e164(const char *raw, const QString &region = us)
{
    return parsePhone(QString::fromUtf8(raw), region).e164;
}

} // namespace

TEST(Phone, spellingsOfOneNumberAreOneNumber)
{
    for (const char *spelling :
         {"4155550142", "(415) 555-0142", "415.555.0142", "415-555-0142", "1 415 555 0142", "+1 415 555 0142",
          "+14155550142", "tel:+1-415-555-0142", "+1 (415) 555‑0142", "４１５５５５０１４２", "415 555 0142 ext. 7"})
        EXPECT_EQ(e164(spelling), QStringLiteral("+14155550142")) << spelling;
    EXPECT_EQ(e164("011 44 20 7946 0958"), QStringLiteral("+442079460958"));
    EXPECT_EQ(e164("020 7946 0958", QStringLiteral("GB")), QStringLiteral("+442079460958"));
    EXPECT_EQ(e164("00 1 415 555 0142", QStringLiteral("GB")), QStringLiteral("+14155550142"));
    EXPECT_EQ(e164("(415) 555-0142", QStringLiteral("us")), QStringLiteral("+14155550142"));
}

TEST(Phone, whatIsNoNumberStaysRaw)
{
    for (const char *raw : {"", "anonymous", "Restricted", "Dana Kim", "911", "611", "12345", "555-0142", "+1",
                            "+999 123", "0000000000", "123456789012345678"}) {
        const PhoneNumber number = parsePhone(QString::fromUtf8(raw), us);
        EXPECT_FALSE(number.isValid()) << raw;
        EXPECT_EQ(number.raw, QString::fromUtf8(raw));
        EXPECT_EQ(formatPhone(number.raw, us), number.raw);
    }
    EXPECT_FALSE(parsePhone(QString(10'000'000, u'4'), us).isValid());
    EXPECT_FALSE(parsePhone(QStringLiteral("415\0") + QChar(0xd800), us).isValid());
    EXPECT_FALSE(parsePhone(QStringLiteral("4155550142"), QStringLiteral("Nowhere")).isValid());
}

TEST(Phone, formatsForTheDeskOfARegion)
{
    EXPECT_EQ(formatPhone(QStringLiteral("+14155550142"), us), QStringLiteral("(415) 555-0142"));
    EXPECT_EQ(formatPhone(QStringLiteral("+442079460958"), us), QStringLiteral("+44 20 7946 0958"));
    EXPECT_EQ(formatPhone(QStringLiteral("+442079460958"), QStringLiteral("GB")), QStringLiteral("020 7946 0958"));
    EXPECT_EQ(formatPhone(QStringLiteral("4155550142"), us), QStringLiteral("4155550142"));
}

TEST(Phone, searchTokensCoverTheWaysToTypeANumber)
{
    EXPECT_EQ(phoneSearchTokens(QStringLiteral("+14155550142")),
              (QStringList{QStringLiteral("14155550142"), QStringLiteral("4155550142"), QStringLiteral("5550142"),
                           QStringLiteral("0142")}));
    EXPECT_TRUE(phoneSearchTokens(QStringLiteral("+442079460958")).contains(QStringLiteral("02079460958")));
    EXPECT_EQ(phoneSearchTokens(QStringLiteral("911")), QStringList{QStringLiteral("911")});
    EXPECT_EQ(phoneSearchTokens(QStringLiteral("anonymous")), QStringList());
}

TEST(Phone, numbersOfNorthAmericaAreDialledAtHomeAsTheyAre)
{
    // United States, Canada, Bahamas, Jamaica, Puerto Rico, Dominican Republic, free of charge.
    for (const char *e164 : {"+14155550142", "+15062345678", "+12423456789", "+18762345678", "+17872345678", "+18092345678", "+18002345678"}) {
        const QString number = QString::fromLatin1(e164);
        QString dialled = formatPhone(number, QStringLiteral("US"));
        dialled.removeIf([](QChar c) { return !c.isDigit(); });
        EXPECT_EQ(dialled, number.right(10)) << e164;
        EXPECT_EQ(phoneSearchTokens(number), (QStringList{number.mid(1), dialled, number.right(7), number.right(4)})) << e164;
    }
    EXPECT_EQ(phoneSearchTokens(QStringLiteral("+1415555")), QStringList{QStringLiteral("1415555")});
}

TEST(Phone, digitsBeingTyped)
{
    EXPECT_EQ(typedDigits(QStringLiteral("(415) 555")), QStringLiteral("415555"));
    EXPECT_EQ(typedDigits(QStringLiteral("555-01")), QStringLiteral("55501"));
    EXPECT_EQ(typedDigits(QStringLiteral("+1 415")), QStringLiteral("1415"));
    EXPECT_EQ(typedDigits(QStringLiteral("55")), QString());
    EXPECT_EQ(typedDigits(QStringLiteral("unit 555")), QString());
    EXPECT_EQ(typedDigits(QString()), QString());
}

TEST(Phone, everyExampleOfTheNumberingPlanParses)
{
    QFile file(QStringLiteral(CALLDECK_SOURCE_DIR "/../shared/data/phone-number-vectors/example_numbers_dev.tsv"));
    if (!file.open(QIODevice::ReadOnly))
        GTEST_SKIP() << "the shared data is not beside this source tree";
    const QStringList lines = QString::fromUtf8(file.readAll()).split(u'\n', Qt::SkipEmptyParts);
    int checked = 0;
    for (const QString &line : lines.mid(1)) {
        const QStringList cells = line.split(u'\t');
        ASSERT_EQ(cells.size(), 4);
        const QString expected = u'+' + cells[1] + cells[3];
        const bool ofNoCountry = cells[0] == u"001"; // such numbers are only ever dialled with their code
        EXPECT_EQ(parsePhone(cells[3], cells[0]).e164, ofNoCountry ? QString() : expected) << line.toStdString();
        EXPECT_EQ(parsePhone(expected, QStringLiteral("ZZ")).e164, expected) << line.toStdString();
        ++checked;
    }
    EXPECT_GT(checked, 500);
}

TEST(Phone, threadsParseTogether)
{
    std::vector<std::thread> threads;
    std::vector<int> good(4, 0);
    for (size_t t = 0; t < good.size(); ++t) {
        threads.emplace_back([&good, t] {
            for (int i = 0; i < 300; ++i)
                good[t] +=
                    parsePhone(QStringLiteral("(415) 555-01%1").arg(i % 100, 2, 10, QLatin1Char('0')), us).isValid()
                        ? 1
                        : 0;
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    EXPECT_EQ(good, std::vector<int>(4, 300));
}
