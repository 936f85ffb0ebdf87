#include "HttpFixture.h"
#include "WebSocketPeer.h"
#include <QFile>

using namespace calldeck;
using namespace calldeck::test;

namespace
{

class WebSocketTest : public HttpFixture
{
protected:
    void SetUp() override
    {
        handler.on_upgrade = [this](HttpRequest request, WebSocketUpgrade upgrade) {
            const QByteArray offered = request.header("sec-websocket-protocol");
            upgrade.accept(offered.split(',').first().trimmed(), events());
        };
    }
    void TearDown() override
    {
        HttpFixture::TearDown();
        EXPECT_EQ(callbacks.use_count(), 1) << "the events were let go of";
    }
    WebSocketEvents events()
    {
        return {[this, held = callbacks](WebSocketLink link) { opened.put(link); },
                [this, held = callbacks](QByteArray text) { texts.put(text); },
                [this, held = callbacks](quint16 code) { closed.put(code); }};
    }
    /** Echoes as the socket's own thread, with no test in between. */
    void echo()
    {
        handler.on_upgrade = [](HttpRequest, WebSocketUpgrade upgrade) {
            auto link = std::make_shared<std::optional<WebSocketLink>>();
            upgrade.accept({}, {[link](WebSocketLink opened) { *link = opened; },
                                [link](QByteArray text) { (*link)->send(text); },
                                {}});
        };
    }

    std::shared_ptr<int> callbacks = std::make_shared<int>();
    Mailbox<WebSocketLink> opened;
    Mailbox<QByteArray> texts;
    Mailbox<quint16> closed;
};

} // namespace

TEST_F(WebSocketTest, opensWithSubprotocol)
{
    start();
    WebSocketPeer peer(port());
    const Answer answer = peer.open("Sec-WebSocket-Protocol: calldeck.v1, ticket.abc\r\n");
    EXPECT_EQ(answer.status, 101);
    EXPECT_EQ(answer["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    EXPECT_EQ(answer["sec-websocket-protocol"], "calldeck.v1");
    EXPECT_EQ(answer["x-request-id"].size(), 16);
    const WebSocketLink link = opened.take().value();
    EXPECT_TRUE(link.isOpen());
    EXPECT_EQ(server->stats().web_sockets, 1);
    EXPECT_EQ(handler.lines.take().value().status, 101);

    peer.sendFrame(WebSocketPeer::text, "hello");
    EXPECT_EQ(texts.take(), "hello");
    link.send("world");
    EXPECT_EQ(peer.next().payload, "world");
    link.close(4000, "enough");
    EXPECT_EQ(peer.closeCode(), 4000);
    EXPECT_FALSE(link.isOpen());
    peer.sendFrame(WebSocketPeer::close, QByteArray("\x0f\xa0", 2));
    EXPECT_EQ(closed.take(), 4000);
    EXPECT_TRUE(eventually([&] { return server->stats().connections == 0; }));
    EXPECT_EQ(server->stats().web_sockets, 0);
    link.send("nobody hears it");
}

TEST_F(WebSocketTest, refusalIsAnAnswer)
{
    int status = 401;
    handler.on_upgrade = [&](HttpRequest, WebSocketUpgrade upgrade) {
        upgrade.refuse(problem(status, QStringLiteral("no"), QStringLiteral("No")));
        upgrade.accept({}, events());
    };
    start();
    WebSocketPeer peer(port());
    EXPECT_EQ(peer.open().status, 401);
    status = 403;
    EXPECT_EQ(peer.open().status, 403);
    handler.on_upgrade = [](HttpRequest, WebSocketUpgrade) {};
    EXPECT_EQ(peer.open().status, 500);
}

TEST_F(WebSocketTest, badHandshakesAreRefused)
{
    start();
    const QByteArray good = WebSocketPeer::request();
    expectRefused(port(), QByteArray(good).replace("Version: 13", "Version: 8"), 426);
    expectRefused(port(), QByteArray(good).replace("dGhlIHNhbXBsZSBub25jZQ==", "short"), 400);
    expectRefused(port(), QByteArray(good).replace("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ"), 400);
    expectRefused(port(), WebSocketPeer::request("Content-Length: 3\r\n") + "abc", 400);
    expectRefused(port(), good + WebSocketPeer::frame(1, "too early"), 400);
}

TEST_F(WebSocketTest, upgradeMayBeDecidedLaterAndElsewhere)
{
    Mailbox<WebSocketUpgrade> held;
    handler.on_upgrade = [&](HttpRequest, WebSocketUpgrade upgrade) { held.put(upgrade); };
    start();
    WebSocketPeer gone(port());
    gone.send(WebSocketPeer::request());
    auto first = held.take();
    gone.reset();
    first->accept({}, events());
    first.reset();
    WebSocketPeer peer(port());
    peer.send(WebSocketPeer::request());
    held.take()->accept({}, events());
    EXPECT_EQ(peer.answer().status, 101);
    peer.leave();
    EXPECT_TRUE(eventually([&] { return server->stats().connections == 0; }));
}

TEST_F(WebSocketTest, echoes)
{
    echo();
    config.limits.socket_in_per_second = 1e9;
    config.limits.socket_in_burst = 1e9;
    start();
    WebSocketPeer peer(port());
    peer.open();
    for (qsizetype size : {0, 1, 125, 126, 127, 1000, 16'384}) {
        peer.sendFrame(WebSocketPeer::text, QByteArray(size, 'x'));
        const Frame frame = peer.next();
        EXPECT_EQ(frame.opcode, WebSocketPeer::text);
        EXPECT_TRUE(frame.last);
        EXPECT_EQ(frame.payload.size(), size);
    }
    for (int count = 0; count < 1000; ++count)
        peer.sendFrame(WebSocketPeer::text, QByteArray::number(count));
    for (int count = 0; count < 1000; ++count)
        ASSERT_EQ(peer.next().payload, QByteArray::number(count));
}

TEST_F(WebSocketTest, fragmentsAreJoined)
{
    start();
    WebSocketPeer peer(port());
    peer.open();
    peer.sendFrame(WebSocketPeer::text, "one ", false);
    peer.sendFrame(WebSocketPeer::ping, "p");
    peer.sendFrame(0, "two ", false);
    peer.sendFrame(0, "three");
    EXPECT_EQ(texts.take(), "one two three");
    EXPECT_EQ(peer.next().opcode, WebSocketPeer::pong);
}

TEST_F(WebSocketTest, peerMayClose)
{
    start();
    WebSocketPeer peer(port());
    peer.open();
    peer.sendFrame(WebSocketPeer::close, QByteArray("\x03\xe8", 2));
    EXPECT_EQ(peer.closeCode(), 1000);
    EXPECT_EQ(closed.take(), 1000);
    EXPECT_TRUE(peer.closed());
    WebSocketPeer gone(port());
    gone.open();
    gone.reset();
    EXPECT_EQ(closed.take(), 1006);
}

TEST_F(WebSocketTest, tooBigIsRefused)
{
    config.limits.linger_timeout = 300ms;
    start();
    for (const bool in_pieces : {false, true}) {
        WebSocketPeer peer(port());
        peer.open();
        if (in_pieces) {
            peer.sendFrame(WebSocketPeer::text, QByteArray(10'000, 'x'), false);
            peer.sendFrame(0, QByteArray(10'000, 'x'), false);
        } else {
            peer.send(QByteArray("\x81\xff\x00\x00\x00\x00\x40\x00\x00\x00", 10) + QByteArray(1000, 'x'));
        }
        EXPECT_EQ(peer.closeCode(), 1009);
        EXPECT_EQ(closed.take(), 1009) << "even though the peer does not answer";
    }
}

TEST_F(WebSocketTest, binaryIsRefused)
{
    start();
    WebSocketPeer peer(port());
    peer.open();
    peer.sendFrame(WebSocketPeer::binary, "x");
    EXPECT_EQ(peer.closeCode(), 1003);
    peer.leave();
    EXPECT_EQ(closed.take(), 1003);
}

TEST_F(WebSocketTest, nonsenseIsRefused)
{
    start();
    const QByteArray unmasked("\x81\x01x", 3);
    for (const QByteArray &bytes :
         {unmasked, WebSocketPeer::frame(3, "x"), WebSocketPeer::frame(0, "x"), WebSocketPeer::frame(0x41, "x"),
          WebSocketPeer::frame(WebSocketPeer::ping, QByteArray(126, 'x'))}) {
        WebSocketPeer peer(port());
        peer.open();
        peer.send(bytes);
        EXPECT_EQ(peer.closeCode(), 1002) << bytes.toHex().toStdString();
        peer.leave();
        EXPECT_EQ(closed.take(), 1002);
    }
    WebSocketPeer peer(port());
    peer.open();
    peer.sendFrame(WebSocketPeer::text, "\xff\xfe");
    EXPECT_EQ(peer.closeCode(), 1007);
    peer.leave();
    EXPECT_EQ(closed.take(), 1007);
}

TEST_F(WebSocketTest, floodIsRefused)
{
    start();
    for (const int kind : {WebSocketPeer::text, WebSocketPeer::ping}) {
        WebSocketPeer peer(port());
        peer.open();
        for (int count = 0; count < 10'000 && peer.sendFrame(kind, "x"); ++count) {
        }
        EXPECT_EQ(peer.closeCode(), 4029);
        peer.leave();
        EXPECT_EQ(closed.take(), 4029);
    }
}

TEST_F(WebSocketTest, peerThatDoesNotReadIsClosed)
{
    config.limits.linger_timeout = 10s;
    start();
    WebSocketPeer peer(port(), 4096);
    peer.open();
    const WebSocketLink link = opened.take().value();
    qint64 sent = 0;
    while (link.isOpen() && sent < 100'000'000) {
        link.send(QByteArray(10'000, 'x'));
        sent += 10'000;
        std::this_thread::yield();
    }
    EXPECT_FALSE(link.isOpen());
    qint64 got = 0;
    Frame frame = peer.next();
    for (; frame.opcode == WebSocketPeer::text; frame = peer.next())
        got += frame.payload.size();
    EXPECT_EQ(frame.code(), 4008);
    EXPECT_LT(got, 12'000'000) << "what came is what the kernel held";
    peer.leave();
    EXPECT_EQ(closed.take(), 4008);
}

TEST_F(WebSocketTest, peerThatNeverReadsIsCut)
{
    config.limits.linger_timeout = 200ms;
    start();
    WebSocketPeer peer(port(), 4096);
    peer.open();
    const WebSocketLink link = opened.take().value();
    while (link.isOpen())
        link.send(QByteArray(100'000, 'x'));
    EXPECT_EQ(closed.take(), 4008);
    EXPECT_EQ(server->stats().connections, 0);
}

TEST_F(WebSocketTest, silentPeerIsCut)
{
    config.limits.socket_ping = 50ms;
    config.limits.socket_dead = 300ms;
    start();
    WebSocketPeer peer(port());
    peer.open();
    EXPECT_EQ(peer.next().opcode, WebSocketPeer::ping);
    EXPECT_EQ(closed.take(), 1006);
    EXPECT_TRUE(peer.closed());
}

TEST_F(WebSocketTest, peerThatAnswersPingsStays)
{
    config.limits.socket_ping = 50ms;
    config.limits.socket_dead = 300ms;
    start();
    WebSocketPeer peer(port());
    peer.open();
    for (int round = 0; round < 12; ++round) {
        ASSERT_EQ(peer.next().opcode, WebSocketPeer::ping);
        peer.sendFrame(WebSocketPeer::pong);
    }
    EXPECT_FALSE(closed.take(0ms));
}

TEST_F(WebSocketTest, latestReplacesWhatWaits)
{
    start();
    WebSocketPeer peer(port(), 4096);
    peer.open();
    const WebSocketLink link = opened.take().value();
    constexpr int most = 200'000;
    for (int count = 0; count <= most; ++count)
        link.sendLatest(count % 2, QByteArray::number(count).rightJustified(1000));
    int came = 0;
    int last = -1;
    while (last < most) {
        const Frame frame = peer.next();
        ASSERT_EQ(frame.opcode, WebSocketPeer::text);
        last = std::max(last, frame.payload.trimmed().toInt());
        ++came;
    }
    EXPECT_LT(came, most / 2);
    EXPECT_TRUE(link.isOpen());
}

TEST_F(WebSocketTest, linksMayBeUsedFromEverywhere)
{
    start();
    WebSocketPeer peer(port());
    peer.open();
    const WebSocketLink link = opened.take().value();
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([link] {
            for (int count = 0; count < 200; ++count)
                link.send("x");
        });
    for (int count = 0; count < 800; ++count)
        ASSERT_EQ(peer.next().payload, "x");
    for (std::thread &thread : threads)
        thread.join();
}

TEST_F(WebSocketTest, closingInOpenedIsHeard)
{
    handler.on_upgrade = [this](HttpRequest, WebSocketUpgrade upgrade) {
        WebSocketEvents mine = events();
        mine.opened = [](WebSocketLink link) {
            link.send("never sent");
            link.close(4003, "not you");
        };
        upgrade.accept({}, mine);
    };
    start();
    WebSocketPeer peer(port());
    peer.open();
    EXPECT_EQ(peer.closeCode(), 4003);
    peer.leave();
    EXPECT_EQ(closed.take(), 4003);
}

TEST_F(WebSocketTest, stoppingClosesWithGoingAway)
{
    start();
    WebSocketPeer polite(port());
    WebSocketPeer deaf(port());
    polite.open();
    deaf.open();
    opened.take();
    std::optional<WebSocketLink> link = opened.take();
    std::thread stopping([&] { server->stop(500ms); });
    EXPECT_EQ(polite.closeCode(), 1001);
    polite.sendFrame(WebSocketPeer::close, QByteArray("\x03\xe9", 2));
    stopping.join();
    EXPECT_EQ(closed.take(0ms), 1001);
    EXPECT_EQ(closed.take(0ms), 1001);
    EXPECT_FALSE(link->isOpen());
    server.reset();
    link->send("nobody is there");
}

TEST_F(WebSocketTest, fiveHundredAtOnce)
{
    constexpr int count = 500;
    config.limits.connections_per_peer = 0;
    start();
    std::vector<std::unique_ptr<WebSocketPeer>> peers;
    std::vector<WebSocketLink> links;
    for (int number = 0; number < count; ++number) {
        peers.push_back(std::make_unique<WebSocketPeer>(port()));
        ASSERT_TRUE(peers.back()->send(WebSocketPeer::request()));
    }
    for (int number = 0; number < count; ++number) {
        ASSERT_EQ(peers[static_cast<std::size_t>(number)]->answer().status, 101);
        links.push_back(opened.take().value());
    }
    EXPECT_EQ(server->stats().web_sockets, count);
    for (int round = 0; round < 20; ++round) {
        for (const WebSocketLink &link : links)
            link.send("hint");
    }
    for (const auto &peer : peers) {
        for (int round = 0; round < 20; ++round)
            ASSERT_EQ(peer->next().payload, "hint");
    }
    for (const auto &peer : peers)
        peer->leave();
    EXPECT_TRUE(eventually([&] { return server->stats().connections == 0; }));
}
