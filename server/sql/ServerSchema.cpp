#include "sql/ServerSchema.h"

namespace calldeck
{

namespace
{

constexpr qint64 calldeckServerMark = 0x43445356; // "CDSV"

} // namespace

QByteArray inWordsOf(SqlEngine engine, const QByteArray &sql)
{
    const bool postgres = engine == SqlEngine::Postgres;
    const QByteArray mine = postgres ? "{pg}" : "{sqlite}";
    const QByteArray others = postgres ? "{sqlite}" : "{pg}";
    QByteArray translated;
    for (QByteArray line : sql.split('\n')) {
        if (line.startsWith(others))
            continue;
        if (line.startsWith(mine))
            line.remove(0, mine.size());
        translated += line + '\n';
    }
    translated.replace("{bigint}", postgres ? "BIGINT" : "INTEGER");
    translated.replace("{text}", postgres ? "TEXT COLLATE \"C\"" : "TEXT");
    translated.replace("{strict}", postgres ? "" : "STRICT, WITHOUT ROWID");
    return translated;
}

DatabaseFormat serverFormat(SqlEngine engine)
{
    DatabaseFormat format{calldeckServerMark, migrationsIn(QStringLiteral(":/calldeck/migrations/server"))};
    for (Migration &step : format.steps)
        step.sql = inWordsOf(engine, step.sql);
    return format;
}

} // namespace calldeck
