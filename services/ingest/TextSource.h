#pragma once

#include "ingest/ByteSource.h"

#include <QByteArray>
#include <QStringDecoder>
#include <optional>

namespace calldeck
{

enum class TextEncoding { Utf8, Latin1, Windows1252 };

/**
 * A text file as a stream of UTF-8 bytes with their line numbers. A byte-order mark is dropped; UTF-16 is recognised by its mark.
 * Bytes that cannot stand in text (not UTF-8, or NUL) pass through and are told once by takeBadByte().
 */
class TextSource
{
public:
    static constexpr int end = -1;
    static Result<std::unique_ptr<TextSource>> open(const QString &file, TextEncoding encoding);

    /** The next byte, or `end` at the end and after a failure(). */
    int next()
    {
        const int byte = peek();
        if (byte == end)
            return end;
        ++m_at;
        if (byte == '\n')
            ++m_line;
        if (byte >= 0x80 || byte == 0 || m_follow > 0)
            inspect(byte);
        return byte;
    }
    int peek() { return m_at < m_block.size() || refill() ? static_cast<unsigned char>(m_block.at(m_at)) : end; }

    qint64 line() const { return m_line; } ///< of the next byte, from 1
    double progress() const { return m_bytes->progress(); }
    const std::optional<Error> &failure() const { return m_failure; }
    /** The rest of the first line as far as it is in memory, without taking it. */
    QByteArray peekLine();
    /** The sentence about a byte that is no text since the last call, or nothing. */
    std::optional<QString> takeBadByte() { return m_badByte ? std::exchange(m_badByte, std::nullopt) : std::nullopt; }

private:
    TextSource(std::unique_ptr<ByteSource> bytes, TextEncoding encoding) : m_bytes(std::move(bytes)), m_encoding(encoding) {}
    bool refill();
    QByteArray decoded(const QByteArray &block);
    void readMark(QByteArray &block);
    void inspect(int byte);
    void startSequence(int byte);
    void report(int byte, qint64 at);

    std::unique_ptr<ByteSource> m_bytes;
    TextEncoding m_encoding;
    std::optional<QStringDecoder> m_utf16;
    QByteArray m_block;
    qsizetype m_at = 0;
    qint64 m_before = 0; ///< bytes in front of m_block
    qint64 m_line = 1;
    int m_follow = 0;    ///< continuation bytes that must come
    int m_lead = 0;      ///< the byte that announced them
    qint64 m_leadAt = 0;
    int m_lowest = 0x80; ///< bounds of the next continuation byte
    int m_highest = 0xbf;
    bool m_started = false;
    bool m_ended = false;
    std::optional<QString> m_badByte;
    std::optional<Error> m_failure;
};

} // namespace calldeck
