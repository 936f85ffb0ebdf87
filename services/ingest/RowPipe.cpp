#include "ingest/RowPipe.h"

namespace calldeck
{

namespace
{

constexpr size_t rowsInABatch = 256;
constexpr qsizetype charactersInABatch = 4'000'000; ///< a cell may have ten million
constexpr size_t batchesAhead = 4;

} // namespace

RowPipe::RowPipe(std::unique_ptr<RowReader> reader, RowMapper mapper, FileFormat format)
    : m_reader(std::move(reader)), m_mapper(std::move(mapper)), m_format(format), m_boundColumns(m_reader->columns().size()),
      m_thread(QThread::create([this] { read(); }))
{
    m_thread->start();
}

RowPipe::~RowPipe()
{
    {
        const QMutexLocker locker(&m_lock);
        m_stop = true;
        m_changed.wakeAll();
    }
    m_thread->wait();
}

std::optional<RowPipe::Batch> RowPipe::next()
{
    const QMutexLocker locker(&m_lock);
    while (m_ready.empty() && !m_done)
        m_changed.wait(&m_lock);
    if (m_ready.empty())
        return std::nullopt;
    Batch batch = std::move(m_ready.front());
    m_ready.pop_front();
    m_changed.wakeAll();
    return batch;
}

void RowPipe::read()
{
    for (bool more = true; more && !m_stop;) {
        Batch batch;
        more = fill(batch);
        batch.progress = m_reader->progress();
        push(std::move(batch));
    }
    const QMutexLocker locker(&m_lock);
    m_done = true;
    m_changed.wakeAll();
}

void RowPipe::push(Batch batch)
{
    const QMutexLocker locker(&m_lock);
    while (m_ready.size() >= batchesAhead && !m_stop)
        m_changed.wait(&m_lock);
    m_ready.push_back(std::move(batch));
    m_changed.wakeAll();
}

bool RowPipe::fill(Batch &batch)
{
    RawRow row;
    for (qsizetype characters = 0; batch.rows.size() < rowsInABatch && characters < charactersInABatch;) {
        switch (m_reader->next(row)) {
        case RowReader::Read::Failed: batch.failure = m_reader->failure(); return false;
        case RowReader::Read::End: return false;
        case RowReader::Read::Bad: batch.rows.push_back({MappedRow::Kind::Refused, {}, m_reader->problem(), row.line}); continue;
        case RowReader::Read::Row: break;
        }
        if (batch.failure = bindAgain(); batch.failure)
            return false;
        MappedRow &mapped = batch.rows.emplace_back();
        mapped.line = row.line;
        for (const QString &cell : std::as_const(row.cells))
            characters += cell.size();
        switch (m_mapper.map(row, mapped.call)) {
        case RowMapper::Mapped::Skipped: mapped.kind = MappedRow::Kind::Skipped; break;
        case RowMapper::Mapped::Refused:
            mapped.kind = MappedRow::Kind::Refused;
            mapped.problem = m_mapper.problem();
            break;
        case RowMapper::Mapped::Call: break;
        }
    }
    return true;
}

/** JSON Lines may bring new columns with any object. */
std::optional<Error> RowPipe::bindAgain()
{
    if (m_boundColumns == m_reader->columns().size())
        return std::nullopt;
    m_boundColumns = m_reader->columns().size();
    const Verdict bound = m_mapper.bind(m_reader->columns(), m_format);
    return bound ? std::nullopt : std::optional(bound.error());
}

} // namespace calldeck
