#include "StoreFixture.h"

#include <QRandomGenerator>

using namespace calldeck;
using namespace calldeck::test;
using Status = EditOutcome::Status;

namespace
{

/** Who may set what, said once more by hand: a field that joins or leaves must be thought of here. */
const QStringList fieldsOfAgents{
    u"caller_name"_s,      u"business_name"_s,  u"customer_email"_s, u"customer_address"_s, u"customer_ref"_s, u"agent_name"_s, u"queue"_s, u"priority"_s, u"source"_s, u"lead_source"_s, u"spam"_s,
    u"spam_reason"_s, u"transferred_to"_s, u"appointment_set"_s, u"sale_made"_s, u"call_purpose"_s, u"call_notes"_s, u"call_score"_s, u"customer_sentiment"_s, u"call_quality"_s, u"lead_status"_s,
    u"value_cents"_s, u"payment_plan_discussed"_s, u"payment_plan_amount"_s, u"collection_attempt"_s, u"collection_amount"_s, u"collection_success"_s, u"insurance_verified"_s,
    u"insurance_provider"_s, u"consent"_s};
const QStringList fieldsOfManagers{u"agent_performance_score"_s};

bool isSetByHand(const QString &name) { return fieldsOfAgents.contains(name) || fieldsOfManagers.contains(name); }

/** A value that the field takes; null where this knows none. */
QJsonValue valueFor(CallField field, QRandomGenerator &chance)
{
    const int number = chance.bounded(1, 100);
    const QJsonValue candidates[] = {QString(u"text %1"_s.arg(number)), number,          number / 128.0,  number % 2 == 0,    isoUtc(1'795'546'800'000 + number), u"MISSED"_s, u"INBOUND"_s,
                                     u"BOOKED"_s,                       u"NEW"_s,        u"QUALIFIED"_s,  u"POSITIVE"_s,      u"PHONE"_s,                         u"QUEUE"_s,  u"PENDING"_s};
    for (const QJsonValue &candidate : candidates) {
        Call probe;
        if (setFieldJson(probe, field, candidate) && fieldText(probe, field) != fieldText(Call(), field))
            return candidate;
    }
    return QJsonValue::Null;
}

/** What follows from a change by rule. */
bool isDerived(const QString &key)
{
    return key.startsWith(u"sla_"_s) || key == u"in_triage"_s || key == u"outcome_required"_s || key == u"updated_at"_s;
}

class FieldRightsTest : public StoreFixture
{
protected:
    void expectNothingElseMoved(const QJsonObject &before, const QJsonObject &after, const QJsonObject &args)
    {
        QStringList keys = before.keys() + after.keys();
        keys.removeDuplicates();
        for (const QString &key : std::as_const(keys))
            EXPECT_TRUE(before.value(key) == after.value(key) || args.contains(key) || isDerived(key)) << key.toStdString();
    }
};
CALLDECK_ON_BOTH_ENGINES(FieldRightsTest);

} // namespace

TEST_P(FieldRightsTest, everyFieldIsInOneListOrInNone)
{
    one(u"ana"_s, edit(u"create"_s, missedCall()));
    QRandomGenerator chance(5);
    for (const CallFieldInfo &info : callFields()) {
        const QString name = QString::fromLatin1(info.name);
        const CallField field = *callFieldNamed(name);
        SCOPED_TRACE(name.toStdString());
        for (const UserRole role : {UserRole::AGENT, UserRole::DISPATCHER, UserRole::MANAGER, UserRole::ADMIN}) {
            const QString code = one(u"ana"_s, edit(u"set"_s, {{name, valueFor(field, chance)}}), role).code;
            const bool forbidden = fieldsOfManagers.contains(name) && role < UserRole::MANAGER;
            EXPECT_EQ(code, forbidden ? u"forbidden"_s : isSetByHand(name) ? QString() : u"invalid"_s) << static_cast<int>(role);
        }
    }
}

TEST_P(FieldRightsTest, anyFieldsByAnyRoleAtRandom)
{
    one(u"ana"_s, edit(u"create"_s, missedCall()));
    QRandomGenerator chance(11);
    const auto fields = callFields();
    int applied = 0;
    int forbidden = 0;
    int invalid = 0;
    for (int round = 0; round < 500; ++round) {
        QJsonObject args;
        const int count = chance.bounded(1, 4);
        bool settable = true;
        UserRole least = UserRole::AGENT;
        for (int i = 0; i < count; ++i) {
            // Half of the time one that may be set, else every second try would be refused.
            QString name = QString::fromLatin1(fields[static_cast<size_t>(chance.bounded(static_cast<int>(fields.size())))].name);
            if (chance.bounded(2) == 0)
                name = chance.bounded(6) == 0 ? fieldsOfManagers.first() : fieldsOfAgents[chance.bounded(static_cast<int>(fieldsOfAgents.size()))];
            args.insert(name, valueFor(*callFieldNamed(name), chance));
            settable = settable && isSetByHand(name);
            if (fieldsOfManagers.contains(name))
                least = UserRole::MANAGER;
        }
        if (chance.bounded(12) == 0) {
            args.insert(QStringList{u"role"_s, u"ws"_s, u"ver"_s, u"id"_s, u"Caller_Name"_s}[chance.bounded(5)], u"x"_s);
            settable = false;
        }
        const auto role = static_cast<UserRole>(chance.bounded(4));
        SCOPED_TRACE(QString(u"round %1 role %2 "_s.arg(round).arg(static_cast<int>(role)) + QString::fromUtf8(QJsonDocument(args).toJson(QJsonDocument::Compact))).toStdString());
        const QJsonObject before = row(u"c1"_s);
        const EditOutcome outcome = one(u"ana"_s, edit(u"set"_s, args), role);
        const QJsonObject after = row(u"c1"_s);
        const QString expected = role < least ? u"forbidden"_s : settable ? QString() : u"invalid"_s;
        EXPECT_EQ(outcome.code, expected);
        if (expected.isEmpty()) {
            ++applied;
            expectNothingElseMoved(before, after, args);
        } else {
            (expected == u"forbidden"_s ? forbidden : invalid)++;
            EXPECT_EQ(before, after) << "a refused edit changed something";
        }
        if (HasFailure())
            return;
    }
    EXPECT_GT(applied, 50);
    EXPECT_GT(forbidden, 20);
    EXPECT_GT(invalid, 100);
}
