#include "http/RequestRules.h"

#include <algorithm>

namespace calldeck
{

namespace
{

qsizetype count(const HttpRequest &head, QByteArrayView name)
{
    return std::count_if(head.headers.begin(), head.headers.end(),
                         [&](const auto &header) { return header.first == name; });
}

bool isNumber(const QByteArray &text)
{
    return !text.isEmpty() && text.size() <= 18 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

RequestFault fault(int status, const QString &code, const QString &detail)
{
    return {status, code, detail};
}

std::optional<RequestFault> framingFault(const HttpRequest &head, int minor)
{
    const qsizetype lengths = count(head, "content-length");
    const qsizetype encodings = count(head, "transfer-encoding");
    const QString code = QStringLiteral("bad_framing");
    if (lengths + encodings > 1)
        return fault(400, code, QStringLiteral("The request says more than once how long its body is."));
    if (lengths && !isNumber(head.header("content-length")))
        return fault(400, code, QStringLiteral("Content-Length is no number."));
    if (encodings && minor < 1)
        return fault(400, code, QStringLiteral("HTTP/1.0 knows no Transfer-Encoding."));
    if (encodings && head.header("transfer-encoding").compare("chunked", Qt::CaseInsensitive) != 0)
        return fault(501, QStringLiteral("unknown_encoding"),
                     QStringLiteral("The only Transfer-Encoding read here is chunked."));
    return {};
}

} // namespace

bool hasToken(QByteArrayView value, QByteArrayView token)
{
    const QList<QByteArray> parts = value.toByteArray().split(',');
    return std::any_of(parts.begin(), parts.end(),
                       [&](const QByteArray &part) { return part.trimmed().compare(token, Qt::CaseInsensitive) == 0; });
}

std::optional<RequestFault> requestFault(const HttpRequest &head, int minor)
{
    const qsizetype hosts = count(head, "host");
    if (hosts > 1 || (hosts == 0 && minor >= 1))
        return fault(400, QStringLiteral("bad_host"), QStringLiteral("A request has one Host header."));
    if (auto framing = framingFault(head, minor))
        return framing;
    const QByteArray expected = head.header("expect");
    if (!expected.isEmpty() && expected.compare("100-continue", Qt::CaseInsensitive) != 0)
        return fault(417, QStringLiteral("unknown_expectation"),
                     QStringLiteral("The only expectation met here is 100-continue."));
    return {};
}

bool asksForWebSocket(const HttpRequest &head, int minor)
{
    return minor >= 1 && head.method == "GET" && hasToken(head.header("upgrade"), "websocket") &&
           hasToken(head.header("connection"), "upgrade");
}

std::optional<RequestFault> webSocketFault(const HttpRequest &head)
{
    const QString code = QStringLiteral("bad_upgrade");
    if (head.header("sec-websocket-version") != "13")
        return fault(426, code, QStringLiteral("The only WebSocket version spoken here is 13."));
    const auto key =
        QByteArray::fromBase64Encoding(head.header("sec-websocket-key"), QByteArray::AbortOnBase64DecodingErrors);
    if (!key || key.decoded.size() != 16 || !head.header("sec-websocket-key").endsWith("==") ||
        count(head, "sec-websocket-key") != 1)
        return fault(400, code, QStringLiteral("Sec-WebSocket-Key is not 16 bytes in base64."));
    if (!head.header("transfer-encoding").isEmpty() || head.header("content-length").toLongLong() != 0)
        return fault(400, code, QStringLiteral("A request for a WebSocket has no body."));
    return {};
}

} // namespace calldeck
