#include "HttpFixture.h"

using namespace calldeck;
using namespace calldeck::test;

namespace
{

class HttpLifeTest : public HttpFixture
{
protected:
    /** Every request is put into `held` instead of being answered. */
    void hold()
    {
        handler.on_request = [this](HttpRequest, HttpReply reply) { held.put(std::move(reply)); };
    }

    Mailbox<HttpReply> held;
};

HttpResponse text(const QByteArray &body)
{
    HttpResponse response;
    response.body = body;
    return response;
}

} // namespace

TEST_F(HttpLifeTest, slowHeadIsCutOff)
{
    config.limits.header_timeout = 200ms;
    start();
    HttpPeer peer(port());
    peer.send("GET /a HTTP/1.1\r\nHo");
    EXPECT_EQ(peer.answer().status, 408);
    EXPECT_TRUE(peer.closed());
}

TEST_F(HttpLifeTest, drippingHeadIsCutOffToo)
{
    config.limits.header_timeout = 300ms;
    start();
    HttpPeer peer(port());
    peer.send("GET /a HTTP/1.1\r\n");
    while (peer.in.isEmpty() && peer.send("X: y\r\n"))
        peer.more(20ms);
    EXPECT_EQ(peer.answer().status, 408);
}

TEST_F(HttpLifeTest, slowBodyIsCutOff)
{
    config.limits.body_timeout = 300ms;
    start();
    HttpPeer peer(port());
    peer.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n");
    while (peer.in.isEmpty() && peer.send("x"))
        peer.more(20ms);
    EXPECT_EQ(peer.answer().status, 408);
    EXPECT_TRUE(peer.closed());
}

TEST_F(HttpLifeTest, bodyThatMovesMayTakeItsTime)
{
    config.limits.body_timeout = 200ms;
    config.limits.least_bytes_per_second = 1000;
    start();
    HttpPeer peer(port());
    peer.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 20000\r\n\r\n");
    for (int round = 0; round < 20; ++round) {
        ASSERT_TRUE(peer.send(QByteArray(1000, 'x')));
        EXPECT_TRUE(peer.in.isEmpty());
        peer.more(25ms);
    }
    EXPECT_EQ(peer.answer().status, 200);
}

TEST_F(HttpLifeTest, idleConnectionsAreClosedWithoutAWord)
{
    config.limits.header_timeout = 100ms;
    config.limits.idle_timeout = 200ms;
    start();
    HttpPeer silent(port());
    EXPECT_TRUE(silent.closed());
    EXPECT_TRUE(silent.in.isEmpty());
    HttpPeer once(port());
    once.get("/a");
    EXPECT_EQ(once.answer().status, 200);
    EXPECT_TRUE(once.closed());
    EXPECT_TRUE(once.in.isEmpty());
}

TEST_F(HttpLifeTest, waitingForAWorkerIsNotIdle)
{
    config.limits.idle_timeout = config.limits.header_timeout = config.limits.body_timeout = 100ms;
    hold();
    start();
    HttpPeer peer(port());
    peer.get("/a");
    const HttpReply reply = held.take().value();
    EXPECT_FALSE(peer.more(500ms));
    reply.send(text("late"));
    EXPECT_EQ(peer.answer().body, "late");
}

TEST_F(HttpLifeTest, slowReaderIsCutOff)
{
    config.limits.body_timeout = 300ms;
    handler.on_request = [](HttpRequest, HttpReply reply) { reply.send(text(QByteArray(30'000'000, 'x'))); };
    start();
    HttpPeer peer(port(), 4096);
    peer.get("/a");
    EXPECT_TRUE(handler.lines.take()) << "it is over although nothing was read";
    EXPECT_FALSE(peer.answer().whole);
}

TEST_F(HttpLifeTest, peerThatLeftIsNoticed)
{
    hold();
    start();
    for (const bool abruptly : {false, true}) {
        HttpPeer peer(port());
        peer.get("/a");
        const HttpReply reply = held.take().value();
        EXPECT_FALSE(reply.isGone());
        abruptly ? peer.reset() : peer.leave();
        EXPECT_TRUE(eventually([&] { return reply.isGone(); }));
        reply.send(text("too late"));
        EXPECT_TRUE(eventually([&] { return server->stats().connections == 0; }));
        handler.lines.take().value();
    }
}

TEST_F(HttpLifeTest, peerThatOnlyStoppedSendingIsAnswered)
{
    hold();
    start();
    HttpPeer peer(port());
    peer.get("/a");
    peer.halfClose();
    const HttpReply reply = held.take().value();
    EXPECT_TRUE(eventually([&] { return reply.isGone(); }));
    reply.send(text("still"));
    EXPECT_EQ(peer.answer().body, "still");
    EXPECT_TRUE(peer.closed());
}

TEST_F(HttpLifeTest, leavingInTheMiddleOfAnythingIsHarmless)
{
    handler.plan = [](const HttpRequest &) { return BodyPlan{BodyPlan::usual, true, {}}; };
    start();
    const QByteArray request(
        "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
    for (qsizetype size = 0; size <= request.size(); ++size) {
        HttpPeer peer(port());
        peer.send(request.left(size));
        size % 2 ? peer.reset() : peer.leave();
    }
    EXPECT_TRUE(eventually([&] { return server->stats().connections == 0; }));
    EXPECT_EQ(ask(request).body, "POST /a ");
}

TEST_F(HttpLifeTest, droppedReplyIsAnError)
{
    handler.on_request = [](HttpRequest, HttpReply) {};
    start();
    HttpPeer peer(port());
    peer.get("/a");
    const Answer answer = peer.answer();
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(codeOf(answer), QStringLiteral("unanswered"));
    peer.get("/b");
    EXPECT_EQ(peer.answer().status, 500);
}

TEST_F(HttpLifeTest, handlerThatThrowsIsAnError)
{
    handler.on_request = [](HttpRequest, HttpReply) { throw std::runtime_error("oops"); };
    start();
    for (int round = 0; round < 4; ++round)
        EXPECT_EQ(ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n").status, 500);
}

TEST_F(HttpLifeTest, onlyTheFirstAnswerCounts)
{
    hold();
    start();
    HttpPeer peer(port());
    peer.get("/a");
    const HttpReply reply = held.take().value();
    std::vector<std::thread> threads;
    for (int count = 0; count < 8; ++count)
        threads.emplace_back([reply] { reply.send(text("x")); });
    for (std::thread &thread : threads)
        thread.join();
    EXPECT_EQ(peer.answer().body, "x");
    peer.get("/b");
    const HttpReply second = held.take().value();
    reply.send(text("not for this one"));
    second.send(text("second"));
    EXPECT_EQ(peer.answer().body, "second");
}

TEST_F(HttpLifeTest, connectionsAreCapped)
{
    config.limits.connections = 3;
    start();
    std::vector<std::unique_ptr<HttpPeer>> peers;
    for (int count = 0; count < 3; ++count) {
        peers.push_back(std::make_unique<HttpPeer>(port()));
        peers.back()->get("/a");
        EXPECT_EQ(peers.back()->answer().status, 200);
    }
    HttpPeer extra(port());
    EXPECT_TRUE(extra.closed());
    EXPECT_EQ(server->stats().refused, 1);
    peers.pop_back();
    EXPECT_TRUE(eventually([&] { return server->stats().connections == 2; }));
    EXPECT_EQ(ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
}

TEST_F(HttpLifeTest, connectionsOfOnePeerAreCapped)
{
    config.limits.connections_per_peer = 2;
    start();
    std::vector<std::unique_ptr<HttpPeer>> peers;
    for (int count = 0; count < 2; ++count) {
        peers.push_back(std::make_unique<HttpPeer>(port()));
        peers.back()->get("/a");
        EXPECT_EQ(peers.back()->answer().status, 200);
    }
    HttpPeer extra(port());
    EXPECT_TRUE(extra.closed());
    HttpPeer other(port(), 0, "127.0.0.2");
    other.get("/a");
    EXPECT_EQ(other.answer().status, 200);
}

TEST_F(HttpLifeTest, stoppingLetsRequestsFinish)
{
    hold();
    start();
    HttpPeer idle(port());
    HttpPeer busy(port());
    busy.get("/a");
    const HttpReply reply = held.take().value();
    const quint16 port = this->port();
    std::thread stopping([&] { server->stop(20s); });
    EXPECT_TRUE(idle.closed());
    reply.send(text("finished"));
    const Answer answer = busy.answer();
    EXPECT_EQ(answer.body, "finished");
    EXPECT_EQ(answer["connection"], "close");
    busy.leave();
    stopping.join();
    EXPECT_EQ(server->stats().connections, 0);
    EXPECT_FALSE(HttpPeer(port).connected());
}

TEST_F(HttpLifeTest, stoppingDoesNotWaitForEver)
{
    hold();
    start();
    HttpPeer peer(port());
    peer.get("/a");
    const HttpReply reply = held.take().value();
    server->stop(50ms);
    EXPECT_TRUE(peer.closed());
    EXPECT_TRUE(reply.isGone());
    server.reset();
    reply.send(text("nobody is there"));
}

TEST_F(HttpLifeTest, stoppingUnderLoadIsClean)
{
    for (int round = 0; round < 20; ++round) {
        Mailbox<HttpReply> replies;
        handler.on_request = [&](HttpRequest, HttpReply reply) { replies.put(std::move(reply)); };
        start();
        std::atomic_bool over = false;
        std::thread worker([&] {
            while (auto reply = replies.take(over ? 0ms : 5ms)) {
                reply->send(text("x"));
            }
        });
        std::vector<std::unique_ptr<HttpPeer>> peers;
        for (int count = 0; count < 10; ++count) {
            peers.push_back(std::make_unique<HttpPeer>(port()));
            for (int request = 0; request < 10; ++request)
                peers.back()->get("/a");
        }
        server->stop(std::chrono::milliseconds(round % 4));
        server.reset();
        over = true;
        worker.join();
    }
}

TEST_F(HttpLifeTest, badConfigurationIsNamed)
{
    config.address = QStringLiteral("nowhere");
    EXPECT_EQ(HttpServer::listen(config, handler).error().code, Error::Code::InvalidInput);
    config.address = QStringLiteral("127.0.0.1");
    config.tls_key = QStringLiteral("/nowhere/key.pem");
    EXPECT_EQ(HttpServer::listen(config, handler).error().code, Error::Code::InvalidInput);
    config.tls_certificate = QStringLiteral("/nowhere/certificate.pem");
    EXPECT_EQ(HttpServer::listen(config, handler).error().code, Error::Code::InvalidInput);
    config.tls_key.clear();
    config.tls_certificate.clear();
    start();
    config.port = port();
    const auto second = HttpServer::listen(config, handler);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Error::Code::Busy);
}

TEST_F(HttpLifeTest, peersOfBothFamiliesAreServed)
{
    config.address = QStringLiteral("::");
    handler.on_request = [](HttpRequest request, HttpReply reply) { reply.send(text(request.peer.toUtf8())); };
    start();
    EXPECT_EQ(ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n").body, "127.0.0.1");
}
