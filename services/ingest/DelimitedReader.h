#pragma once

#include "ingest/RowReader.h"

namespace calldeck
{

/** CSV by RFC 4180 and its relatives with another separator. Lines may end in LF, CRLF or CR; blank lines are passed over. */
class DelimitedReader : public RowReader
{
public:
    DelimitedReader(QString file, std::unique_ptr<TextSource> text, RowFormat format);

    Verdict begin(); ///< finds the separator and reads the header
    Read next(RawRow &row) override;
    const QStringList &columns() const override { return m_columns; }
    double progress() const override { return m_text->progress(); }

private:
    enum class CellEnd { Separator, Line, File };
    Read readRecord(RawRow &row);
    CellEnd readCell();
    CellEnd readQuoted();
    CellEnd readPlain(bool afterQuote);
    std::optional<CellEnd> endAt(int byte);
    void take(int byte);
    void refuse(const QString &column, const QString &reason);
    int nextByte();
    void findSeparator();
    Verdict takeHeader(const QStringList &names);
    Error inHeader(const QString &reason) const;
    QString columnName(qsizetype index) const;

    std::unique_ptr<TextSource> m_text;
    RowFormat m_format;
    QString m_file;
    QStringList m_columns;
    QByteArray m_cell;
    qsizetype m_cellIndex = 0;
    qsizetype m_rowBytes = 0;
    qint64 m_character = 0; ///< bytes of the current line already taken
    bool m_refused = false; ///< the current record already has a problem
    bool m_failed = false;
};

} // namespace calldeck
