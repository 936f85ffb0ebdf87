#include "http/Multipart.h"

#include <optional>

namespace calldeck
{

namespace
{

Error bad(const char *what) { return {Error::Code::InvalidInput, QStringLiteral("body is no multipart/form-data: %1.").arg(QLatin1String(what)), {}, false}; }

bool isTokenLetter(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') || QByteArrayView("!#$%&'*+-.^_`|~").contains(letter);
}

/** `main; name=value; name="value"` of a header, strictly. */
class ParameterReader
{
public:
    explicit ParameterReader(QByteArrayView text) : m_text(text) {}

    /** The word before the first semicolon, in lower case. */
    QByteArray main()
    {
        const qsizetype begin = m_at;
        while (m_at < m_text.size() && (isTokenLetter(m_text[m_at]) || m_text[m_at] == '/'))
            ++m_at;
        return m_text.sliced(begin, m_at - begin).toByteArray().toLower();
    }
    /** False at the end or when it is malformed, which isBad() tells apart. */
    bool next(QByteArray &name, QByteArray &value)
    {
        skipBlanks();
        if (m_at == m_text.size())
            return false;
        m_bad = !take(';');
        skipBlanks();
        name.clear();
        while (!m_bad && m_at < m_text.size() && isTokenLetter(m_text[m_at]))
            name += m_text[m_at++];
        name = name.toLower();
        m_bad = m_bad || name.isEmpty() || !take('=') || !readValue(value);
        return !m_bad;
    }
    bool isBad() const { return m_bad; }

private:
    void skipBlanks()
    {
        while (m_at < m_text.size() && m_text[m_at] == ' ')
            ++m_at;
    }
    bool take(char letter)
    {
        if (m_at == m_text.size() || m_text[m_at] != letter)
            return false;
        ++m_at;
        return true;
    }
    bool readValue(QByteArray &value)
    {
        value.clear();
        if (!take('"')) {
            while (m_at < m_text.size() && isTokenLetter(m_text[m_at]))
                value += m_text[m_at++];
            return !value.isEmpty();
        }
        while (m_at < m_text.size() && m_text[m_at] != '"') {
            // A backslash before anything but a quote is itself: that is how browsers send names.
            if (m_text[m_at] == '\\' && m_at + 1 < m_text.size() && m_text[m_at + 1] == '"')
                ++m_at;
            value += m_text[m_at++];
        }
        return take('"');
    }

    QByteArrayView m_text;
    qsizetype m_at = 0;
    bool m_bad = false;
};

std::optional<QByteArray> boundaryOf(const QByteArray &content_type)
{
    constexpr qsizetype longest = 70;
    ParameterReader reader(content_type);
    if (reader.main() != "multipart/form-data")
        return std::nullopt;
    std::optional<QByteArray> boundary;
    QByteArray name;
    QByteArray value;
    while (reader.next(name, value)) {
        if (name != "boundary")
            continue;
        const bool plain = std::all_of(value.cbegin(), value.cend(), [](char letter) { return isTokenLetter(letter) || QByteArrayView("()+_,-./:=?").contains(letter); });
        if (boundary || value.isEmpty() || value.size() > longest || !plain)
            return std::nullopt;
        boundary = value;
    }
    return reader.isBad() ? std::nullopt : boundary;
}

Verdict takeDisposition(QByteArrayView value, MultipartPart &part)
{
    ParameterReader reader(value);
    if (reader.main() != "form-data")
        return bad("a part is no form-data");
    bool named = false;
    QByteArray name;
    QByteArray text;
    while (reader.next(name, text)) {
        if (text.size() > MultipartLimits::name_bytes)
            return bad("a name is too long");
        if (name == "name" && !named) {
            named = true;
            part.name = text;
        } else if (name == "filename" && !part.is_file) {
            part.is_file = true;
            part.file_name = text;
        } else {
            return bad("a part has a parameter twice or one that is not known");
        }
    }
    return named && !reader.isBad() ? Verdict(Done{}) : bad("a part has no name");
}

Verdict takeHeader(QByteArrayView line, MultipartPart &part, bool &disposed, bool &typed)
{
    const qsizetype colon = line.indexOf(':');
    if (colon < 1 || std::any_of(line.cbegin(), line.cend(), [](char letter) { return static_cast<uchar>(letter) < 0x20 || letter == 0x7f; }))
        return bad("a header of a part cannot be read");
    const QByteArray name = line.first(colon).toByteArray().toLower();
    const QByteArrayView value = line.sliced(colon + 1).trimmed();
    if (name == "content-disposition" && !disposed) {
        disposed = true;
        return takeDisposition(value, part);
    }
    if (name == "content-type" && !typed) {
        typed = true;
        part.content_type = ParameterReader(value).main();
        return part.content_type.isEmpty() ? bad("a content type cannot be read") : Verdict(Done{});
    }
    return bad("a part has a header twice or one that is not known");
}

/** The headers up to the empty line; gives how many bytes they took with it. */
Result<qsizetype> takeHeaders(QByteArrayView text, MultipartPart &part)
{
    const QByteArrayView near = text.first(std::min(text.size(), MultipartLimits::header_bytes));
    bool disposed = false;
    bool typed = false;
    qsizetype at = 0;
    for (;;) {
        const qsizetype end = near.indexOf(QByteArrayView("\r\n"), at);
        if (end < 0)
            return bad("the headers of a part do not end");
        if (end == at)
            break;
        if (Verdict taken = takeHeader(near.sliced(at, end - at), part, disposed, typed); !taken)
            return taken.error();
        at = end + 2;
    }
    if (!disposed)
        return bad("a part has no Content-Disposition");
    return at + 2;
}

} // namespace

Result<QList<MultipartPart>> readMultipart(QByteArrayView body, const QByteArray &content_type)
{
    const auto boundary = boundaryOf(content_type);
    if (!boundary)
        return bad("the Content-Type has no good boundary");
    const QByteArray first = "--" + *boundary;
    const QByteArray between = "\r\n" + first;
    if (!body.startsWith(first))
        return bad("it does not begin with its boundary");
    QList<MultipartPart> parts;
    qsizetype at = first.size();
    for (;;) {
        const QByteArrayView rest = body.sliced(at);
        if (rest == "--" || rest == "--\r\n")
            return parts;
        if (!rest.startsWith("\r\n"))
            return bad("a boundary is followed by something else");
        if (parts.size() == MultipartLimits::parts)
            return bad("it has too many parts");
        MultipartPart part;
        const auto headers = takeHeaders(rest.sliced(2), part);
        if (!headers)
            return headers.error();
        // The empty line's own end may begin the boundary of an empty part.
        const qsizetype begin = at + 2 + *headers;
        const qsizetype end = body.indexOf(between, begin - 2);
        if (end < 0)
            return bad("its last boundary is missing");
        part.body = end < begin ? QByteArrayView() : body.sliced(begin, end - begin);
        at = end + between.size();
        parts.append(part);
    }
}

} // namespace calldeck
