#pragma once

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QMap>
#include <QString>

namespace calldeck
{
class Chance;
}

namespace calldeck::test
{

/** One thing that SQLite told the disk. A name that is removed and made again stands for another file. */
struct DiskOp {
    enum class Kind { Create, Remove, Write, Truncate, Sync, SyncFolder };
    Kind kind = Kind::Write;
    int file = 0;
    QString name;      ///< of Create and Remove
    qint64 at = 0;     ///< of Write: where; of Truncate: the new size
    QByteArray bytes;  ///< of Write
};

/** What the disk was told from some moment on, and what was safely on it then. */
struct DiskLog {
    struct Old {
        int file = 0;
        QByteArray bytes;
    };
    QMap<QString, Old> before;
    QList<DiskOp> ops;
};

/** What the disk does wrong: from its `nth` operation of the kind on (counted from 1), once or for ever. */
struct DiskFault {
    enum class Kind { None, ReadError, ShortWrite, SyncError, Full };
    Kind kind = Kind::None;
    int nth = 0;
    bool for_ever = false;
};

/**
 * Stands between SQLite and the real disk for as long as it lives, below the cipher: writes down what passes, and fails when told to.
 * One at a time; no database may be open when it comes or goes. Any thread.
 */
class FaultDisk
{
public:
    FaultDisk();
    ~FaultDisk();
    FaultDisk(const FaultDisk &) = delete;
    FaultDisk &operator=(const FaultDisk &) = delete;

    /** From here on everything is written down; no database may be open. */
    void record();
    /** How many operations there are so far. */
    qsizetype recorded() const;
    DiskLog takeLog();

    void fail(const DiskFault &fault);
    /** Whether the fault happened. */
    bool hasFailed() const;
};

/** What becomes of the writes that were not synced when the power goes. */
enum class Loss { Kept, Dropped, Torn, Garbage };

/** Plays a log forward and says what is on the disk if the power goes now. */
class PowerCut
{
public:
    explicit PowerCut(DiskLog log);

    qsizetype position() const { return m_position; }
    bool atEnd() const { return m_position == m_log.ops.size(); }
    void step();
    /** Path -> content of what a start after the cut finds. Torn and Garbage treat every sector of 512 bytes by chance. */
    QMap<QString, QByteArray> disk(Loss loss, Chance &chance) const;

private:
    struct File {
        QByteArray safe;
        QList<DiskOp> open; ///< not synced
    };
    static void apply(QByteArray &bytes, const DiskOp &op);
    static void applyInParts(QByteArray &bytes, const DiskOp &op, bool garbage, Chance &chance);
    static void change(QMap<QString, int> &names, const DiskOp &op);

    DiskLog m_log;
    qsizetype m_position = 0;
    QHash<int, File> m_files;
    QMap<QString, int> m_names;
    QList<DiskOp> m_openNames; ///< names that came and went since the folder was last synced
};

} // namespace calldeck::test
