#include "ingest/ByteSource.h"

#include <QFile>
#include <array>
#include <zlib.h>

namespace calldeck
{

namespace
{

constexpr qint64 packedBlock = 64 * 1024;
constexpr qint64 trustedOutput = 64 * 1024 * 1024; // so much may come out of a file whatever its size
constexpr qint64 largestExpansion = 250;           // call logs pack 5 to 40 times
constexpr int gzipOnly = 15 + 16;                  // zlib: largest window, gzip header

Error unreadable(const QFile &file)
{
    return {Error::Code::Io, QStringLiteral("%1 cannot be read: %2").arg(file.fileName(), file.errorString()), {}, false};
}

Error damaged(const QFile &file, const QString &what)
{
    return {Error::Code::InvalidInput, QStringLiteral("%1 %2").arg(file.fileName(), what), {}, false};
}

class PlainSource : public ByteSource
{
public:
    explicit PlainSource(std::unique_ptr<QFile> file) : m_file(std::move(file)) {}

    Result<qint64> read(char *into, qint64 room) override
    {
        const qint64 got = m_file->read(into, room);
        if (got < 0)
            return unreadable(*m_file);
        return got;
    }
    double progress() const override { return m_file->size() > 0 ? double(m_file->pos()) / double(m_file->size()) : 1; }

private:
    std::unique_ptr<QFile> m_file;
};

class GzipSource : public ByteSource
{
public:
    explicit GzipSource(std::unique_ptr<QFile> file) : m_file(std::move(file)) { m_ready = inflateInit2(&m_stream, gzipOnly) == Z_OK; }
    ~GzipSource() override { inflateEnd(&m_stream); }
    GzipSource(const GzipSource &) = delete;
    GzipSource &operator=(const GzipSource &) = delete;

    Result<qint64> read(char *into, qint64 room) override
    {
        if (!m_ready)
            return damaged(*m_file, QStringLiteral("cannot be unpacked: there is not enough memory."));
        m_stream.next_out = reinterpret_cast<Bytef *>(into);
        m_stream.avail_out = static_cast<uInt>(room);
        while (m_stream.avail_out == static_cast<uInt>(room)) {
            if (auto more = fill(); !more)
                return more.error();
            else if (!*more)
                return 0;
            if (Verdict step = inflateSome(); !step)
                return step.error();
        }
        const qint64 got = room - static_cast<qint64>(m_stream.avail_out);
        m_output += got;
        if (m_output > trustedOutput && m_output / largestExpansion > m_file->pos())
            return damaged(*m_file, QStringLiteral("unpacks to more than %1 times its size, which no call log does. It was not imported.").arg(largestExpansion));
        return got;
    }
    double progress() const override { return m_file->size() > 0 ? double(m_file->pos()) / double(m_file->size()) : 1; }

private:
    /** False at a proper end of the file. */
    Result<bool> fill()
    {
        if (m_stream.avail_in > 0)
            return true;
        const qint64 got = m_file->read(m_packed.data(), packedBlock);
        if (got < 0)
            return unreadable(*m_file);
        if (got == 0) {
            if (m_insideMember)
                return damaged(*m_file, QStringLiteral("ends in the middle: it was not copied whole. Fetch it again."));
            return false;
        }
        m_stream.next_in = reinterpret_cast<Bytef *>(m_packed.data());
        m_stream.avail_in = static_cast<uInt>(got);
        return true;
    }

    Verdict inflateSome()
    {
        m_insideMember = true;
        const int state = inflate(&m_stream, Z_NO_FLUSH);
        if (state == Z_STREAM_END) { // gzip files may be several members one after the other
            m_insideMember = false;
            inflateReset(&m_stream);
            return Done{};
        }
        if (state == Z_OK || state == Z_BUF_ERROR)
            return Done{};
        return damaged(*m_file, QStringLiteral("is damaged: it does not unpack. Fetch it again."));
    }

    std::unique_ptr<QFile> m_file;
    z_stream m_stream{};
    std::array<char, packedBlock> m_packed{};
    qint64 m_output = 0;
    bool m_ready = false;
    bool m_insideMember = true;
};

} // namespace

ByteSource::~ByteSource() = default;

Result<std::unique_ptr<ByteSource>> ByteSource::open(const QString &name)
{
    auto file = std::make_unique<QFile>(name);
    if (!file->open(QIODevice::ReadOnly))
        return unreadable(*file);
    const QByteArray start = file->peek(4);
    if (start.startsWith("PK\x03\x04") || start.startsWith("\xd0\xcf\x11\xe0"))
        return damaged(*file, QStringLiteral("is a workbook or an archive. Save it as CSV (UTF-8) and import that."));
    if (start.startsWith("\x1f\x8b"))
        return std::unique_ptr<ByteSource>(std::make_unique<GzipSource>(std::move(file)));
    return std::unique_ptr<ByteSource>(std::make_unique<PlainSource>(std::move(file)));
}

} // namespace calldeck
