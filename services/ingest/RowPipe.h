#pragma once

#include "ingest/RowMapper.h"

#include <QMutex>
#include <QThread>
#include <QWaitCondition>
#include <atomic>
#include <deque>

namespace calldeck
{

/** What became of one row of a file. */
struct MappedRow {
    enum class Kind { Call, Skipped, Refused };
    Kind kind = Kind::Call;
    IncomingCall call; ///< of Kind::Call
    RowError problem;  ///< of Kind::Refused
    qint64 line = 0;
};

/**
 * Reads and maps the rows of a file on a thread of its own, a little ahead of whoever stores them, so that both cores work. Rows come
 * in the order of the file. Made, asked and destroyed on one thread; destroying it in the middle of a file stops the reading.
 */
class RowPipe
{
public:
    struct Batch {
        std::vector<MappedRow> rows;
        double progress = 0;          ///< share of the file read so far, 0 to 1
        std::optional<Error> failure; ///< the file cannot be read on; no batch follows
    };

    /** A mapper that is bound already, and its reader with the format they were bound for. */
    RowPipe(std::unique_ptr<RowReader> reader, RowMapper mapper, FileFormat format);
    ~RowPipe();
    /** Waits for the next rows; none at the end of the file. */
    std::optional<Batch> next();

private:
    void read();
    bool fill(Batch &batch);
    std::optional<Error> bindAgain();
    void push(Batch batch);

    std::unique_ptr<RowReader> m_reader;
    RowMapper m_mapper;
    FileFormat m_format;
    qsizetype m_boundColumns;
    QMutex m_lock;
    QWaitCondition m_changed;
    std::deque<Batch> m_ready;
    bool m_done = false;
    std::atomic<bool> m_stop = false;
    std::unique_ptr<QThread> m_thread;
};

} // namespace calldeck
