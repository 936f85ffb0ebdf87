#include "ingest/DelimitedReader.h"

#include <QSet>

namespace calldeck
{

namespace
{

QString atCharacter(qint64 character) { return QStringLiteral("character %1").arg(character); }

} // namespace

DelimitedReader::DelimitedReader(QString file, std::unique_ptr<TextSource> text, RowFormat format)
    : m_text(std::move(text)), m_format(std::move(format)), m_file(std::move(file))
{
}

Error DelimitedReader::inHeader(const QString &reason) const
{
    return {Error::Code::InvalidInput, QStringLiteral("%1: the header: %2").arg(m_file, reason), {}, false};
}

Verdict DelimitedReader::begin()
{
    const bool named = !m_format.header;
    m_columns = named ? m_format.columns : QStringList();
    if (m_format.separator == 0)
        findSeparator();
    if (named)
        return Done{};
    RawRow header;
    switch (readRecord(header)) {
    case Read::Row: return takeHeader(header.cells);
    case Read::Bad: return inHeader(m_problem.reason);
    case Read::Failed: return m_failure;
    case Read::End: break;
    }
    return Error{Error::Code::InvalidInput, QStringLiteral("%1 is empty: there is not even a header line.").arg(m_file), {}, false};
}

void DelimitedReader::findSeparator()
{
    const QByteArray line = m_text->peekLine();
    m_format.separator = ',';
    qsizetype most = 0;
    for (char candidate : {',', '\t', ';', '|'}) {
        bool quoted = false;
        qsizetype count = 0;
        for (char byte : line) {
            quoted ^= byte == '"';
            count += !quoted && byte == candidate ? 1 : 0;
        }
        if (count > most) {
            most = count;
            m_format.separator = candidate;
        }
    }
}

Verdict DelimitedReader::takeHeader(const QStringList &names)
{
    QSet<QString> seen;
    qsizetype named = names.size();
    while (named > 1 && names[named - 1].trimmed().isEmpty())
        --named;
    for (qsizetype i = 0; i < named; ++i) {
        QString name = names[i].trimmed();
        if (name.isEmpty())
            name = QStringLiteral("column %1").arg(i + 1);
        if (seen.contains(name))
            return inHeader(QStringLiteral("the column \"%1\" stands there twice. Rename one of them.").arg(name.left(80)));
        seen.insert(name);
        m_columns.append(name);
    }
    return Done{};
}

RowReader::Read DelimitedReader::next(RawRow &row)
{
    const Read read = readRecord(row);
    // Many programs end each line with a separator; the empty cell behind it says nothing.
    while (read == Read::Row && row.cells.size() > m_columns.size() && row.cells.last().trimmed().isEmpty())
        row.cells.removeLast();
    if (read == Read::Row && row.cells.size() != m_columns.size()) {
        refuse({}, QStringLiteral("has %1 cells where the header has %2").arg(row.cells.size()).arg(m_columns.size()));
        return Read::Bad;
    }
    return read;
}

RowReader::Read DelimitedReader::readRecord(RawRow &row)
{
    if (m_failed)
        return Read::Failed;
    m_refused = false;
    m_character = 0;
    while (m_text->peek() == '\n' || m_text->peek() == '\r')
        m_text->next();
    row.line = m_problem.line = m_text->line();
    m_problem.file = m_file;
    row.cells.clear();
    m_rowBytes = 0;
    m_cellIndex = 0;
    CellEnd end = CellEnd::Separator;
    if (m_text->peek() != TextSource::end) {
        for (; end == CellEnd::Separator; ++m_cellIndex) {
            end = readCell();
            if (!m_refused)
                row.cells.append(QString::fromUtf8(m_cell));
            if (m_cellIndex >= mostColumns)
                refuse({}, QStringLiteral("has more than %1 cells; is the separator right?").arg(mostColumns));
        }
    }
    if (m_text->failure() && !m_failed) {
        m_failed = true;
        m_failure = *m_text->failure();
    }
    if (m_failed)
        return Read::Failed;
    if (m_cellIndex == 0)
        return Read::End;
    return m_refused ? Read::Bad : Read::Row;
}

int DelimitedReader::nextByte()
{
    const int byte = m_text->next();
    ++m_character;
    if (const auto bad = m_text->takeBadByte())
        refuse(columnName(m_cellIndex), *bad);
    return byte;
}

DelimitedReader::CellEnd DelimitedReader::readCell()
{
    m_cell.resize(0);
    if (m_format.quotes && m_text->peek() == '"') {
        nextByte();
        return readQuoted();
    }
    return readPlain(false);
}

DelimitedReader::CellEnd DelimitedReader::readQuoted()
{
    const qint64 line = m_text->line();
    const qint64 character = m_character;
    for (int byte = nextByte(); byte != TextSource::end; byte = nextByte()) {
        if (byte != '"') {
            take(byte);
        } else if (m_text->peek() == '"') {
            take(nextByte());
        } else {
            return readPlain(true);
        }
    }
    // What follows an open quote is all inside it: nobody can say where the next record would start.
    m_failed = true;
    m_failure = Error{Error::Code::InvalidInput,
                      QStringLiteral("%1:%2: character %3: the quote that opens here is never closed. Close it, or say \"quotes\": false in the mapping if "
                                     "quotes are ordinary characters in this file.")
                          .arg(m_file)
                          .arg(line)
                          .arg(character),
                      {},
                      false};
    return CellEnd::File;
}

DelimitedReader::CellEnd DelimitedReader::readPlain(bool afterQuote)
{
    for (;;) {
        const int byte = nextByte();
        if (const auto end = endAt(byte))
            return *end;
        if (afterQuote)
            refuse(atCharacter(m_character), QStringLiteral("text stands behind the closing quote; a quote inside quotes is written twice"));
        else if (byte == '"' && m_format.quotes)
            refuse(atCharacter(m_character), QStringLiteral("a quote stands inside a cell that does not begin with one; enclose the whole cell in quotes"));
        else
            take(byte);
    }
}

std::optional<DelimitedReader::CellEnd> DelimitedReader::endAt(int byte)
{
    if (byte == m_format.separator)
        return CellEnd::Separator;
    if (byte == TextSource::end)
        return CellEnd::File;
    if (byte == '\r' && m_text->peek() == '\n')
        m_text->next();
    return byte == '\n' || byte == '\r' ? std::optional(CellEnd::Line) : std::nullopt;
}

void DelimitedReader::take(int byte)
{
    if (m_refused)
        return;
    if (m_cell.size() + 1 >= largestCell)
        refuse(columnName(m_cellIndex), QStringLiteral("the cell is larger than 10 MB"));
    else if (++m_rowBytes > largestRow)
        refuse({}, QStringLiteral("the row is larger than 64 MB"));
    else
        m_cell.append(static_cast<char>(byte));
}

void DelimitedReader::refuse(const QString &column, const QString &reason)
{
    if (m_refused)
        return;
    m_refused = true;
    m_problem.column = column;
    m_problem.reason = reason;
}

QString DelimitedReader::columnName(qsizetype index) const
{
    return index < m_columns.size() ? m_columns[index] : QString::number(index + 1);
}

} // namespace calldeck
