#include "StoreFixture.h"

namespace calldeck::test
{

using namespace Qt::StringLiterals;

namespace
{

/** How an empty SQLite store answers what is asked for with every call and every second: never by reading a whole workspace. */
class PlansTest : public StoreFixture
{
protected:
    QString planOf(const QByteArray &sql)
    {
        SqlStatement plan = connection->prepare("EXPLAIN QUERY PLAN " + sql);
        QStringList lines;
        while (plan.step())
            lines.append(plan.text(3));
        EXPECT_FALSE(plan.failed()) << sql.constData();
        return lines.join(u"; "_s);
    }
};

struct Asked {
    const char *sql;
    const char *index;
};

constexpr Asked often[] = {
    {"SELECT id FROM follow_up WHERE ws = 'w' AND number = 'n' AND state || '' = 'OPEN' AND call_id <> 'c' ORDER BY created_at, id", "follow_up_number"},
    {"SELECT id FROM call_index WHERE ws = 'w' AND customer_number = 'n' ORDER BY id", "call_index_number"},
    {"SELECT id FROM follow_up WHERE ws = 'w' AND due_at <= 5 AND notified = 0 AND state = 'OPEN' ORDER BY due_at, id LIMIT 100", "follow_up_untold"},
    {"SELECT id FROM call_index WHERE ws = 'w' AND sla_due_at <= 5 AND sla_met_at IS NULL AND sla_notified <> sla_due_at ORDER BY sla_due_at, id LIMIT 100", "call_index_untold"},
    {"SELECT id FROM conflict WHERE ws = 'w' AND call_id = 'c' ORDER BY id", "conflict_call"},
    {"SELECT 1 FROM change WHERE ws = 'w' AND mid = 'm' AND kind = 'call' AND actor = 'a'", "change_mid"},
    {"SELECT count(*) FROM follow_up WHERE ws = 'w' AND state = 'OPEN' AND due_at > 1 AND due_at <= 2", "follow_up_due"},
    {"DELETE FROM follow_up WHERE ws = 'w' AND call_id = 'c'", "follow_up_call"},
    {"SELECT id FROM attachment WHERE ws = 'w' AND call_id = 'c' ORDER BY created_at, id", "attachment_call"},
};

} // namespace

TEST_P(PlansTest, noQuestionReadsAWholeWorkspace)
{
    for (const Asked &one : often)
        EXPECT_TRUE(planOf(one.sql).contains(QLatin1String(one.index))) << one.sql << "\n" << planOf(one.sql).toStdString();
}

INSTANTIATE_TEST_SUITE_P(On, PlansTest, testing::Values(SqlEngine::Sqlite));

} // namespace calldeck::test
