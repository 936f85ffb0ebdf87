#include "jobs/BlobStore.h"
#include "jobs/Curl.h"

#include <QTemporaryFile>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr qint64 mostBytes = 32LL * 1024 * 1024; ///< of a file; none that was put here is so big
constexpr auto noBytes = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"; ///< their SHA-256

Error refused(long code)
{
    if (code == 404)
        return {Error::Code::NotFound, u"There is no such file."_s, {}, false};
    return {Error::Code::Io, u"The store for files refused it. Try again shortly."_s, u"S3 answered %1"_s.arg(code), code >= 500 || code == 429};
}

class S3Blobs : public BlobStore
{
public:
    S3Blobs(S3Config config, QString spool) : m_config(std::move(config)), m_spool(std::move(spool)) {}

    Verdict put(const QString &name, QByteArrayView bytes, const QByteArray &sha256) override
    {
        const auto made = ready(name, sha256);
        CurlTransfer &transfer = *made;
        transfer.addHeader("Content-Type: application/octet-stream");
        transfer.setUpload(bytes);
        const auto code = transfer.perform();
        if (!code)
            return code.error();
        return *code >= 200 && *code < 300 ? Verdict(Done{}) : refused(*code);
    }

    Result<Content> read(const QString &name) override
    {
        const auto made = ready(name, noBytes);
        CurlTransfer &transfer = *made;
        const auto file = std::make_shared<QTemporaryFile>(QString(m_spool % u"/calldeck-blob-XXXXXX"_s));
        if (!file->open())
            return Error{Error::Code::DiskFull, u"There is no room for the file at the moment."_s, file->errorString(), true};
        transfer.setAnswer(file.get(), mostBytes);
        const auto code = transfer.perform();
        if (!code)
            return code.error();
        if (*code != 200)
            return refused(*code);
        if (!file->flush() || !file->seek(0))
            return Error{Error::Code::DiskFull, u"There is no room for the file at the moment."_s, file->errorString(), true};
        return Content{[file](qint64 most) -> Result<QByteArray> { return file->read(most); }, file->size()};
    }

    Verdict remove(const QString &name) override
    {
        const auto made = ready(name, noBytes);
        CurlTransfer &transfer = *made;
        curl_easy_setopt(transfer.handle(), CURLOPT_CUSTOMREQUEST, "DELETE");
        const auto code = transfer.perform();
        if (!code)
            return code.error();
        return (*code >= 200 && *code < 300) || *code == 404 ? Verdict(Done{}) : refused(*code);
    }

    void stop() override { m_stopped = true; }

private:
    /** Names are of plain characters, so that nothing has to be escaped. */
    std::unique_ptr<CurlTransfer> ready(const QString &name, const QByteArray &sha256) const
    {
        auto made = std::make_unique<CurlTransfer>(QString(m_config.endpoint % u'/' % m_config.bucket % u'/' % name).toLatin1());
        CurlTransfer &transfer = *made;
        transfer.setProtocols("http,https");
        transfer.setStop(&m_stopped);
        // Part of what is signed; libcurl 7.88 does not say it by itself.
        transfer.addHeader("x-amz-content-sha256: " + sha256);
        curl_easy_setopt(transfer.handle(), CURLOPT_AWS_SIGV4, QString(u"aws:amz:"_s % m_config.region % u":s3"_s).toLatin1().constData());
        curl_easy_setopt(transfer.handle(), CURLOPT_USERPWD, m_config.keys.constData());
        return made;
    }

    const S3Config m_config;
    const QString m_spool;
    std::atomic<bool> m_stopped = false;
};

} // namespace

std::shared_ptr<BlobStore> s3Blobs(const S3Config &config, const QString &spool) { return std::make_shared<S3Blobs>(config, spool); }

} // namespace calldeck
