#pragma once

#include "StoreFixture.h"
#include "ingest/Importer.h"
#include "database/Database.h"

#include <QFile>
#include <sqlite3.h>
#include <zlib.h>

namespace calldeck
{

/** A store and a folder for files that are imported into it. */
class IngestFixture : public StoreFixture
{
protected:
    enum Option { Plain = 0, DryRun = 1, SkipBad = 2 };

    QString write(const QString &name, const QByteArray &bytes)
    {
        const QString path = files.filePath(name);
        QFile out(path);
        EXPECT_TRUE(out.open(QIODevice::WriteOnly) && out.write(bytes) == bytes.size());
        return path;
    }
    static QByteArray packed(const QByteArray &bytes)
    {
        z_stream stream{};
        deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
        QByteArray out(static_cast<qsizetype>(deflateBound(&stream, static_cast<uLong>(bytes.size()))) + 64, Qt::Uninitialized);
        stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(bytes.constData()));
        stream.avail_in = static_cast<uInt>(bytes.size());
        stream.next_out = reinterpret_cast<Bytef *>(out.data());
        stream.avail_out = static_cast<uInt>(out.size());
        EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
        out.truncate(static_cast<qsizetype>(stream.total_out));
        deflateEnd(&stream);
        return out;
    }
    static Mapping mapping(const QByteArray &json)
    {
        auto read = mappingFromJson(json, QStringLiteral("map.json"));
        EXPECT_TRUE(read) << (read ? "" : read.error().message.toStdString());
        return read ? *read : Mapping{};
    }
    Result<ImportReport> import(const QString &path, std::optional<Mapping> map = {}, int options = Plain)
    {
        ImportOrder order;
        order.file = path;
        order.mapping = std::move(map);
        order.dry_run = (options & DryRun) != 0;
        order.skip_bad = (options & SkipBad) != 0;
        CacheSink sink(*file);
        return importFile(sink, order, now);
    }
    /** Imports rows that must be good. */
    ImportReport take(const QString &name, const QByteArray &bytes, std::optional<Mapping> map = {})
    {
        const auto report = import(write(name, bytes), std::move(map));
        EXPECT_TRUE(report) << (report ? "" : report.error().message.toStdString());
        if (report && !report->errors.isEmpty())
            ADD_FAILURE() << rowErrorText(report->errors.first()).toStdString();
        return report ? *report : ImportReport{};
    }
    /** Imports rows of which the first bad one must be refused, and nothing taken; the sentence about it. */
    QString refusal(const QString &name, const QByteArray &bytes, std::optional<Mapping> map = {})
    {
        const QByteArray before = stored();
        const auto report = import(write(name, bytes), std::move(map));
        EXPECT_EQ(stored(), before) << "a refused file must change nothing";
        if (!report)
            return report.error().message;
        EXPECT_FALSE(report->errors.isEmpty()) << "nothing was refused";
        return report->errors.isEmpty() ? QString() : rowErrorText(report->errors.first());
    }
    Call stored(const QString &id)
    {
        const auto key = file->findCall(id);
        const auto call = key && *key ? file->call(**key) : Result<Call>(Error{});
        EXPECT_TRUE(call) << "there is no call " << id.toStdString();
        return call ? *call : Call{};
    }
    qint64 calls() { return file->database().singleInteger("SELECT count(*) FROM calls").value_or(-1); }
    /** The whole database as bytes. */
    QByteArray stored()
    {
        sqlite3_int64 size = 0;
        unsigned char *bytes = sqlite3_serialize(file->database().handle(), "main", &size, 0);
        const QByteArray copy(reinterpret_cast<const char *>(bytes), static_cast<qsizetype>(size));
        sqlite3_free(bytes);
        return copy;
    }

    QTemporaryDir files;
};

} // namespace calldeck
