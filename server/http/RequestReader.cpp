#include "http/RequestReader.h"

#include <QTemporaryFile>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <limits>

namespace calldeck
{

namespace
{

namespace http = boost::beast::http;
using ErrorCode = boost::system::error_code;

struct BodySink {
    QByteArray bytes;
    std::shared_ptr<QTemporaryFile> file;
};

/** What Beast's parser puts a body into. */
struct SinkBody {
    using value_type = BodySink;

    class reader
    {
    public:
        template <bool isRequest, class Fields> reader(http::header<isRequest, Fields> &, BodySink &sink) : m_sink(sink)
        {
        }
        void init(const boost::optional<std::uint64_t> &, ErrorCode &error) { error = {}; }
        void finish(ErrorCode &error) { error = {}; }
        template <class Buffers> std::size_t put(const Buffers &buffers, ErrorCode &error)
        {
            error = {};
            std::size_t taken = 0;
            for (const boost::asio::const_buffer piece : boost::beast::buffers_range_ref(buffers)) {
                if (!take(static_cast<const char *>(piece.data()), static_cast<qsizetype>(piece.size())))
                    error = make_error_code(boost::system::errc::io_error);
                taken += piece.size();
            }
            return taken;
        }

    private:
        bool take(const char *bytes, qsizetype size)
        {
            if (m_sink.file)
                return m_sink.file->write(bytes, size) == size;
            m_sink.bytes.append(bytes, size);
            return true;
        }

        BodySink &m_sink;
    };
};

QByteArray bytesOf(boost::beast::string_view text)
{
    return {text.data(), static_cast<qsizetype>(text.size())};
}

RequestReader::State stateOf(const ErrorCode &error)
{
    if (error == http::error::need_more)
        return RequestReader::State::More;
    if (error == http::error::body_limit)
        return RequestReader::State::TooBig;
    if (error == http::error::bad_version)
        return RequestReader::State::BadVersion;
    return error == boost::system::errc::io_error ? RequestReader::State::DiskFailed : RequestReader::State::Bad;
}

} // namespace

struct RequestReader::Parser : http::request_parser<SinkBody> {
    static constexpr std::uint32_t head_limit = 1024 * 1024; // the scanner before has the real one
};

RequestReader::RequestReader() : m_parser(std::make_unique<Parser>())
{
    m_parser->header_limit(Parser::head_limit);
    // The real limit comes with beginBody(); "none" makes Beast 1.74 refuse every Content-Length.
    m_parser->body_limit(std::numeric_limits<std::uint64_t>::max());
    m_parser->eager(false);
}

RequestReader::~RequestReader() = default;

RequestReader::State RequestReader::readHead(QByteArrayView head, HttpRequest &into)
{
    ErrorCode error;
    const std::size_t taken =
        m_parser->put(boost::asio::buffer(head.data(), static_cast<std::size_t>(head.size())), error);
    if (error)
        return error == http::error::need_more ? State::Bad : stateOf(error);
    if (!m_parser->is_header_done() || taken != static_cast<std::size_t>(head.size()))
        return State::Bad;
    const auto &message = m_parser->get();
    into.method = bytesOf(message.method_string());
    into.target = bytesOf(message.target());
    for (const auto &field : message)
        into.headers.append({bytesOf(field.name_string()).toLower(), bytesOf(field.value())});
    m_parser->eager(true);
    return State::Complete;
}

int RequestReader::minor() const
{
    return static_cast<int>(m_parser->get().version()) - 10;
}

bool RequestReader::keepsAlive() const
{
    return m_parser->keep_alive();
}

bool RequestReader::hasBody() const
{
    return !m_parser->is_done();
}

RequestReader::State RequestReader::beginBody(qint64 most, const QString &folder)
{
    const auto length = m_parser->content_length();
    if (length && *length > static_cast<std::uint64_t>(std::max<qint64>(0, most)))
        return State::TooBig;
    m_parser->body_limit(static_cast<std::uint64_t>(std::max<qint64>(0, most)));
    if (folder.isEmpty())
        return State::More;
    auto file = std::make_shared<QTemporaryFile>(QString(folder + QStringLiteral("/calldeck-body-XXXXXX")));
    if (!file->open())
        return State::DiskFailed;
    m_parser->get().body().file = std::move(file);
    return State::More;
}

RequestReader::State RequestReader::readBody(QByteArray &in)
{
    // A chunked body ends with "0\r\n\r\n", so as long as it goes on that much is to come. Beast 1.74 asserts on less
    // of its last chunk.
    const qsizetype least = m_parser->chunked() ? 5 : 1;
    while (!m_parser->is_done()) {
        if (in.size() < least)
            return State::More;
        ErrorCode error;
        const std::size_t taken =
            m_parser->put(boost::asio::buffer(in.constData(), static_cast<std::size_t>(in.size())), error);
        in.remove(0, static_cast<qsizetype>(taken));
        if (error)
            return stateOf(error);
    }
    return State::Complete;
}

RequestReader::State RequestReader::giveBody(HttpRequest &into)
{
    BodySink &sink = m_parser->get().body();
    into.body = std::move(sink.bytes);
    into.body_file = std::move(sink.file);
    return !into.body_file || (into.body_file->flush() && into.body_file->seek(0)) ? State::Complete
                                                                                   : State::DiskFailed;
}

} // namespace calldeck
