#include "http/ResponseHead.h"

#include "http/RequestRules.h"
#include <algorithm>
#include <array>
#include <ctime>

namespace calldeck
{

namespace
{

struct Reason {
    int status;
    const char *text;
};

constexpr std::array reasons{Reason{101, "Switching Protocols"},
                             Reason{200, "OK"},
                             Reason{201, "Created"},
                             Reason{202, "Accepted"},
                             Reason{204, "No Content"},
                             Reason{206, "Partial Content"},
                             Reason{301, "Moved Permanently"},
                             Reason{302, "Found"},
                             Reason{303, "See Other"},
                             Reason{304, "Not Modified"},
                             Reason{307, "Temporary Redirect"},
                             Reason{308, "Permanent Redirect"},
                             Reason{400, "Bad Request"},
                             Reason{401, "Unauthorized"},
                             Reason{403, "Forbidden"},
                             Reason{404, "Not Found"},
                             Reason{405, "Method Not Allowed"},
                             Reason{406, "Not Acceptable"},
                             Reason{408, "Request Timeout"},
                             Reason{409, "Conflict"},
                             Reason{410, "Gone"},
                             Reason{412, "Precondition Failed"},
                             Reason{413, "Content Too Large"},
                             Reason{415, "Unsupported Media Type"},
                             Reason{416, "Range Not Satisfiable"},
                             Reason{417, "Expectation Failed"},
                             Reason{422, "Unprocessable Content"},
                             Reason{423, "Locked"},
                             Reason{426, "Upgrade Required"},
                             Reason{428, "Precondition Required"},
                             Reason{429, "Too Many Requests"},
                             Reason{431, "Request Header Fields Too Large"},
                             Reason{500, "Internal Server Error"},
                             Reason{501, "Not Implemented"},
                             Reason{502, "Bad Gateway"},
                             Reason{503, "Service Unavailable"},
                             Reason{504, "Gateway Timeout"},
                             Reason{505, "HTTP Version Not Supported"},
                             Reason{507, "Insufficient Storage"}};

const char *reasonOf(int status)
{
    const auto found =
        std::find_if(reasons.begin(), reasons.end(), [&](const Reason &reason) { return reason.status == status; });
    return found == reasons.end() ? "Status" : found->text;
}

bool isHeaderName(QByteArrayView name)
{
    constexpr QByteArrayView marks("!#$%&'*+-.^_`|~");
    return !name.isEmpty() && std::all_of(name.begin(), name.end(), [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || marks.contains(c);
    });
}

bool isOurs(const QByteArray &name)
{
    constexpr std::array names{"content-length", "transfer-encoding", "connection",
                               "date",           "x-request-id",      "content-type"};
    return std::any_of(names.begin(), names.end(),
                       [&](const char *ours) { return name.compare(ours, Qt::CaseInsensitive) == 0; });
}

/** Made once a second: making it costs as much as the rest of a head. */
QByteArray date()
{
    thread_local std::time_t made_at = 0;
    thread_local QByteArray made;
    const std::time_t now = std::time(nullptr);
    if (now != made_at) {
        std::tm parts{};
        gmtime_r(&now, &parts);
        std::array<char, 40> text{};
        const std::size_t size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
        made = QByteArray(text.data(), static_cast<qsizetype>(size));
        made_at = now;
    }
    return made;
}

void addFraming(QByteArray &head, const ResponseHeadPlan &plan)
{
    if (plan.framing == Framing::Length)
        head += "Content-Length: " + QByteArray::number(plan.length) + "\r\n";
    else if (plan.framing == Framing::Chunks)
        head += "Transfer-Encoding: chunked\r\n";
    if (!plan.keep_alive)
        head += "Connection: close\r\n";
    else if (plan.minor == 0)
        head += "Connection: keep-alive\r\n";
}

} // namespace

QByteArray headerValue(QByteArrayView text)
{
    QByteArray value = text.toByteArray();
    for (char &c : value) {
        const auto code = static_cast<unsigned char>(c);
        if (code < 0x20 || code == 0x7f)
            c = ' ';
    }
    return value.trimmed();
}

bool asksToClose(const HttpResponse &response)
{
    return std::any_of(response.headers.begin(), response.headers.end(), [](const auto &header) {
        return header.first.compare("connection", Qt::CaseInsensitive) == 0 && hasToken(header.second, "close");
    });
}

QByteArray responseHead(const HttpResponse &response, const ResponseHeadPlan &plan)
{
    QByteArray head;
    head.reserve(512);
    head += "HTTP/1.1 " + QByteArray::number(response.status) + ' ' + reasonOf(response.status) +
            "\r\nDate: " + date() + "\r\n";
    if (!response.content_type.isEmpty() && plan.framing != Framing::None)
        head += "Content-Type: " + headerValue(response.content_type) + "\r\n";
    for (const auto &[name, value] : response.headers) {
        if (isHeaderName(name) && !isOurs(name))
            head += name + ": " + headerValue(value) + "\r\n";
    }
    addFraming(head, plan);
    return head + "X-Request-Id: " + plan.id + "\r\n\r\n";
}

} // namespace calldeck
