#pragma once

#include "records/Result.h"

#include <QFile>
#include <QStringList>
#include <memory>

namespace calldeck
{

/**
 * A folder of files that only the backend's user can read (0700, files 0600). Names are made by the backend: letters, digits, "-", "_" and
 * "."; a link in a file's place is never followed and a file is never overwritten. Any thread.
 */
class DataFolder
{
public:
    /** Makes it, with what is missing above it. */
    static Result<std::shared_ptr<DataFolder>> open(const QString &path);
    ~DataFolder();
    DataFolder(const DataFolder &) = delete;
    DataFolder &operator=(const DataFolder &) = delete;

    /** Conflict when the name is taken. */
    Result<std::unique_ptr<QFile>> create(const QString &name) const;
    /** For reading; NotFound when there is none. */
    Result<std::unique_ptr<QFile>> read(const QString &name) const;
    /** Brings a whole file to its lasting name, on the disk when it returns. A name that is taken keeps its file. */
    Verdict publish(QFile &file, const QString &from, const QString &to) const;
    /** A file that is not there is fine. */
    Verdict remove(const QString &name) const;
    bool has(const QString &name) const;
    /** Names of files that nobody wrote to for so long. */
    QStringList olderThan(qint64 seconds) const;

private:
    DataFolder(int handle, QString path) : m_handle(handle), m_path(std::move(path)) {}
    const int m_handle;
    const QString m_path;
};

} // namespace calldeck
