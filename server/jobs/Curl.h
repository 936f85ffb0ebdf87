#pragma once

#include "records/Result.h"

#include <QByteArray>
#include <QIODevice>
#include <QList>
#include <QString>
#include <atomic>
#include <curl/curl.h>
#include <memory>

namespace calldeck
{

/**
 * One transfer by libcurl with limits that always hold: no redirects, 5 s to connect, 15 s without anything that moves, 60 s in all unless
 * setLimits() says less, certificates checked.
 */
class CurlTransfer
{
public:
    explicit CurlTransfer(const QByteArray &url);
    CurlTransfer(const CurlTransfer &) = delete;
    CurlTransfer &operator=(const CurlTransfer &) = delete;

    CURL *handle() const { return m_handle.get(); }
    void addHeader(const QByteArray &line);
    /** What is sent; must stay until perform() returns. */
    void setUpload(QByteArrayView bytes);
    /** What is posted, as application/x-www-form-urlencoded. */
    void setForm(const QByteArray &form);
    /** Of the whole transfer, and of the answer's body. */
    void setLimits(long seconds, qsizetype answerBytes);
    /** Certificates are checked with this PEM file instead of the system's. */
    void setAuthority(const QString &file);
    /** Nothing but these protocols, "https" or "smtp,smtps". */
    void setProtocols(const char *names);
    /** The code of the answer; an error when there was none. Blocks. */
    Result<long> perform();
    /** Where the body of an answer 200 goes, up to `most` bytes: more breaks off. Other bodies are let go. Must stay until perform() returns. */
    void setAnswer(QIODevice *to, qint64 most);
    /** perform() breaks off within about a second of its becoming true. */
    void setStop(const std::atomic<bool> *stop);
    /** The answer's body where setAnswer() named no other place: at most 1 MiB, or what setLimits() said; a longer one is an error. */
    const QByteArray &answer() const { return m_answer; }

private:
    struct Free {
        void operator()(CURL *handle) const { curl_easy_cleanup(handle); }
        void operator()(curl_slist *list) const { curl_slist_free_all(list); }
    };
    static size_t read(char *to, size_t size, size_t count, void *self);
    static size_t write(char *from, size_t size, size_t count, void *self);
    static int look(void *self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

    std::unique_ptr<CURL, Free> m_handle;
    std::unique_ptr<curl_slist, Free> m_headers;
    QByteArrayView m_upload;
    qsizetype m_sent = 0;
    QIODevice *m_sink = nullptr;
    qint64 m_room = 0;
    const std::atomic<bool> *m_stop = nullptr;
    qsizetype m_mostAnswer = 1024 * 1024;
    QByteArray m_answer;
};

} // namespace calldeck
