#include "http/Target.h"

#include <QStringDecoder>
#include <algorithm>
#include <optional>

namespace calldeck
{

namespace
{

int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::optional<QByteArray> unescaped(QByteArrayView text, bool plus_is_blank)
{
    QByteArray bytes;
    bytes.reserve(text.size());
    for (qsizetype at = 0; at < text.size(); ++at) {
        char c = text[at];
        if (c == '%') {
            const int high = at + 2 < text.size() ? digit(text[at + 1]) : -1;
            const int low = at + 2 < text.size() ? digit(text[at + 2]) : -1;
            if (high < 0 || low < 0)
                return {};
            c = static_cast<char>(high * 16 + low);
            at += 2;
        } else if (c == '+' && plus_is_blank) {
            c = ' ';
        }
        bytes.append(c);
    }
    return bytes;
}

std::optional<QString> decoded(QByteArrayView text, bool plus_is_blank)
{
    const std::optional<QByteArray> bytes = unescaped(text, plus_is_blank);
    if (!bytes || bytes->contains('\0'))
        return {};
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    QString result = decoder(*bytes);
    if (decoder.hasError())
        return {};
    return result;
}

template <class Visit> bool forEachPart(QByteArrayView text, char separator, Visit visit)
{
    for (qsizetype begin = 0; begin <= text.size();) {
        const qsizetype found = text.indexOf(separator, begin);
        const qsizetype end = found < 0 ? text.size() : found;
        if (!visit(text.sliced(begin, end - begin)))
            return false;
        begin = end + 1;
    }
    return true;
}

bool leadsAstray(const QString &segment)
{
    QString unified = segment;
    unified.replace(u'\\', u'/');
    const QStringList parts = unified.split(u'/');
    const bool moves = std::any_of(parts.begin(), parts.end(), [](const QString &part) {
        return part == QStringLiteral("..") || part == QStringLiteral(".");
    });
    return moves || std::any_of(segment.begin(), segment.end(), [](QChar c) { return c < u' ' || c == u'\x7f'; });
}

/** The path and query of an absolute target; the target itself otherwise. */
QByteArrayView withoutOrigin(QByteArrayView target)
{
    for (const QByteArrayView scheme : {QByteArrayView("http://"), QByteArrayView("https://")}) {
        if (!target.startsWith(scheme))
            continue;
        const qsizetype slash = target.indexOf('/', scheme.size());
        return slash < 0 ? QByteArrayView("/") : target.sliced(slash);
    }
    return target;
}

Error bad(const QString &why)
{
    return {Error::Code::InvalidInput, why, {}, false};
}

} // namespace

Result<Target> readTarget(QByteArrayView target)
{
    target = withoutOrigin(target);
    Target result;
    if (target == "*")
        return result;
    if (!target.startsWith('/') || target.contains('#'))
        return bad(QStringLiteral("The target of the request is no path."));

    const qsizetype mark = target.indexOf('?');
    const QByteArrayView path = (mark < 0 ? target : target.first(mark)).sliced(1);
    const bool path_reads = path.isEmpty() || forEachPart(path, '/', [&](QByteArrayView part) {
                                const std::optional<QString> segment = decoded(part, false);
                                if (!segment || leadsAstray(*segment))
                                    return false;
                                result.path.append(*segment);
                                return true;
                            });
    if (!path_reads)
        return bad(QStringLiteral(
            "The path of the request has a bad escape, a control character or a segment that leads out of it."));

    const QByteArrayView query = mark < 0 ? QByteArrayView() : target.sliced(mark + 1);
    const bool query_reads = forEachPart(query, '&', [&](QByteArrayView part) {
        if (part.isEmpty())
            return true;
        const qsizetype equals = part.indexOf('=');
        const auto name = decoded(equals < 0 ? part : part.first(equals), true);
        const auto value = decoded(equals < 0 ? QByteArrayView() : part.sliced(equals + 1), true);
        if (!name || !value)
            return false;
        result.query.append({*name, *value});
        return true;
    });
    if (!query_reads)
        return bad(QStringLiteral("The query of the request has a bad escape or is not UTF-8."));
    return result;
}

} // namespace calldeck
