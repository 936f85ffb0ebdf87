#include "HttpFixture.h"
#include "WebSocketPeer.h"
#include <random>

using namespace calldeck;
using namespace calldeck::test;

namespace
{

/** Peers that send almost what is right. What they get does not matter; that the server goes on does. */
class HttpFuzzTest : public HttpFixture
{
protected:
    QByteArray damaged(QByteArray bytes)
    {
        static const QByteArrayList odd{"\r\n",
                                        "\n",
                                        "\r",
                                        QByteArray("\0", 1),
                                        ":",
                                        " ",
                                        "0",
                                        "-",
                                        "ffffffff",
                                        "chunked",
                                        "Content-Length: 3\r\n",
                                        "Transfer-Encoding: chunked\r\n",
                                        "0\r\n\r\n",
                                        "%",
                                        "..",
                                        "\xff",
                                        ",",
                                        ";",
                                        "\r\n\r\n",
                                        "Expect: 100-continue\r\n"};
        for (int count = below(4) + 1; count > 0; --count) {
            const qsizetype at = below(static_cast<int>(bytes.size()));
            switch (below(4)) {
            case 0:
                bytes[at] = static_cast<char>(below(256));
                break;
            case 1:
                bytes.remove(at, below(8));
                break;
            case 2:
                bytes.insert(at, bytes.mid(below(static_cast<int>(bytes.size())), below(40)));
                break;
            default:
                bytes.insert(at, odd[below(static_cast<int>(odd.size()))]);
            }
            if (bytes.isEmpty())
                bytes = "x";
        }
        return bytes;
    }
    void sendInPieces(HttpPeer &peer, const QByteArray &bytes)
    {
        for (qsizetype at = 0; at < bytes.size();) {
            const qsizetype size = below(3) ? bytes.size() - at : below(7) + 1;
            if (!peer.send(bytes.mid(at, size)))
                return;
            at += size;
        }
    }
    int below(int most) { return static_cast<int>(random() % static_cast<unsigned>(std::max(1, most))); }

    std::mt19937 random{20261121};
};

const QByteArrayList samples{
    "GET /a/b?c=d&e=%20f HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\nGET /second HTTP/1.1\r\nHost: h\r\n\r\n",
    "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhelloGET /second HTTP/1.1\r\nHost: h\r\n\r\n",
    "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
    "chunked\r\n\r\n5;a=b\r\nhello\r\n1f\r\n0123456789012345678901234567890\r\n0\r\nT: v\r\n\r\n",
    "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
    WebSocketPeer::request()};

} // namespace

TEST_F(HttpFuzzTest, damagedRequestsDoNotStopTheServer)
{
    start();
    for (int round = 0; round < 3000; ++round) {
        HttpPeer peer(port());
        sendInPieces(peer, damaged(samples[round % samples.size()]));
        peer.halfClose();
        ASSERT_TRUE(peer.closed()) << round;
    }
    EXPECT_EQ(ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n").body, "GET /a ");
}

TEST_F(HttpFuzzTest, damagedFramesDoNotStopTheServer)
{
    handler.on_upgrade = [](HttpRequest, WebSocketUpgrade upgrade) {
        auto link = std::make_shared<std::optional<WebSocketLink>>();
        upgrade.accept(
            {},
            {[link](WebSocketLink opened) { *link = opened; }, [link](QByteArray text) { (*link)->send(text); }, {}});
    };
    start();
    const QByteArray frames = WebSocketPeer::frame(1, "hello") + WebSocketPeer::frame(9, "ping") +
                              WebSocketPeer::frame(1, "one", false) + WebSocketPeer::frame(0, "two") +
                              WebSocketPeer::frame(1, QByteArray(300, 'x')) +
                              WebSocketPeer::frame(8, QByteArray("\x03\xe8", 2));
    for (int round = 0; round < 1500; ++round) {
        WebSocketPeer peer(port());
        ASSERT_EQ(peer.open().status, 101) << round;
        sendInPieces(peer, damaged(frames));
        peer.halfClose();
        ASSERT_TRUE(peer.closed()) << round;
    }
    EXPECT_TRUE(eventually([&] { return server->stats().connections == 0; }));
}
