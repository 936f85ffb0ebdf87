#include "sql/SqlStatement.h"

namespace calldeck
{

Verdict SqlCursor::later(const QByteArray & /*touches*/)
{
    for (;;) {
        const auto row = step();
        if (!row)
            return row.error();
        if (!*row)
            return Done{};
    }
}

SqlStatement &SqlStatement::bind(int index, qint64 value)
{
    m_cursor->bindInteger(index, value);
    return *this;
}

SqlStatement &SqlStatement::bind(int index, double value)
{
    m_cursor->bindReal(index, value);
    return *this;
}

SqlStatement &SqlStatement::bind(int index, const QString &value)
{
    // PostgreSQL has no place for it, and the engines must agree.
    QByteArray utf8 = value.toUtf8();
    utf8.replace('\0', "");
    return bind(index, utf8);
}

SqlStatement &SqlStatement::bind(int index, const QByteArray &value)
{
    m_cursor->bindText(index, value);
    return *this;
}

SqlStatement &SqlStatement::bind(int index, std::nullopt_t)
{
    m_cursor->bindNull(index);
    return *this;
}

bool SqlStatement::step()
{
    auto row = m_cursor->step();
    if (!row)
        m_error = row.error();
    return row && *row;
}

Verdict SqlStatement::verdict() const
{
    if (m_error)
        return *m_error;
    return Done{};
}

Result<bool> SqlStatement::found()
{
    const bool row = step();
    if (m_error)
        return *m_error;
    return row;
}

Verdict SqlStatement::run()
{
    while (step()) {
    }
    return verdict();
}

std::optional<qint64> SqlStatement::optionalInteger(int column) const
{
    return isNull(column) ? std::nullopt : std::optional(integer(column));
}

} // namespace calldeck
