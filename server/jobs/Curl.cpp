#include "jobs/Curl.h"

#include <QFile>
#include <algorithm>
#include <cstring>
#include <mutex>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr long connectSeconds = 5;
constexpr long wholeSeconds = 60;
constexpr long idleSeconds = 15;
constexpr long idleBytes = 100; ///< a second; less counts as nothing

CURL *newHandle()
{
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    return curl_easy_init();
}

} // namespace

CurlTransfer::CurlTransfer(const QByteArray &url) : m_handle(newHandle())
{
    curl_easy_setopt(handle(), CURLOPT_URL, url.constData());
    curl_easy_setopt(handle(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle(), CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle(), CURLOPT_CONNECTTIMEOUT, connectSeconds);
    curl_easy_setopt(handle(), CURLOPT_TIMEOUT, wholeSeconds);
    curl_easy_setopt(handle(), CURLOPT_LOW_SPEED_TIME, idleSeconds);
    curl_easy_setopt(handle(), CURLOPT_LOW_SPEED_LIMIT, idleBytes);
    curl_easy_setopt(handle(), CURLOPT_WRITEFUNCTION, &CurlTransfer::write);
    curl_easy_setopt(handle(), CURLOPT_WRITEDATA, this);
}

void CurlTransfer::addHeader(const QByteArray &line)
{
    m_headers.reset(curl_slist_append(m_headers.release(), line.constData()));
    curl_easy_setopt(handle(), CURLOPT_HTTPHEADER, m_headers.get());
}

void CurlTransfer::setUpload(QByteArrayView bytes)
{
    m_upload = bytes;
    curl_easy_setopt(handle(), CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(handle(), CURLOPT_READFUNCTION, &CurlTransfer::read);
    curl_easy_setopt(handle(), CURLOPT_READDATA, this);
    curl_easy_setopt(handle(), CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(bytes.size()));
}

void CurlTransfer::setAnswer(QIODevice *to, qint64 most)
{
    m_sink = to;
    m_room = most;
}

void CurlTransfer::setStop(const std::atomic<bool> *stop)
{
    m_stop = stop;
    curl_easy_setopt(handle(), CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(handle(), CURLOPT_XFERINFOFUNCTION, &CurlTransfer::look);
    curl_easy_setopt(handle(), CURLOPT_XFERINFODATA, this);
}

void CurlTransfer::setForm(const QByteArray &form)
{
    curl_easy_setopt(handle(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(form.size()));
    curl_easy_setopt(handle(), CURLOPT_COPYPOSTFIELDS, form.constData());
}

void CurlTransfer::setLimits(long seconds, qsizetype answerBytes)
{
    curl_easy_setopt(handle(), CURLOPT_TIMEOUT, seconds);
    m_mostAnswer = answerBytes;
}

void CurlTransfer::setAuthority(const QString &file) { curl_easy_setopt(handle(), CURLOPT_CAINFO, QFile::encodeName(file).constData()); }

void CurlTransfer::setProtocols(const char *names)
{
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(handle(), CURLOPT_PROTOCOLS_STR, names);
#else
    const bool mail = std::strstr(names, "smtp") != nullptr;
    curl_easy_setopt(handle(), CURLOPT_PROTOCOLS, mail ? CURLPROTO_SMTP | CURLPROTO_SMTPS : CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
}

Result<long> CurlTransfer::perform()
{
    const CURLcode code = curl_easy_perform(handle());
    long answered = 0;
    curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &answered);
    // What is wrong is between the two servers, not with what was sent: a password that is being changed, TLS that is not there yet.
    const bool isTheirs = code == CURLE_LOGIN_DENIED || code == CURLE_USE_SSL_FAILED;
    if (isTheirs || (code != CURLE_OK && answered == 0))
        return Error{Error::Code::Io, u"The other server is not reachable. Try again shortly."_s, QString::fromLatin1(curl_easy_strerror(code)), true};
    if (code != CURLE_OK && answered < 300)
        return Error{Error::Code::Io, u"The other server broke off. Try again shortly."_s, QString::fromLatin1(curl_easy_strerror(code)), true};
    return answered;
}

size_t CurlTransfer::read(char *to, size_t size, size_t count, void *self)
{
    auto *transfer = static_cast<CurlTransfer *>(self);
    const qsizetype most = std::min(static_cast<qsizetype>(size * count), transfer->m_upload.size() - transfer->m_sent);
    if (most > 0)
        std::memcpy(to, transfer->m_upload.data() + transfer->m_sent, static_cast<size_t>(most));
    transfer->m_sent += most;
    return static_cast<size_t>(most);
}

size_t CurlTransfer::write(char *from, size_t size, size_t count, void *self)
{
    auto *transfer = static_cast<CurlTransfer *>(self);
    const auto bytes = static_cast<qint64>(size * count);
    if (!transfer->m_sink) {
        if (transfer->m_answer.size() + bytes > transfer->m_mostAnswer)
            return 0;
        transfer->m_answer.append(from, bytes);
        return size * count;
    }
    long code = 0;
    curl_easy_getinfo(transfer->handle(), CURLINFO_RESPONSE_CODE, &code);
    if (code != 200)
        return size * count;
    transfer->m_room -= bytes;
    return transfer->m_room >= 0 && transfer->m_sink->write(from, bytes) == bytes ? size * count : 0;
}

int CurlTransfer::look(void *self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) { return static_cast<CurlTransfer *>(self)->m_stop->load() ? 1 : 0; }

} // namespace calldeck
