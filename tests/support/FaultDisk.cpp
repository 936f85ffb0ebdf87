#include "FaultDisk.h"

#include "demo/Chance.h"

#include <QFile>
#include <QMutex>
#include <algorithm>
#include <cstring>
#include <sqlite3.h>

namespace calldeck::test
{

namespace
{

const char *const vfsName = "calldeck-faults";
constexpr qint64 sectorBytes = 512;

/** All that the callbacks of SQLite, which know no object, share. */
struct State {
    QMutex mutex;
    sqlite3_vfs *real = nullptr;
    bool recording = false;
    int files = 0;
    QMap<QString, int> names;
    QList<int> fresh; ///< made, and not synced since
    DiskLog log;
    DiskFault fault;
    int seen = 0;
    bool failed = false;
};

State &state()
{
    static State state;
    return state;
}

/** Followed by the real file. */
struct OpenFile {
    sqlite3_file base;
    int number; ///< 0 without a name
    sqlite3_file *real;
};

OpenFile *ours(sqlite3_file *file) { return reinterpret_cast<OpenFile *>(file); }
sqlite3_file *real(sqlite3_file *file) { return ours(file)->real; }

void note(DiskOp op)
{
    if (state().recording)
        state().log.ops.append(std::move(op));
}

/** Whether this operation is one that fails. */
bool strikes(DiskFault::Kind kind, const OpenFile *file)
{
    State &now = state();
    if (now.fault.kind != kind || file->number == 0)
        return false;
    ++now.seen;
    const bool hit = now.fault.for_ever ? now.seen >= now.fault.nth : now.seen == now.fault.nth;
    now.failed = now.failed || hit;
    return hit;
}

int closeFile(sqlite3_file *file) { return real(file)->pMethods->xClose(real(file)); }

int readFile(sqlite3_file *file, void *to, int bytes, sqlite3_int64 at)
{
    {
        const QMutexLocker lock(&state().mutex);
        if (strikes(DiskFault::Kind::ReadError, ours(file)))
            return SQLITE_IOERR_READ;
    }
    return real(file)->pMethods->xRead(real(file), to, bytes, at);
}

int writeFile(sqlite3_file *file, const void *from, int bytes, sqlite3_int64 at)
{
    const QMutexLocker lock(&state().mutex);
    if (strikes(DiskFault::Kind::Full, ours(file)))
        return SQLITE_FULL;
    if (strikes(DiskFault::Kind::ShortWrite, ours(file))) {
        (void)real(file)->pMethods->xWrite(real(file), from, bytes / 2, at);
        return SQLITE_IOERR_WRITE;
    }
    if (ours(file)->number != 0)
        note({DiskOp::Kind::Write, ours(file)->number, {}, at, QByteArray(static_cast<const char *>(from), bytes)});
    return real(file)->pMethods->xWrite(real(file), from, bytes, at);
}

int truncateFile(sqlite3_file *file, sqlite3_int64 size)
{
    const QMutexLocker lock(&state().mutex);
    if (ours(file)->number != 0)
        note({DiskOp::Kind::Truncate, ours(file)->number, {}, size, {}});
    return real(file)->pMethods->xTruncate(real(file), size);
}

int syncFile(sqlite3_file *file, int flags)
{
    const QMutexLocker lock(&state().mutex);
    if (strikes(DiskFault::Kind::SyncError, ours(file)))
        return SQLITE_IOERR_FSYNC;
    const int number = ours(file)->number;
    const int code = real(file)->pMethods->xSync(real(file), flags);
    if (code != SQLITE_OK || number == 0)
        return code;
    note({DiskOp::Kind::Sync, number, {}, 0, {}});
    // SQLite's own disk layer syncs the folder with the first sync of a journal that it made.
    if (state().fresh.removeAll(number) > 0)
        note({DiskOp::Kind::SyncFolder, 0, {}, 0, {}});
    return code;
}

int fileSize(sqlite3_file *file, sqlite3_int64 *size) { return real(file)->pMethods->xFileSize(real(file), size); }
int lockFile(sqlite3_file *file, int level) { return real(file)->pMethods->xLock(real(file), level); }
int unlockFile(sqlite3_file *file, int level) { return real(file)->pMethods->xUnlock(real(file), level); }
int checkReserved(sqlite3_file *file, int *out) { return real(file)->pMethods->xCheckReservedLock(real(file), out); }
int control(sqlite3_file *file, int op, void *argument) { return real(file)->pMethods->xFileControl(real(file), op, argument); }
int sectorSize(sqlite3_file *file) { return real(file)->pMethods->xSectorSize(real(file)); }
int characteristics(sqlite3_file *file) { return real(file)->pMethods->xDeviceCharacteristics(real(file)); }
int shmMap(sqlite3_file *file, int page, int size, int extend, void volatile **to)
{
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, to);
}
int shmLock(sqlite3_file *file, int offset, int count, int flags) { return real(file)->pMethods->xShmLock(real(file), offset, count, flags); }
void shmBarrier(sqlite3_file *file) { real(file)->pMethods->xShmBarrier(real(file)); }
int shmUnmap(sqlite3_file *file, int remove) { return real(file)->pMethods->xShmUnmap(real(file), remove); }

// Without xFetch: what is read by mapping a file would pass unseen.
const sqlite3_io_methods methods{2,           closeFile,     readFile,  writeFile,    truncateFile, syncFile,        fileSize, lockFile, unlockFile, checkReserved,
                                 control,     sectorSize,    characteristics, shmMap, shmLock,      shmBarrier,      shmUnmap, nullptr,  nullptr};

/** The number of the file behind a name, which is put into the log when it is new there. */
int numberOf(const QString &name, bool isNew)
{
    State &now = state();
    if (now.names.contains(name) && !isNew)
        return now.names.value(name);
    const int number = ++now.files;
    now.names.insert(name, number);
    if (isNew) {
        now.fresh.append(number);
        note({DiskOp::Kind::Create, number, name, 0, {}});
    } else if (now.recording) {
        QFile file(name);
        (void)file.open(QIODevice::ReadOnly);
        now.log.before.insert(name, {number, file.readAll()});
    }
    return number;
}

int openFile(sqlite3_vfs *, const char *name, sqlite3_file *file, int flags, int *outFlags)
{
    const QMutexLocker lock(&state().mutex);
    sqlite3_vfs *disk = state().real;
    OpenFile *opened = ours(file);
    opened->real = reinterpret_cast<sqlite3_file *>(opened + 1);
    opened->base.pMethods = nullptr;
    // Not xAccess, for which an empty file is none.
    const bool exists = name && QFile::exists(QFile::decodeName(name));
    // A lock goes with any descriptor of the file: its old content is read before SQLite has one.
    opened->number = name && (exists || (flags & SQLITE_OPEN_CREATE)) ? numberOf(QString::fromUtf8(name), !exists) : 0;
    const int code = disk->xOpen(disk, name, opened->real, flags, outFlags);
    if (opened->real->pMethods)
        opened->base.pMethods = &methods;
    return code;
}

int removeFile(sqlite3_vfs *, const char *name, int syncFolder)
{
    const QMutexLocker lock(&state().mutex);
    const int code = state().real->xDelete(state().real, name, syncFolder);
    if (code != SQLITE_OK)
        return code;
    note({DiskOp::Kind::Remove, state().names.take(QString::fromUtf8(name)), QString::fromUtf8(name), 0, {}});
    if (syncFolder)
        note({DiskOp::Kind::SyncFolder, 0, {}, 0, {}});
    return code;
}

int hasAccess(sqlite3_vfs *, const char *name, int flags, int *out) { return state().real->xAccess(state().real, name, flags, out); }
int fullPath(sqlite3_vfs *, const char *name, int size, char *out) { return state().real->xFullPathname(state().real, name, size, out); }

sqlite3_vfs &vfs()
{
    static sqlite3_vfs vfs{};
    return vfs;
}

void registerBelowTheCipher()
{
    sqlite3_vfs &disk = vfs();
    disk = *state().real;
    disk.pNext = nullptr;
    disk.zName = vfsName;
    disk.szOsFile = static_cast<int>(sizeof(OpenFile)) + state().real->szOsFile;
    disk.xOpen = openFile;
    disk.xDelete = removeFile;
    disk.xAccess = hasAccess;
    disk.xFullPathname = fullPath;
#ifdef CALLDECK_ENCRYPTED
    sqlite3_vfs_register(&disk, 0);
    sqlite3mc_vfs_create(vfsName, 1);
#else
    sqlite3_vfs_register(&disk, 1);
#endif
}

sqlite3_vfs *previousDefault = nullptr;

} // namespace

FaultDisk::FaultDisk()
{
    sqlite3_initialize();
    previousDefault = sqlite3_vfs_find(nullptr);
    state().real = sqlite3_vfs_find("unix");
    registerBelowTheCipher();
}

FaultDisk::~FaultDisk()
{
    fail({});
    (void)takeLog();
    sqlite3_vfs_register(previousDefault, 1);
#ifdef CALLDECK_ENCRYPTED
    sqlite3mc_vfs_destroy("multipleciphers-calldeck-faults");
#endif
    sqlite3_vfs_unregister(&vfs());
}

void FaultDisk::record()
{
    const QMutexLocker lock(&state().mutex);
    state().names.clear();
    state().fresh.clear();
    state().log = {};
    state().recording = true;
}

qsizetype FaultDisk::recorded() const
{
    const QMutexLocker lock(&state().mutex);
    return state().log.ops.size();
}

DiskLog FaultDisk::takeLog()
{
    const QMutexLocker lock(&state().mutex);
    state().recording = false;
    return std::exchange(state().log, {});
}

void FaultDisk::fail(const DiskFault &fault)
{
    const QMutexLocker lock(&state().mutex);
    state().fault = fault;
    state().seen = 0;
    state().failed = false;
}

bool FaultDisk::hasFailed() const
{
    const QMutexLocker lock(&state().mutex);
    return state().failed;
}

PowerCut::PowerCut(DiskLog log) : m_log(std::move(log))
{
    for (auto old = m_log.before.cbegin(); old != m_log.before.cend(); ++old) {
        m_files[old->file].safe = old->bytes;
        m_names.insert(old.key(), old->file);
    }
}

void PowerCut::apply(QByteArray &bytes, const DiskOp &op)
{
    if (op.kind == DiskOp::Kind::Truncate)
        return bytes.resize(std::min<qsizetype>(bytes.size(), op.at));
    if (bytes.size() < op.at + op.bytes.size())
        bytes.append(QByteArray(op.at + op.bytes.size() - bytes.size(), '\0'));
    std::memcpy(bytes.data() + op.at, op.bytes.constData(), static_cast<size_t>(op.bytes.size()));
}

void PowerCut::applyInParts(QByteArray &bytes, const DiskOp &op, bool garbage, Chance &chance)
{
    if (op.kind == DiskOp::Kind::Truncate) {
        if (chance.below(2) == 0)
            apply(bytes, op);
        return;
    }
    for (qint64 from = op.at; from < op.at + op.bytes.size();) {
        const qint64 until = std::min<qint64>((from / sectorBytes + 1) * sectorBytes, op.at + op.bytes.size());
        DiskOp part{DiskOp::Kind::Write, op.file, {}, from, op.bytes.mid(from - op.at, until - from)};
        const int fate = chance.below(garbage ? 3 : 2);
        if (fate == 2)
            std::generate(part.bytes.begin(), part.bytes.end(), [&] { return static_cast<char>(chance.below(256)); });
        if (fate > 0)
            apply(bytes, part);
        from = until;
    }
}

void PowerCut::change(QMap<QString, int> &names, const DiskOp &op)
{
    if (op.kind == DiskOp::Kind::Create)
        names.insert(op.name, op.file);
    else
        names.remove(op.name);
}

void PowerCut::step()
{
    const DiskOp &op = m_log.ops.at(m_position++);
    switch (op.kind) {
    case DiskOp::Kind::Create:
    case DiskOp::Kind::Remove: m_openNames.append(op); break;
    case DiskOp::Kind::Write:
    case DiskOp::Kind::Truncate: m_files[op.file].open.append(op); break;
    case DiskOp::Kind::Sync:
        for (File &file = m_files[op.file]; const DiskOp &open : std::exchange(file.open, {}))
            apply(file.safe, open);
        break;
    case DiskOp::Kind::SyncFolder:
        for (const DiskOp &open : std::exchange(m_openNames, {}))
            change(m_names, open);
        break;
    }
}

QMap<QString, QByteArray> PowerCut::disk(Loss loss, Chance &chance) const
{
    QMap<QString, int> names = m_names;
    // A folder keeps its order: what came later is not there without what came before.
    const qsizetype all = m_openNames.size();
    const qsizetype kept = loss == Loss::Kept ? all : loss == Loss::Dropped ? 0 : chance.below(static_cast<int>(all) + 1);
    for (qsizetype i = 0; i < kept; ++i)
        change(names, m_openNames[i]);
    QMap<QString, QByteArray> disk;
    for (auto name = names.cbegin(); name != names.cend(); ++name) {
        const File file = m_files.value(*name);
        QByteArray bytes = file.safe;
        for (const DiskOp &op : file.open) {
            if (loss == Loss::Kept)
                apply(bytes, op);
            else if (loss != Loss::Dropped)
                applyInParts(bytes, op, loss == Loss::Garbage, chance);
        }
        disk.insert(name.key(), bytes);
    }
    return disk;
}

} // namespace calldeck::test
