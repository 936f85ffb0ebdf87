#pragma once

#include "ingest/TextSource.h"

#include <QStringList>

namespace calldeck
{

/** A row of a file that was refused. */
struct RowError {
    QString file;
    qint64 line = 0;
    QString column; ///< name of the column, or "character 17", or "" when the row as a whole is wrong
    QString reason;

    friend bool operator==(const RowError &, const RowError &) = default;
};
/** "calls.csv:17: column Date: ..." */
QString rowErrorText(const RowError &error);

/** The cells of one record as text; a cell that the record does not have is "". */
struct RawRow {
    qint64 line = 0; ///< where the record starts
    QStringList cells;
    QString cell(int index) const { return index >= 0 && index < cells.size() ? cells.at(index) : QString(); }
};

/** Reads the records of one file one after the other. After Bad the next call goes on with the next record. */
class RowReader
{
public:
    enum class Read { Row, Bad, End, Failed };
    static constexpr qsizetype largestCell = 10'000'000; ///< bytes; a cell of this size or more is refused
    static constexpr qsizetype largestRow = 64'000'000;
    static constexpr qsizetype mostColumns = 4096;

    virtual ~RowReader();
    virtual Read next(RawRow &row) = 0;
    /** Names of the cells; may grow while a JSON Lines file is read. */
    virtual const QStringList &columns() const = 0;
    virtual double progress() const = 0;

    const RowError &problem() const { return m_problem; } ///< after Bad
    const Error &failure() const { return m_failure; }    ///< after Failed: nothing more can be read

protected:
    RowError m_problem;
    Error m_failure;
};

enum class FileFormat { Delimited, JsonLines };

/** How the records of a file are written. */
struct RowFormat {
    std::optional<FileFormat> format; ///< told from the file's name when not set
    char separator = 0;               ///< 0: found in the first line
    bool quotes = true;               ///< "..." may enclose a cell; off for files that use quotes as inch marks
    TextEncoding encoding = TextEncoding::Utf8;
    bool header = true;
    QStringList columns;              ///< names when there is no header
};

/** Opens a file and reads its header. */
Result<std::unique_ptr<RowReader>> openRows(const QString &file, const RowFormat &format);

} // namespace calldeck
