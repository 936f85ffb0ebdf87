#include "StoreFixture.h"

#include "auth/Passwords.h"
#include "jobs/Tidy.h"
#include "sql/PostgresConnection.h"
#include "sql/ServerSchema.h"
#include "sql/SqlPool.h"

using namespace calldeck;
using namespace calldeck::test;

class TokenTest : public StoreFixture
{
protected:
    void SetUp() override
    {
        StoreFixture::SetUp();
        if (!IsSkipped() && !HasFatalFailure())
            account = accountsOf(*connection, ws)->first();
    }
    Refusal refusalOf(const QString &token, TimeMs at) { return std::get<Refusal>(*authenticate(*connection, token, at)); }
    Account account;
};
CALLDECK_ON_BOTH_ENGINES(TokenTest);

TEST_P(TokenTest, accessEndsAfterAQuarterOfAnHour)
{
    const auto pair = openSession(*connection, account, u"desk"_s, now);
    ASSERT_TRUE(pair);
    EXPECT_EQ(std::get<Caller>(*authenticate(*connection, pair->access, now)).ws, ws);
    EXPECT_EQ(refusalOf(pair->access, now + 15 * 60'000), Refusal::Expired);
    EXPECT_EQ(refusalOf(pair->refresh, now), Refusal::Unknown);
    EXPECT_EQ(refusalOf(u"a_00"_s, now), Refusal::Unknown);
}

TEST_P(TokenTest, formIsThatOfAnAccessToken)
{
    const auto pair = openSession(*connection, account, u"desk"_s, now);
    ASSERT_TRUE(pair);
    EXPECT_TRUE(hasTokenForm(pair->access));
    EXPECT_TRUE(hasTokenForm(openService(*connection, account, programActor, now)->access));
    for (const QString &other : {QString(), u"a_00"_s, pair->refresh, QString(pair->access + u'0'), pair->access.chopped(1), pair->access.toUpper(), QString(pair->access.chopped(1) + u'g')})
        EXPECT_FALSE(hasTokenForm(other)) << other.toStdString();
}

TEST_P(TokenTest, refreshTokenThatComesBackLaterEndsTheSession)
{
    const auto first = openSession(*connection, account, u"desk"_s, now);
    const auto second = refreshSession(*connection, first->refresh, now + 1000);
    ASSERT_TRUE(second && std::holds_alternative<TokenPair>(*second));
    const auto repeat = refreshSession(*connection, first->refresh, now + 20'000);
    ASSERT_TRUE(repeat && std::holds_alternative<TokenPair>(*repeat));
    const auto stolen = refreshSession(*connection, first->refresh, now + 60'000);
    ASSERT_TRUE(stolen && std::holds_alternative<Refusal>(*stolen));
    EXPECT_EQ(refusalOf(std::get<TokenPair>(*second).access, now + 60'000), Refusal::Revoked);
}

TEST_P(TokenTest, sessionEndsAfterThirtyDaysWhateverIsRefreshed)
{
    auto pair = *openSession(*connection, account, u"desk"_s, now);
    constexpr TimeMs day = 86'400'000;
    for (int i = 1; i < 30; ++i)
        pair = std::get<TokenPair>(*refreshSession(*connection, pair.refresh, now + i * day));
    EXPECT_TRUE(std::holds_alternative<Refusal>(*refreshSession(*connection, pair.refresh, now + 30 * day)));
}

TEST_P(TokenTest, ticketIsGoodOnceAndShortly)
{
    const auto pair = openSession(*connection, account, u"desk"_s, now);
    const Caller caller = std::get<Caller>(*authenticate(*connection, pair->access, now));
    const auto ticket = openTicket(*connection, caller, now);
    ASSERT_TRUE(ticket);
    EXPECT_TRUE(std::holds_alternative<Caller>(*takeTicket(*connection, *ticket, now)));
    EXPECT_TRUE(std::holds_alternative<Refusal>(*takeTicket(*connection, *ticket, now)));
    EXPECT_TRUE(std::holds_alternative<Refusal>(*takeTicket(*connection, *openTicket(*connection, caller, now), now + 30'001)));
}

TEST_P(TokenTest, tokensThatEndedADayAgoAreForgottenAndTheSessionGoesOn)
{
    constexpr TimeMs day = 86'400'000;
    const TimeMs then = now - 40 * day; // others use the same store now
    const auto pair = openSession(*connection, account, u"desk"_s, then);
    const auto tokens = [this] {
        SqlStatement count = connection->query("SELECT count(*) FROM token t JOIN token_family f ON f.id = t.family WHERE f.account = ?", account.id);
        return count.step() ? count.integer(0) : -1;
    };
    tidyStore(*connection, {}, nullptr, nullptr, then + day);
    EXPECT_EQ(tokens(), 2);
    tidyStore(*connection, {}, nullptr, nullptr, then + day + 20 * 60'000);
    EXPECT_EQ(tokens(), 1);
    EXPECT_TRUE(std::holds_alternative<TokenPair>(*refreshSession(*connection, pair->refresh, then + day + 20 * 60'000)));
}

TEST_P(TokenTest, disabledAccountIsOutAtOnceAndSocketsLearnOfIt)
{
    const auto pair = openSession(*connection, account, u"desk"_s, now);
    const qint64 before = *accessChangeNumber(*connection);
    disable(account);
    EXPECT_EQ(refusalOf(pair->access, now), Refusal::Revoked);
    EXPECT_GT(*accessChangeNumber(*connection), before);
}

TEST_P(TokenTest, poolAnswersAllAndRefusesWhatIsTooMuch)
{
    SqlPool pool(target, 2, 8);
    std::atomic<int> answered = 0;
    int taken = 0;
    for (int i = 0; i < 200; ++i) {
        taken += pool.post([&](Result<SqlConnection *> given) {
            EXPECT_TRUE(given);
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            ++answered;
        });
    }
    EXPECT_LT(taken, 200);
    pool.stop();
    EXPECT_EQ(answered, taken);
    EXPECT_FALSE(pool.post([](Result<SqlConnection *>) {}));
}

TEST_P(TokenTest, storeOfANewerProgramIsRefused)
{
    if (GetParam() == SqlEngine::Sqlite) {
        ASSERT_TRUE(connection->execute("PRAGMA user_version = 99"));
        const auto opened = SqlConnection::open(target, SqlSchema::Migrate);
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().code, Error::Code::NewerVersion);
        return;
    }
    ASSERT_TRUE(connection->execute("INSERT INTO calldeck_schema(version) VALUES (99)"));
    const auto opened = SqlConnection::open(target, SqlSchema::Migrate);
    ASSERT_TRUE(connection->execute("DELETE FROM calldeck_schema WHERE version = 99"));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Error::Code::NewerVersion);
}

TEST_P(TokenTest, addressHasAnAccountInEachWorkspaceOnceAndItsHashesAreAlike)
{
    const QString other = found();
    const auto mine = addAccount(*connection, ws, u"Twin@x.org"_s, u"Twin"_s, UserRole::AGENT, u"a word of my own"_s, now);
    const auto theirs = addAccount(*connection, other, u"twin@x.org"_s, u"Twin"_s, UserRole::AGENT, u"another word of theirs"_s, now);
    ASSERT_TRUE(mine && theirs) << "whether there is one elsewhere is nobody's business";
    const auto again = addAccount(*connection, other, u"twin@x.org"_s, u"Twin"_s, UserRole::AGENT, u"yet another word"_s, now);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Error::Code::Conflict);
    EXPECT_EQ(theirs->password.section(u'$', 0, 4), mine->password.section(u'$', 0, 4)) << "to look at both takes no longer than at one";
    EXPECT_NE(theirs->password, mine->password);
    const auto accounts = *accountsOfAddress(*connection, u"twin@x.org"_s);
    ASSERT_EQ(accounts.size(), 2);
    EXPECT_EQ(fittingPasswords({accounts[0].password, accounts[1].password}, u"another word of theirs"_s), QList<qsizetype>{accounts[1].ws == other ? 1 : 0});
    EXPECT_FALSE(*findAccount(*connection, u"twin@x.org"_s)) << "which one is not said";
    disable(*mine);
    EXPECT_EQ(std::count_if(accounts.cbegin(), accounts.cend(), [&](const Account &one) { return one.id == mine->id; }), 1);
    const auto after = *accountsOfAddress(*connection, u"twin@x.org"_s);
    for (const Account &one : after)
        EXPECT_EQ(one.disabled, one.id == mine->id);
}

TEST(Passwords, hashesThatAreAlikeAreLookedAtTogether)
{
    const auto first = hashPassword(u"a long enough word"_s);
    const auto second = hashPassword(u"some other long word"_s, *first);
    const auto third = hashPassword(u"a long enough word"_s);
    ASSERT_TRUE(first && second && third);
    EXPECT_NE(third->section(u'$', 0, 4), first->section(u'$', 0, 4)) << "without a like one the salt is new";
    EXPECT_EQ(*hashPassword(u"a long enough word"_s, *first), *first);
    EXPECT_EQ(fittingPasswords({*first, *second, *third}, u"a long enough word"_s), QList<qsizetype>({0, 2}));
    EXPECT_EQ(fittingPasswords({*first, *second, *third}, u"some other long word"_s), QList<qsizetype>{1});
    EXPECT_TRUE(fittingPasswords({u"no hash"_s, QString()}, QString()).isEmpty());
}

TEST(Passwords, onlyTheRightOneFitsAndBadOnesAreRefused)
{
    const auto hash = hashPassword(u"a long enough word"_s);
    ASSERT_TRUE(hash);
    EXPECT_TRUE(hash->startsWith(u"$argon2id$"_s));
    EXPECT_EQ(fittingPasswords({*hash}, u"a long enough word"_s), QList<qsizetype>{0});
    EXPECT_TRUE(fittingPasswords({*hash}, u"a long enough wore"_s).isEmpty());
    EXPECT_TRUE(fittingPasswords({}, u"nobody has this password"_s).isEmpty());
    EXPECT_FALSE(checkPassword(u"short"_s));
    EXPECT_FALSE(checkPassword(u"password123!"_s));
    EXPECT_FALSE(checkPassword(u"aaaaaaaaaaaaaaa"_s));
    EXPECT_TRUE(checkPassword(u"correct-horse-battery"_s));
}

TEST(Sql, placeholdersAreNumberedOutsideOfLiterals)
{
    EXPECT_EQ(numberedPlaceholders("SELECT '?' , ? WHERE a = ? AND b = 'it''s ?'"), "SELECT '?' , $1 WHERE a = $2 AND b = 'it''s ?'");
    EXPECT_EQ(inWordsOf(SqlEngine::Sqlite, "{pg}x\n{sqlite}y {bigint}"), "y INTEGER\n");
    EXPECT_EQ(inWordsOf(SqlEngine::Postgres, "{pg}x\n{sqlite}y {bigint}"), "x\n");
}
