#include "rules/FileKind.h"

#include <QStringDecoder>
#include <QStringList>
#include <array>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

struct Magic {
    const char *type;
    qsizetype at;
    QByteArrayView bytes;
};

// A kind may begin in several ways. Those without a line here are text.
constexpr std::array magics{
    Magic{"image/png", 0, "\x89PNG\r\n\x1a\n"}, Magic{"image/jpeg", 0, "\xff\xd8\xff"},   Magic{"image/gif", 0, "GIF87a"},       Magic{"image/gif", 0, "GIF89a"},
    Magic{"image/webp", 8, "WEBP"},             Magic{"application/pdf", 0, "%PDF-"},     Magic{"application/zip", 0, "PK\x03\x04"},
    Magic{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", 0, "PK\x03\x04"},
    Magic{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 0, "PK\x03\x04"},
    Magic{"audio/mpeg", 0, "ID3"},              Magic{"audio/mpeg", 0, "\xff\xfb"},       Magic{"audio/mpeg", 0, "\xff\xf3"},    Magic{"audio/mpeg", 0, "\xff\xf2"},
    Magic{"audio/wav", 8, "WAVE"},              Magic{"audio/x-wav", 8, "WAVE"},          Magic{"audio/ogg", 0, "OggS"},         Magic{"audio/mp4", 4, "ftyp"},
    Magic{"video/mp4", 4, "ftyp"},
};
constexpr std::array texts{"text/plain", "text/csv"};

bool isText(const QByteArray &type)
{
    return std::any_of(texts.begin(), texts.end(), [&](const char *one) { return type == one; });
}

bool isCleanText(QByteArrayView content)
{
    if (content.contains('\0'))
        return false;
    QStringDecoder decoder(QStringDecoder::Utf8);
    constexpr qsizetype piece = 64 * 1024;
    for (qsizetype at = 0; at < content.size(); at += piece) {
        const QString part = decoder(content.sliced(at, std::min(piece, content.size() - at)));
        if (decoder.hasError())
            return false;
    }
    return true;
}

bool isUnwanted(char32_t letter)
{
    const auto category = QChar::category(letter);
    const bool invisible = category == QChar::Other_Control || category == QChar::Other_Format || category == QChar::Other_Surrogate || category == QChar::Separator_Line
                           || category == QChar::Separator_Paragraph || category == QChar::Other_NotAssigned;
    return invisible || (letter < 0x80 && u"/\\:*?\"<>|"_s.contains(QChar(static_cast<char16_t>(letter))));
}

bool isReserved(const QString &stem)
{
    static const QStringList names{u"CON"_s, u"PRN"_s, u"AUX"_s, u"NUL"_s};
    const QString upper = stem.toUpper().trimmed();
    const bool port = upper.size() == 4 && (upper.startsWith(u"COM"_s) || upper.startsWith(u"LPT"_s)) && upper[3].isDigit();
    return names.contains(upper) || port;
}

/** At most so many bytes of UTF-8, cut between characters. */
QString cutTo(QString text, qsizetype bytes)
{
    while (text.toUtf8().size() > bytes)
        text.chop(text.size() > 1 && text.back().isLowSurrogate() ? 2 : 1);
    return text;
}

QString withoutEdges(QString text)
{
    while (!text.isEmpty() && (text.front() == u'.' || text.front().isSpace()))
        text.remove(0, 1);
    while (!text.isEmpty() && (text.back() == u'.' || text.back().isSpace()))
        text.chop(1);
    return text;
}

} // namespace

QString cleanFileName(const QString &name)
{
    constexpr qsizetype longest = 200;
    constexpr qsizetype longestEnding = 20;
    const QString last = name.mid(std::max(name.lastIndexOf(u'/'), name.lastIndexOf(u'\\')) + 1);
    QString clean;
    const QList<uint> letters = last.toUcs4();
    for (const uint code : letters) {
        const auto letter = static_cast<char32_t>(code);
        if (!isUnwanted(letter))
            clean += QString::fromUcs4(&letter, 1);
    }
    clean = withoutEdges(clean);
    const qsizetype dot = clean.lastIndexOf(u'.');
    const QString ending = dot > 0 && clean.size() - dot <= longestEnding ? clean.mid(dot) : QString();
    QString stem = clean.left(clean.size() - ending.size());
    if (isReserved(stem.section(u'.', 0, 0)))
        stem.prepend(u'_');
    stem = withoutEdges(cutTo(stem, longest - ending.toUtf8().size()));
    return stem.isEmpty() ? QString(u"file"_s % ending) : QString(stem % ending);
}

bool isAttachable(const QByteArray &type)
{
    return isText(type) || std::any_of(magics.begin(), magics.end(), [&](const Magic &magic) { return type == magic.type; });
}

bool looksLike(const QByteArray &type, QByteArrayView content)
{
    if (isText(type))
        return isCleanText(content);
    return std::any_of(magics.begin(), magics.end(), [&](const Magic &magic) {
        return type == magic.type && content.size() >= magic.at + magic.bytes.size() && content.sliced(magic.at, magic.bytes.size()) == magic.bytes;
    });
}

} // namespace calldeck
