#pragma once

#include "http/Messages.h"

namespace calldeck
{

/** Reads one request out of bytes, wherever they come from. One thread. */
class RequestReader
{
public:
    enum class State { More, Complete, Bad, BadVersion, TooBig, DiskFailed };

    RequestReader();
    ~RequestReader();

    /** Reads a whole head, up to its empty line, into method, target and headers. Complete or the fault. */
    State readHead(QByteArrayView head, HttpRequest &into);
    /** After the head: the 1 of HTTP/1.1. */
    int minor() const;
    bool keepsAlive() const;
    bool hasBody() const;

    /** Begins the body: more than `most` bytes are TooBig, at once if the head says so. With a folder, the body goes
     * into a file there. */
    State beginBody(qint64 most, const QString &folder = {});
    /** Takes from the front of `in` what belongs to the body. */
    State readBody(QByteArray &in);
    /** Once Complete. DiskFailed when the file could not be rewound. */
    State giveBody(HttpRequest &into);

private:
    struct Parser;
    std::unique_ptr<Parser> m_parser;
};

} // namespace calldeck
