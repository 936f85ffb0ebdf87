#include "database/Database.h"

#include "database/Cipher.h"

#include <QFile>
#include <QFileInfo>
#include <QMutex>
#include <sqlite3.h>

namespace calldeck
{

namespace
{

constexpr int stepsBetweenCancelChecks = 4000;
constexpr qsizetype mostIdleStatements = 400;

Error errorFor(int code, const QString &detail, const QString &file)
{
    const QString name = QFileInfo(file).fileName();
    const auto error = [&](Error::Code kind, const QString &message, bool retryable = false) { return Error{kind, message, detail, retryable}; };
    switch (code & 0xff) {
    case SQLITE_FULL:
        return error(Error::Code::DiskFull, QStringLiteral("The disk is full: %1 could not be written. Free some space and try again.").arg(name), true);
    case SQLITE_READONLY:
        return error(Error::Code::ReadOnly, QStringLiteral("%1 is read-only. Check the permissions of its folder.").arg(name));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return error(Error::Code::Busy, QStringLiteral("%1 is in use by another program. Close it and try again.").arg(name), true);
    case SQLITE_CORRUPT:
        return error(Error::Code::Damaged, QStringLiteral("%1 is damaged. Keep the file, restore the newest backup, and run verify.").arg(name));
    case SQLITE_NOTADB:
        return error(Error::Code::Foreign, QStringLiteral("%1 is not a Calldeck database. Choose another data directory; the file was not touched.").arg(name));
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return error(Error::Code::Io, QStringLiteral("%1 cannot be opened. Check that the folder exists and that you may write in it.").arg(name));
    case SQLITE_INTERRUPT: return error(Error::Code::Cancelled, QStringLiteral("Stopped."), true);
    // Said of the same statement with the same values, it is said again.
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
    case SQLITE_RANGE: return error(Error::Code::Io, QStringLiteral("%1 refused a statement (SQLite %2).").arg(name).arg(code));
    default: return error(Error::Code::Io, QStringLiteral("%1 could not be read or written (SQLite %2).").arg(name).arg(code), true);
    }
}

/** How many connections this process has to which file. */
struct OpenFiles {
    QMutex mutex;
    QHash<QString, int> counts;
};

OpenFiles &openFiles()
{
    static OpenFiles files;
    return files;
}

void countOpen(const QString &file, int change)
{
    const QString path = QFileInfo(file).absoluteFilePath();
    const QMutexLocker lock(&openFiles().mutex);
    int &count = openFiles().counts[path];
    count += change;
    if (count == 0)
        openFiles().counts.remove(path);
}

int openFlags(Database::Access access)
{
    switch (access) {
    case Database::Access::ReadOnly: return SQLITE_OPEN_READONLY;
    case Database::Access::ReadWrite: return SQLITE_OPEN_READWRITE;
    case Database::Access::Create: return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    }
    Q_UNREACHABLE();
}

} // namespace

Statement::Statement(Database *database, sqlite3_stmt *handle, QByteArray sql) : m_database(database), m_handle(handle), m_sql(std::move(sql)) {}

Statement::Statement(Statement &&other) noexcept
    : m_database(other.m_database), m_handle(std::exchange(other.m_handle, nullptr)), m_sql(std::move(other.m_sql)), m_failed(other.m_failed)
{
}

Statement::~Statement()
{
    if (m_handle)
        m_database->giveBack(m_sql, m_handle);
}

Statement &Statement::bind(int index, qint64 value)
{
    sqlite3_bind_int64(m_handle, index, value);
    return *this;
}

Statement &Statement::bind(int index, double value)
{
    sqlite3_bind_double(m_handle, index, value);
    return *this;
}

Statement &Statement::bind(int index, const QString &value)
{
    if (value.isNull())
        return bindNull(index);
    return bindText(index, value);
}

Statement &Statement::bindText(int index, const QString &value)
{
    return bindUtf8(index, value.toUtf8());
}

Statement &Statement::bindUtf8(int index, QByteArrayView utf8)
{
    // No pointer would bind NULL.
    const char *bytes = utf8.isEmpty() ? "" : utf8.data();
    sqlite3_bind_text(m_handle, index, bytes, static_cast<int>(utf8.size()), SQLITE_TRANSIENT);
    return *this;
}

Statement &Statement::bindNull(int index)
{
    sqlite3_bind_null(m_handle, index);
    return *this;
}

bool Statement::step()
{
    const bool may = m_handle && !m_database->m_lost;
    const int code = may ? sqlite3_step(m_handle) : SQLITE_MISUSE;
    m_failed = code != SQLITE_ROW && code != SQLITE_DONE;
    m_database->noteTransaction(m_failed);
    return code == SQLITE_ROW;
}

Result<bool> Statement::found()
{
    const bool row = step();
    if (m_failed)
        return m_database->lastError();
    return row;
}

Verdict Statement::run()
{
    while (step()) {
    }
    if (m_failed)
        return m_database->lastError();
    return Done{};
}

bool Statement::isNull(int column) const { return sqlite3_column_type(m_handle, column) == SQLITE_NULL; }
qint64 Statement::integer(int column) const { return sqlite3_column_int64(m_handle, column); }
double Statement::real(int column) const { return sqlite3_column_double(m_handle, column); }

QByteArrayView Statement::utf8(int column) const
{
    const auto *bytes = reinterpret_cast<const char *>(sqlite3_column_text(m_handle, column));
    return {bytes, sqlite3_column_bytes(m_handle, column)};
}

QString Statement::text(int column) const
{
    if (isNull(column))
        return {};
    const QByteArrayView bytes = utf8(column);
    return bytes.isEmpty() ? QStringLiteral("") : QString::fromUtf8(bytes);
}

std::optional<qint64> Statement::optionalInteger(int column) const
{
    return isNull(column) ? std::nullopt : std::optional(integer(column));
}

void Statement::reset()
{
    sqlite3_reset(m_handle);
    m_failed = false;
}

Result<std::unique_ptr<Database>> Database::open(const QString &file, Access access, const DatabaseKey &key)
{
    sqlite3 *handle = nullptr;
    const int code = sqlite3_open_v2(QFile::encodeName(file).constData(), &handle, openFlags(access) | SQLITE_OPEN_NOMUTEX, nullptr);
    std::unique_ptr<Database> database(new Database(handle, file, key));
    countOpen(file, 1);
    if (code != SQLITE_OK)
        return errorFor(code, handle ? QString::fromUtf8(sqlite3_errmsg(handle)) : QString(), file);
    sqlite3_busy_timeout(handle, 5000);
    sqlite3_extended_result_codes(handle, 1);
    if (!key.isEmpty()) {
        if (Verdict keyed = applyKey(handle, key); !keyed)
            return keyed.error();
    }
    return database;
}

Error Database::error(int code, const QString &detail) const
{
    Error error = errorFor(code, detail, m_file);
    if (error.code == Error::Code::Foreign && !m_key.isEmpty()) {
        error.code = Error::Code::WrongKey;
        error.message = QStringLiteral("%1 is locked with another key, is damaged, or is not a Calldeck database. Give the key it was made with; the file was not touched.").arg(QFileInfo(m_file).fileName());
    }
    return error;
}

Database::~Database()
{
    dropIdle();
    sqlite3_close_v2(m_handle);
    countOpen(m_file, -1);
}

bool Database::isOpenHere(const QString &file)
{
    const QMutexLocker lock(&openFiles().mutex);
    return openFiles().counts.contains(QFileInfo(file).absoluteFilePath());
}

Statement Database::prepare(const QByteArray &sql)
{
    if (sqlite3_stmt *idle = m_idle.take(sql))
        return {this, idle, sql};
    sqlite3_stmt *handle = nullptr;
    const int code = sqlite3_prepare_v3(m_handle, sql.constData(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
    if (code != SQLITE_OK)
        m_prepareError = error(code, QString::fromUtf8(sqlite3_errmsg(m_handle)));
    return {this, handle, sql};
}

void Database::dropIdle()
{
    for (sqlite3_stmt *idle : std::as_const(m_idle))
        sqlite3_finalize(idle);
    m_idle.clear();
}

void Database::giveBack(const QByteArray &sql, sqlite3_stmt *handle)
{
    sqlite3_reset(handle);
    sqlite3_clear_bindings(handle);
    // Statements that are put together from what somebody filters by are many: nobody shall fill the memory with them.
    if (m_idle.size() >= mostIdleStatements)
        dropIdle();
    if (m_idle.contains(sql))
        sqlite3_finalize(handle);
    else
        m_idle.insert(sql, handle);
}

Verdict Database::execute(const QByteArray &sql)
{
    const bool commits = sql == "COMMIT";
    if (m_lost) {
        const Error lost = *m_lost;
        const bool ends = commits || sql == "ROLLBACK";
        if (ends)
            m_lost.reset();
        return ends && !commits ? Verdict(Done{}) : lost;
    }
    if (commits && isGone()) {
        return Error{Error::Code::Io,
                     QStringLiteral("%1 was moved or removed while it was in use, so nothing more can be saved in it. Put it back, or close the program and start it anew.")
                         .arg(QFileInfo(m_file).fileName()),
                     {},
                     false};
    }
    const int code = sqlite3_exec(m_handle, sql.constData(), nullptr, nullptr, nullptr);
    Verdict done = Done{};
    if (code != SQLITE_OK)
        done = error(code, QString::fromUtf8(sqlite3_errmsg(m_handle)));
    noteTransaction(code != SQLITE_OK && !commits);
    return done;
}

void Database::noteTransaction(bool failed)
{
    const bool inside = sqlite3_get_autocommit(m_handle) == 0;
    if (failed && m_inside && !inside)
        m_lost = lastError();
    m_inside = inside;
}

bool Database::isGone() const
{
    int moved = 0;
    return m_inside && sqlite3_file_control(m_handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved != 0;
}

std::optional<qint64> Database::singleInteger(const QByteArray &sql)
{
    Statement statement = prepare(sql);
    return statement.step() ? statement.optionalInteger(0) : std::nullopt;
}

QString Database::singleText(const QByteArray &sql)
{
    Statement statement = prepare(sql);
    return statement.step() ? statement.text(0) : QString();
}

qint64 Database::lastInsertId() const { return sqlite3_last_insert_rowid(m_handle); }
int Database::changedRows() const { return sqlite3_changes(m_handle); }
bool Database::isInTransaction() const { return m_lost || sqlite3_get_autocommit(m_handle) == 0; }

Error Database::lastError() const
{
    if (m_lost)
        return *m_lost;
    const int code = sqlite3_extended_errcode(m_handle);
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW)
        return m_prepareError.value_or(error(SQLITE_ERROR, {}));
    return error(code, QString::fromUtf8(sqlite3_errmsg(m_handle)));
}

void Database::interrupt() { sqlite3_interrupt(m_handle); }

void Database::setCancelCheck(std::function<bool()> cancelled)
{
    m_cancelled = std::move(cancelled);
    const auto ask = [](void *self) { return static_cast<Database *>(self)->m_cancelled() ? 1 : 0; };
    sqlite3_progress_handler(m_handle, m_cancelled ? stepsBetweenCancelChecks : 0, m_cancelled ? +ask : nullptr, this);
}

void Database::setCheckpointOnClose(bool on) { sqlite3_db_config(m_handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, on ? 0 : 1, nullptr); }

Verdict Database::backupTo(const QString &file)
{
    {
        QFile ownersAlone(file);
        (void)ownersAlone.open(QIODevice::ReadWrite, QFile::ReadOwner | QFile::WriteOwner);
    }
    auto target = open(file, Access::Create, m_key);
    if (!target)
        return target.error();
    sqlite3_backup *backup = sqlite3_backup_init((*target)->handle(), "main", m_handle, "main");
    if (!backup)
        return (*target)->lastError();
    int code = SQLITE_OK;
    do {
        code = sqlite3_backup_step(backup, -1);
        if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
            sqlite3_sleep(20);
    } while (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED);
    sqlite3_backup_finish(backup);
    if (code == SQLITE_DONE)
        return Done{};
    *target = nullptr;
    QFile::remove(file); // half a copy would pass for a backup
    return errorFor(code, {}, file);
}

Transaction::Transaction(Database &database) : m_database(database), m_begun(database.execute("BEGIN IMMEDIATE")), m_open(bool(m_begun)) {}

Transaction::~Transaction()
{
    if (m_open)
        (void)m_database.execute("ROLLBACK");
}

Verdict Transaction::commit()
{
    Verdict done = m_database.execute("COMMIT");
    m_open = !done;
    return done;
}

} // namespace calldeck
