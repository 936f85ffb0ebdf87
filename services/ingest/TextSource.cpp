#include "ingest/TextSource.h"

namespace calldeck
{

namespace
{

constexpr qsizetype blockSize = 256 * 1024;

// Where Windows-1252 differs from Latin-1: 0x80 to 0x9f; 0 stands for a code that is not assigned.
constexpr char16_t windows1252[32] = {0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
                                      0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
                                      0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

QByteArray fromWindows1252(const QByteArray &block)
{
    QString text = QString::fromLatin1(block);
    for (QChar &character : text) {
        const char16_t code = character.unicode();
        if (code >= 0x80 && code < 0xa0)
            character = QChar(windows1252[code - 0x80] ? windows1252[code - 0x80] : char16_t(0xfffd));
    }
    return text.toUtf8();
}

} // namespace

Result<std::unique_ptr<TextSource>> TextSource::open(const QString &file, TextEncoding encoding)
{
    auto bytes = ByteSource::open(file);
    if (!bytes)
        return bytes.error();
    return std::unique_ptr<TextSource>(new TextSource(*std::move(bytes), encoding));
}

bool TextSource::refill()
{
    while (!m_ended && !m_failure) {
        QByteArray block(blockSize, Qt::Uninitialized);
        const auto got = m_bytes->read(block.data(), block.size());
        if (!got) {
            m_failure = got.error();
            return false;
        }
        m_ended = *got == 0;
        block.truncate(static_cast<qsizetype>(*got));
        if (!m_started)
            readMark(block);
        m_before += m_block.size();
        m_block = decoded(block);
        m_at = 0;
        if (!m_block.isEmpty())
            return true;
    }
    if (m_follow > 0) {
        m_follow = 0;
        m_badByte = QStringLiteral("the file ends in the middle of a UTF-8 character (byte %1 of the file)").arg(m_before + m_at);
    }
    return false;
}

void TextSource::readMark(QByteArray &block)
{
    m_started = true;
    if (block.startsWith("\xef\xbb\xbf")) {
        block.remove(0, 3);
        m_before = 3;
        m_encoding = TextEncoding::Utf8;
    } else if (block.startsWith("\xff\xfe")) {
        m_utf16.emplace(QStringConverter::Utf16LE);
    } else if (block.startsWith("\xfe\xff")) {
        m_utf16.emplace(QStringConverter::Utf16BE);
    }
}

QByteArray TextSource::decoded(const QByteArray &block)
{
    if (m_utf16) {
        const QString text = m_utf16->decode(block);
        if (m_utf16->hasError())
            m_failure = Error{Error::Code::InvalidInput, QStringLiteral("The file says that it is UTF-16 but is not, near line %1. Save it as UTF-8.").arg(m_line), {}, false};
        return text.toUtf8();
    }
    switch (m_encoding) {
    case TextEncoding::Latin1: return QString::fromLatin1(block).toUtf8();
    case TextEncoding::Windows1252: return fromWindows1252(block);
    case TextEncoding::Utf8: break;
    }
    return block;
}

void TextSource::inspect(int byte)
{
    if (byte == 0) {
        m_follow = 0;
        m_badByte = QStringLiteral("byte %1 of the file is NUL, which no text holds; if the file is UTF-16, save it with its byte-order mark or as UTF-8").arg(m_before + m_at);
    } else if (m_follow > 0 && byte >= m_lowest && byte <= m_highest) {
        --m_follow;
        m_lowest = 0x80;
        m_highest = 0xbf;
    } else if (m_follow > 0) {
        m_follow = 0;
        report(m_lead, m_leadAt);
    } else {
        startSequence(byte);
    }
}

void TextSource::startSequence(int byte)
{
    // The bounds of the second byte keep out overlong forms, surrogates and what lies beyond U+10FFFF.
    m_lowest = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
    m_highest = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;
    if (byte >= 0xc2 && byte <= 0xdf)
        m_follow = 1;
    else if (byte >= 0xe0 && byte <= 0xef)
        m_follow = 2;
    else if (byte >= 0xf0 && byte <= 0xf4)
        m_follow = 3;
    else
        return report(byte, m_before + m_at);
    m_lead = byte;
    m_leadAt = m_before + m_at;
}

void TextSource::report(int byte, qint64 at)
{
    m_badByte = QStringLiteral("byte %1 of the file (0x%2) is not valid UTF-8; save the file as UTF-8, or say \"encoding\": \"windows-1252\" in the mapping")
                    .arg(at)
                    .arg(byte, 2, 16, QLatin1Char('0'));
}

QByteArray TextSource::peekLine()
{
    if (peek() == end)
        return {};
    const qsizetype lineEnd = m_block.indexOf('\n', m_at);
    return m_block.mid(m_at, lineEnd < 0 ? -1 : lineEnd - m_at);
}

} // namespace calldeck
