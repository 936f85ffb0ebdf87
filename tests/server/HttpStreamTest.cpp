#include "HttpFixture.h"

using namespace calldeck;
using namespace calldeck::test;

namespace
{

class HttpStreamTest : public HttpFixture
{
protected:
    /** Answers everything with a stream of `pieces` pieces, and then an error if `fails`. */
    void stream(int pieces, bool fails = false, qint64 known = -1)
    {
        handler.on_request = [=, this](HttpRequest, HttpReply reply) {
            HttpResponse response;
            response.stream_bytes = known;
            response.stream = [=, this, given = 0,
                               alive = std::make_shared<Alive>(this)](qint64 most) mutable -> Result<QByteArray> {
                EXPECT_NE(std::this_thread::get_id(), io_thread);
                if (given == pieces && fails)
                    return Error{};
                if (given == pieces)
                    return QByteArray();
                pulled += most;
                return QByteArray(most, static_cast<char>('a' + given++ % 26));
            };
            io_thread = std::this_thread::get_id();
            reply.send(std::move(response));
        };
    }

    struct Alive {
        explicit Alive(HttpStreamTest *test) : m_test(test) { ++m_test->streams; }
        ~Alive() { --m_test->streams; }
        HttpStreamTest *m_test;
    };

    static constexpr qint64 piece = 64 * 1024;
    std::atomic<qint64> pulled = 0;
    std::atomic_int streams = 0;
    std::thread::id io_thread;
};

} // namespace

TEST_F(HttpStreamTest, piecesComeInOrder)
{
    config.threads = 1;
    stream(30);
    start();
    HttpPeer peer(port());
    for (int round = 0; round < 2; ++round) {
        peer.get("/a");
        const Answer answer = peer.answer();
        EXPECT_EQ(answer["transfer-encoding"], "chunked");
        EXPECT_TRUE(answer.whole);
        ASSERT_EQ(answer.body.size(), 30 * piece);
        for (qsizetype count = 0; count < 30; ++count)
            EXPECT_EQ(answer.body[count * piece], 'a' + count % 26);
    }
    EXPECT_TRUE(eventually([&] { return streams == 0; }));
}

TEST_F(HttpStreamTest, knownLengthIsTold)
{
    config.threads = 1;
    stream(3, false, 3 * piece);
    start();
    HttpPeer peer(port());
    peer.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(peer.answer(true)["content-length"], QByteArray::number(3 * piece));
    EXPECT_EQ(pulled, 0);
    peer.get("/a");
    const Answer answer = peer.answer();
    EXPECT_EQ(answer.body.size(), 3 * piece);
    EXPECT_FALSE(answer.headers.contains("transfer-encoding"));
    peer.get("/a");
    EXPECT_TRUE(peer.answer().whole);
}

TEST_F(HttpStreamTest, wrongLengthIsCut)
{
    config.threads = 1;
    for (const qint64 known : {2 * piece, 4 * piece}) {
        stream(3, false, known);
        start();
        HttpPeer peer(port());
        peer.get("/a");
        EXPECT_FALSE(peer.answer().whole && known > 3 * piece);
        EXPECT_TRUE(peer.closed());
        EXPECT_TRUE(peer.in.isEmpty());
    }
}

TEST_F(HttpStreamTest, oldProtocolGetsItUntilTheEnd)
{
    config.threads = 1;
    stream(3);
    start();
    const Answer answer = ask("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(answer.body.size(), 3 * piece);
    EXPECT_FALSE(answer.headers.contains("transfer-encoding"));
}

TEST_F(HttpStreamTest, errorIsSeenAsAShortAnswer)
{
    config.threads = 1;
    stream(3, true);
    start();
    HttpPeer peer(port());
    peer.get("/a");
    const Answer answer = peer.answer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_FALSE(answer.whole);
    EXPECT_TRUE(peer.closed());
    EXPECT_TRUE(eventually([&] { return streams == 0; }));
}

TEST_F(HttpStreamTest, throwingIsAnError)
{
    handler.on_request = [](HttpRequest, HttpReply reply) {
        HttpResponse response;
        response.stream = [](qint64) -> Result<QByteArray> { throw std::runtime_error("oops"); };
        reply.send(std::move(response));
    };
    start();
    EXPECT_FALSE(ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n").whole);
}

TEST_F(HttpStreamTest, slowReaderHoldsTheStreamBack)
{
    config.threads = 1;
    config.limits.body_timeout = 1s;
    stream(1'000'000);
    start();
    HttpPeer peer(port(), 4096);
    peer.get("/a");
    EXPECT_TRUE(handler.lines.take(20s)) << "who reads nothing is cut off";
    EXPECT_TRUE(eventually([&] { return streams == 0; }));
    // The kernel's own buffers take a few megabytes.
    EXPECT_LT(pulled, 12'000'000);
}

TEST_F(HttpStreamTest, leavingEndsTheStream)
{
    config.threads = 1;
    stream(1'000'000);
    start();
    HttpPeer peer(port());
    peer.get("/a");
    EXPECT_TRUE(peer.has(1'000'000));
    peer.leave();
    EXPECT_TRUE(eventually([&] { return streams == 0; }));
    EXPECT_EQ(handler.lines.take().value().status, 200);
}

TEST_F(HttpStreamTest, stoppingEndsTheStream)
{
    config.threads = 1;
    stream(1'000'000);
    start();
    HttpPeer peer(port());
    peer.get("/a");
    EXPECT_TRUE(peer.has(1'000'000));
    server->stop(10ms);
    server.reset();
    EXPECT_EQ(streams, 0);
}

TEST_F(HttpStreamTest, workersMayComeFromOutside)
{
    config.threads = 1;
    Mailbox<std::function<void()>> jobs;
    config.post = [&](std::function<void()> job) { jobs.put(std::move(job)); };
    stream(3);
    start();
    std::atomic_int done = 0;
    std::thread worker([&] {
        while (done < 4) {
            if (auto job = jobs.take()) {
                (*job)();
                ++done;
            }
        }
    });
    EXPECT_EQ(ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n").body.size(), 3 * piece);
    worker.join();
}

TEST_F(HttpStreamTest, jobThatRunsAfterTheServerIsHarmless)
{
    config.threads = 1;
    Mailbox<std::function<void()>> jobs;
    config.post = [&](std::function<void()> job) { jobs.put(std::move(job)); };
    stream(3);
    start();
    HttpPeer peer(port());
    peer.get("/a");
    auto job = jobs.take().value();
    server->stop(0ms);
    server.reset();
    job();
    job = {};
    EXPECT_EQ(streams, 0);
}
