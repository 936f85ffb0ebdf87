#pragma once

#include "records/Result.h"

#include <QByteArray>
#include <memory>
#include <optional>

namespace calldeck
{

/** A statement in use, as one engine runs it. Parameters from 1, columns from 0. */
class SqlCursor
{
public:
    virtual ~SqlCursor() = default;
    virtual void bindInteger(int index, qint64 value) = 0;
    virtual void bindReal(int index, double value) = 0;
    virtual void bindText(int index, QByteArrayView utf8) = 0;
    virtual void bindNull(int index) = 0;

    /** Whether there is a (next) row. */
    virtual Result<bool> step() = 0;
    /** Runs the statement, at the latest with the connection's next answer; what fails there fails that one. */
    virtual Verdict later(const QByteArray &touches);
    /** A hint: this will be asked soon. */
    virtual void foresee(const QByteArray & /*about*/) {}
    virtual bool isNull(int column) const = 0;
    virtual qint64 integer(int column) const = 0;
    virtual double real(int column) const = 0;
    virtual QByteArrayView utf8(int column) const = 0;
    virtual qint64 changedRows() const = 0;
};

/**
 * A prepared statement borrowed from its connection for one use, confined to the connection's thread. Bind by position from 1 with
 * `?` as placeholder; read columns from 0.
 */
class SqlStatement
{
public:
    explicit SqlStatement(std::unique_ptr<SqlCursor> cursor) : m_cursor(std::move(cursor)) {}

    SqlStatement &bind(int index, qint64 value);
    SqlStatement &bind(int index, int value) { return bind(index, static_cast<qint64>(value)); }
    SqlStatement &bind(int index, bool value) { return bind(index, static_cast<qint64>(value)); }
    SqlStatement &bind(int index, double value);
    SqlStatement &bind(int index, const QString &value);    ///< a null QString binds ''; U+0000 is left out
    SqlStatement &bind(int index, const QByteArray &value); ///< UTF-8
    SqlStatement &bind(int index, std::nullopt_t);
    template <class T> SqlStatement &bind(int index, const std::optional<T> &value)
    {
        return value ? bind(index, *value) : bind(index, std::nullopt);
    }
    template <class... Values> SqlStatement &bindAll(const Values &...values)
    {
        int index = m_bound;
        (bind(++index, values), ...);
        m_bound = index;
        return *this;
    }

    /** True while there is a row; false at the end and on an error, which failed() tells apart. */
    bool step();
    bool failed() const { return m_error.has_value(); }
    /** What made step() fail, as a verdict. */
    Verdict verdict() const;
    /** Whether there is a row. */
    Result<bool> found();
    /** Runs a statement to its end. */
    Verdict run();
    /**
     * Runs a statement whose rows and number nobody looks at, inside a transaction. Over a network it goes along with the next question or the commit, and what
     * fails there fails that one. Of what was foreseen it touches only what is about `touches`, without it perhaps everything. The last use of the statement.
     */
    Verdict later(const QByteArray &touches = {}) { return m_cursor->later(touches); }
    /**
     * The same question, with the same values, comes soon: over a network its answer is fetched with the next one, and kept until something touches what it is `about`, a name
     * that its readers and writers agree on. The last use of the statement.
     */
    void foresee(const QByteArray &about) { m_cursor->foresee(about); }
    /** Rows that the statement wrote. */
    qint64 changedRows() const { return m_cursor->changedRows(); }

    bool isNull(int column) const { return m_cursor->isNull(column); }
    qint64 integer(int column) const { return m_cursor->integer(column); }
    double real(int column) const { return m_cursor->real(column); }
    QString text(int column) const { return QString::fromUtf8(m_cursor->utf8(column)); }
    QByteArray bytes(int column) const { return m_cursor->utf8(column).toByteArray(); }
    QByteArrayView utf8(int column) const { return m_cursor->utf8(column); } ///< valid until the next step()
    std::optional<qint64> optionalInteger(int column) const;

private:
    std::unique_ptr<SqlCursor> m_cursor;
    std::optional<Error> m_error;
    int m_bound = 0;
};

} // namespace calldeck
