#pragma once

#include <QDir>
#include <QFile>
#include <QMap>

namespace calldeck::test
{

inline QByteArray bytesOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("unreadable");
}

inline bool writeBytes(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly | QIODevice::Truncate) && file.write(bytes) == bytes.size();
}

/** Name -> content of every file of a folder except SQLite's shared-memory file, which holds no data. */
inline QMap<QString, QByteArray> contentOf(const QString &folder)
{
    QMap<QString, QByteArray> content;
    const QStringList names = QDir(folder).entryList(QDir::Files | QDir::Hidden);
    for (const QString &name : names) {
        if (!name.endsWith(QStringLiteral("-shm")))
            content.insert(name, bytesOf(QDir(folder).filePath(name)));
    }
    return content;
}

} // namespace calldeck::test
