#include "StoreFixture.h"

#include "auth/Identities.h"
#include "openid/IdToken.h"
#include "openid/SigningKeys.h"

using namespace calldeck;
using namespace calldeck::test;

class IdentityTest : public StoreFixture
{
protected:
    void SetUp() override
    {
        StoreFixture::SetUp();
        if (!IsSkipped() && !HasFatalFailure())
            account = accountsOf(*connection, ws)->first();
    }
    Identity identity(const QString &subject, const QString &email, bool verified = true) const { return {issuer, subject + account.id, email, verified}; }
    std::variant<Account, IdentityRefusal> link(const Identity &identity)
    {
        const auto linked = linkIdentity(*connection, identity, now);
        EXPECT_TRUE(linked) << problemOf(linked);
        return linked ? *linked : IdentityRefusal::NoAccount;
    }
    IdentityRefusal refusalOf(const Identity &identity)
    {
        const auto answer = link(identity);
        EXPECT_TRUE(std::holds_alternative<IdentityRefusal>(answer));
        return std::get<IdentityRefusal>(answer);
    }
    const QString issuer = u"https://id.example"_s;
    Account account;
};
CALLDECK_ON_BOTH_ENGINES(IdentityTest);

TEST_P(IdentityTest, firstOneWithTheVerifiedAddressIsLinkedForGood)
{
    const Identity ada = identity(u"ada"_s, account.email.toUpper());
    EXPECT_FALSE(*linkedAccount(*connection, issuer, ada.subject));
    EXPECT_EQ(std::get<Account>(link(ada)).id, account.id);
    EXPECT_EQ((*linkedAccount(*connection, issuer, ada.subject))->id, account.id);
    EXPECT_EQ(std::get<Account>(link(ada)).id, account.id) << "the same again is no other";
    EXPECT_EQ(refusalOf(identity(u"eve"_s, account.email)), IdentityRefusal::Taken);
    EXPECT_FALSE(*linkedAccount(*connection, issuer, identity(u"eve"_s, {}).subject));
}

TEST_P(IdentityTest, anotherProviderHasItsOwnSubjects)
{
    const Identity ada = identity(u"ada"_s, account.email);
    ASSERT_TRUE(std::holds_alternative<Account>(link(ada)));
    EXPECT_FALSE(*linkedAccount(*connection, u"https://other.example"_s, ada.subject));
    Identity elsewhere = identity(u"eve"_s, account.email);
    elsewhere.issuer = u"https://other.example"_s;
    EXPECT_TRUE(std::holds_alternative<Account>(link(elsewhere)));
}

TEST_P(IdentityTest, nobodyComesInWithoutAnOpenAccountOrAVerifiedAddress)
{
    EXPECT_EQ(refusalOf(identity(u"a"_s, u"nobody-at-all@x.org"_s)), IdentityRefusal::NoAccount);
    EXPECT_EQ(refusalOf(identity(u"a"_s, account.email, false)), IdentityRefusal::NotVerified);
    EXPECT_EQ(refusalOf(identity(u"a"_s, QString())), IdentityRefusal::NotVerified);
    disable(account);
    EXPECT_EQ(refusalOf(identity(u"a"_s, account.email)), IdentityRefusal::NoAccount);
    EXPECT_FALSE(*linkedAccount(*connection, issuer, identity(u"a"_s, {}).subject));
}

TEST_P(IdentityTest, whatIsUnlinkedIsLinkedAnewAndAllOfItIsInTheTrail)
{
    ASSERT_TRUE(std::holds_alternative<Account>(link(identity(u"ada"_s, account.email))));
    ASSERT_TRUE(unlinkIdentities(*connection, account, now));
    EXPECT_EQ(std::get<Account>(link(identity(u"eve"_s, account.email))).id, account.id);
    const auto tx = read();
    SqlStatement lines = tx->query("SELECT entry FROM audit WHERE ws = ? ORDER BY n DESC LIMIT 3");
    QStringList actions;
    while (lines.step())
        actions.append(QJsonDocument::fromJson(lines.bytes(0)).object().value(u"action"_s).toString());
    EXPECT_EQ(actions, QStringList({u"identity_link"_s, u"identity_unlink"_s, u"identity_link"_s}));
}

TEST(SigningKeys, whatIsNoKeySetIsRefusedAndOtherKeysArePassedOver)
{
    for (const QByteArray &odd :
         {QByteArray(), QByteArray("[]"), QByteArray("{}"), QByteArray(R"({"keys": 7})"), QByteArray(R"({"keys": {}})"), QByteArray("\xff\xfe")})
        EXPECT_FALSE(SigningKeys::read(odd)) << odd.toStdString();
    const auto none = SigningKeys::read(
        R"({"keys": [7, {}, {"kty": "RSA"}, {"kty": "RSA", "n": "", "e": "AQAB"}, {"kty": "RSA", "n": "AQAB", "e": "AQAB"}, {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "EC", "crv": "P-256", "x": "AQ", "y": "AQ"}, {"kty": "EC", "crv": "P-384", "x": "", "y": ""}, {"kty": "OKP", "crv": "Ed25519", "x": "AQ"}, null, [], "x"]})");
    ASSERT_TRUE(none);
    EXPECT_EQ(none->size(), 0);
    for (const QByteArray &odd : {QByteArray(), QByteArray("."), QByteArray(".."), QByteArray("..."), QByteArray("e30.e30."), QByteArray("e30.e30.AA"),
                                  QByteArray("\xff.\xff.\xff"), QByteArray(20'000, 'a')})
        EXPECT_FALSE(none->verified(odd)) << odd.left(20).toStdString();
}

TEST(IdToken, clocksMayBeAMinuteApartAndNoMore)
{
    constexpr TimeMs now = 1'795'546'800'000;
    const auto at = [](TimeMs time) { return static_cast<qint64>(time / 1000); };
    const auto isGood = [&](TimeMs issued, TimeMs ends) {
        return bool(identityIn({{u"iss"_s, u"i"_s}, {u"aud"_s, u"c"_s}, {u"sub"_s, u"s"_s}, {u"nonce"_s, u"n"_s}, {u"iat"_s, at(issued)}, {u"exp"_s, at(ends)}},
                               {u"i"_s, u"c"_s, u"n"_s, now}));
    };
    EXPECT_TRUE(isGood(now, now + 1000));
    EXPECT_TRUE(isGood(now + idTokenLeeway, now + 600'000));
    EXPECT_FALSE(isGood(now + idTokenLeeway + 1000, now + 600'000));
    EXPECT_TRUE(isGood(now - 600'000, now - idTokenLeeway + 1000));
    EXPECT_FALSE(isGood(now - 600'000, now - idTokenLeeway));
}
