#include "StoreFixture.h"

#include <QJsonArray>

using namespace calldeck;
using namespace calldeck::test;

namespace
{

class AccountTrailTest : public StoreFixture
{
protected:
    void SetUp() override
    {
        StoreFixture::SetUp();
        if (!IsSkipped() && !HasFatalFailure())
            admin = accountsOf(*connection, ws)->first();
    }
    Account add(const QString &name, UserRole role)
    {
        const auto made = newAccount(*connection, ws, u"%1-%2@x.org"_s.arg(name, randomHex(6)), name, role, u"a long enough word"_s);
        EXPECT_TRUE(made) << problemOf(made);
        EXPECT_TRUE(storeAccount(*connection, *made, programActor, now));
        return *made;
    }
    Result<Account> change(const Account &account, const AccountChange &change) { return changeAccount(*connection, ws, account.id, change, programActor, now); }
    static QJsonObject line(const QString &action, const QString &id, const QStringList &fields)
    {
        return {{u"at"_s, isoUtc(now)}, {u"actor"_s, programActor}, {u"action"_s, action}, {u"id"_s, id}, {u"fields"_s, QJsonArray::fromStringList(fields)}};
    }
    static AccountChange disabling() { return {{}, {}, true}; }
    static AccountChange toRole(UserRole role) { return {{}, role, {}}; }
    Account admin;
};

} // namespace
CALLDECK_ON_BOTH_ENGINES(AccountTrailTest);

TEST_P(AccountTrailTest, eachChangeOfAnAccountHasItsLineAndNoPersonIsInIt)
{
    const Account ben = add(u"Ben"_s, UserRole::AGENT);
    EXPECT_EQ(trail(1), QList{line(u"user_add"_s, ben.id, {u"role"_s})});
    ASSERT_TRUE(change(ben, {u"Benjamin"_s, UserRole::MANAGER, {}}));
    ASSERT_TRUE(change(ben, disabling()));
    EXPECT_EQ(trail(2), (QList{line(u"user_change"_s, ben.id, {u"name"_s, u"role"_s}), line(u"user_change"_s, ben.id, {u"disabled"_s})}));
    for (const QJsonObject &one : trail(100)) {
        const QByteArray text = compactJson(one);
        EXPECT_FALSE(text.contains("Ben") || text.contains("x.org") || text.contains("argon2")) << text.toStdString();
    }
}

TEST_P(AccountTrailTest, whatIsRefusedChangesNothingAndHasNoLine)
{
    const Account ben = add(u"Ben"_s, UserRole::AGENT);
    const qsizetype lines = trail(100).size();
    const Account twin{u"u-twin"_s, ws, ben.email, u"Twin"_s, UserRole::AGENT, {}, false};
    EXPECT_EQ(storeAccount(*connection, twin, programActor, now).error().code, Error::Code::Conflict);
    EXPECT_EQ(change(twin, disabling()).error().code, Error::Code::NotFound);
    EXPECT_EQ(change(ben, {QString(), {}, {}}).error().code, Error::Code::InvalidInput);
    EXPECT_EQ(trail(100).size(), lines);
    EXPECT_EQ(accountsOf(*connection, ws)->size(), 2);
}

TEST_P(AccountTrailTest, theLastOneWhoMayAdministerStays)
{
    const qsizetype lines = trail(100).size();
    EXPECT_EQ(change(admin, disabling()).error().code, Error::Code::Conflict);
    EXPECT_EQ(change(admin, toRole(UserRole::MANAGER)).error().code, Error::Code::Conflict);
    EXPECT_EQ(trail(100).size(), lines);
    const auto still = *findAccountById(*connection, admin.id);
    EXPECT_TRUE(still && still->role == UserRole::ADMIN && !still->disabled);
    // One of two may go, and then the other is the last.
    const Account second = add(u"Eve"_s, UserRole::ADMIN);
    ASSERT_TRUE(change(admin, disabling()));
    EXPECT_EQ(change(second, toRole(UserRole::AGENT)).error().code, Error::Code::Conflict);
}

TEST_P(AccountTrailTest, oneWhoIsDisabledLosesAllSessions)
{
    const Account ben = add(u"Ben"_s, UserRole::AGENT);
    ASSERT_TRUE(openSession(*connection, ben, u"desk"_s, now));
    ASSERT_TRUE(openService(*connection, ben, programActor, now));
    EXPECT_EQ(openSessionsOf(*connection, ben.id, now)->size(), 2);
    ASSERT_TRUE(change(ben, disabling()));
    EXPECT_EQ(openSessionsOf(*connection, ben.id, now)->size(), 0);
}

TEST_P(AccountTrailTest, tokensAndEndsOfSessionsAreInItWithoutTheToken)
{
    const auto pair = openService(*connection, admin, programActor, now);
    ASSERT_TRUE(pair) << problemOf(pair);
    const QString family = openSessionsOf(*connection, admin.id, now)->first().id;
    const auto session = openSession(*connection, admin, u"desk"_s, now);
    const auto caller = std::get<Caller>(*authenticate(*connection, session->access, now));
    ASSERT_TRUE(endSessionOf(*connection, caller, family, now));
    EXPECT_EQ(std::get<Refusal>(*authenticate(*connection, pair->access, now)), Refusal::Revoked);
    EXPECT_TRUE(std::holds_alternative<Caller>(*authenticate(*connection, session->access, now))) << "the others go on";
    const QJsonObject given{{u"at"_s, isoUtc(now)}, {u"actor"_s, programActor}, {u"action"_s, u"token_add"_s}, {u"id"_s, admin.id}, {u"session"_s, family}};
    const QJsonObject ended{{u"at"_s, isoUtc(now)}, {u"actor"_s, admin.id}, {u"action"_s, u"session_end"_s}, {u"id"_s, admin.id}, {u"session"_s, family}};
    EXPECT_EQ(trail(2), (QList{given, ended}));
    EXPECT_FALSE(checkAudit(*read())->broken_at);
}
