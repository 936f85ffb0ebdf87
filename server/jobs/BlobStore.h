#pragma once

#include "jobs/DataFolder.h"

#include <functional>

namespace calldeck
{

/** The bytes of attachments by name. Names are the backend's: letters, digits and "-". Any thread; blocks. */
class BlobStore
{
public:
    /** Bytes that come piece by piece; empty is the end. */
    struct Content {
        std::function<Result<QByteArray>(qint64 most)> next;
        qint64 bytes = 0;
    };

    virtual ~BlobStore() = default;
    /** Kept for good when it returns. `sha256` is the digest of `bytes` in hex. */
    virtual Verdict put(const QString &name, QByteArrayView bytes, const QByteArray &sha256) = 0;
    virtual Result<Content> read(const QString &name) = 0;
    /** One that is not there is fine. */
    virtual Verdict remove(const QString &name) = 0;
    /** What waits for another machine fails now, and all that comes later. */
    virtual void stop() {}
};

/** In a folder. */
std::shared_ptr<BlobStore> folderBlobs(std::shared_ptr<DataFolder> folder);

/** An S3-compatible store, spoken to by path-style addresses and signature version 4. */
struct S3Config {
    QString endpoint; ///< https://host[:port]; http only for tests on this machine
    QString bucket;
    QString region = QStringLiteral("us-east-1");
    QByteArray keys; ///< "access:secret"; never logged
};
/** What is read waits in a file of `spool` until it was given out. */
std::shared_ptr<BlobStore> s3Blobs(const S3Config &config, const QString &spool);

} // namespace calldeck
