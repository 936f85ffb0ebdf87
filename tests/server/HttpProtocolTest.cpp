#include "HttpFixture.h"
#include <QTemporaryDir>
#include <QTemporaryFile>
#include <filesystem>

using namespace calldeck;
using namespace calldeck::test;

namespace
{

class HttpProtocolTest : public HttpFixture
{
};

const QByteArray post("POST /a HTTP/1.1\r\nHost: h\r\n");

/** Open files of this process in a folder; those of a spool have no name. */
int filesIn(const QString &folder)
{
    int count = 0;
    for (const auto &entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        const std::string target = std::filesystem::read_symlink(entry.path(), gone).string();
        count += !gone && target.starts_with(folder.toStdString() + '/') ? 1 : 0;
    }
    return count;
}

} // namespace

TEST_F(HttpProtocolTest, requestComesWhole)
{
    Mailbox<HttpRequest> came;
    handler.on_request = [&](HttpRequest request, HttpReply reply) {
        came.put(request);
        reply.send({});
    };
    start();
    HttpPeer peer(port());
    peer.send("PATCH /api/v1/a%2Fb/%C3%A9?x=1+2&y=%2B&x=&z HTTP/1.1\r\nHost: h\r\nX-Thing:  some text "
              "\r\nContent-Length: 4\r\n\r\nbody");
    const Answer answer = peer.answer();
    EXPECT_EQ(answer.status, 200);
    const HttpRequest request = came.take().value();
    EXPECT_EQ(request.method, "PATCH");
    EXPECT_EQ(request.path,
              QStringList({QStringLiteral("api"), QStringLiteral("v1"), QStringLiteral("a/b"), QStringLiteral("é")}));
    ASSERT_EQ(request.query.size(), 4);
    EXPECT_EQ(request.query[0].second, QStringLiteral("1 2"));
    EXPECT_EQ(request.query[1].second, QStringLiteral("+"));
    EXPECT_EQ(request.query[3].first, QStringLiteral("z"));
    EXPECT_EQ(request.header("x-thing"), "some text");
    EXPECT_EQ(request.body, "body");
    EXPECT_EQ(request.peer, QStringLiteral("127.0.0.1"));
    EXPECT_FALSE(request.secure);
    EXPECT_EQ(request.id.size(), 16);
    EXPECT_EQ(answer["x-request-id"], request.id);
    EXPECT_TRUE(answer.headers.contains("date"));
}

TEST_F(HttpProtocolTest, connectionIsKept)
{
    start();
    HttpPeer peer(port());
    for (int round = 0; round < 50; ++round) {
        peer.get("/" + QByteArray::number(round));
        EXPECT_EQ(peer.answer().body, "GET /" + QByteArray::number(round) + " ");
    }
    EXPECT_EQ(server->stats().connections, 1);
    peer.get("/last", "Connection: close\r\n");
    EXPECT_EQ(peer.answer()["connection"], "close");
    EXPECT_TRUE(peer.closed());
}

TEST_F(HttpProtocolTest, oldProtocolClosesUnlessAsked)
{
    start();
    HttpPeer kept(port());
    for (int round = 0; round < 2; ++round) {
        kept.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        EXPECT_EQ(kept.answer()["connection"], "keep-alive");
    }
    HttpPeer closing(port());
    closing.send("GET /a HTTP/1.0\r\n\r\n");
    EXPECT_EQ(closing.answer().body, "GET /a ");
    EXPECT_TRUE(closing.closed());
}

TEST_F(HttpProtocolTest, pipelinedRequestsAreAnsweredInOrder)
{
    Mailbox<HttpReply> held;
    handler.on_request = [&](HttpRequest request, HttpReply reply) {
        if (request.target == "/0")
            held.put(reply);
        else
            reply.send(ScriptedHandler::echo(request));
    };
    start();
    HttpPeer peer(port());
    QByteArray all;
    for (int round = 0; round < 100; ++round)
        all += "GET /" + QByteArray::number(round) + " HTTP/1.1\r\nHost: h\r\n\r\n";
    peer.send(all);
    HttpResponse first;
    first.body = "late";
    held.take().value().send(first);
    EXPECT_EQ(peer.answer().body, "late");
    for (int round = 1; round < 100; ++round)
        ASSERT_EQ(peer.answer().body, "GET /" + QByteArray::number(round) + " ");
}

TEST_F(HttpProtocolTest, pipelinedBodiesStayApart)
{
    start();
    HttpPeer peer(port());
    peer.send(post + "Content-Length: 3\r\n\r\nabc" + post + "Transfer-Encoding: chunked\r\n\r\n2\r\nde\r\n0\r\n\r\n" +
              post + "Content-Length: 1\r\n\r\nf");
    EXPECT_EQ(peer.answer().body, "POST /a abc");
    EXPECT_EQ(peer.answer().body, "POST /a de");
    EXPECT_EQ(peer.answer().body, "POST /a f");
}

TEST_F(HttpProtocolTest, headHasLengthAndNoBody)
{
    start();
    HttpPeer peer(port());
    peer.send("HEAD /abc HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(peer.answer(true)["content-length"], "10");
    peer.get("/x");
    EXPECT_EQ(peer.answer().body, "GET /x ");
}

TEST_F(HttpProtocolTest, answersWithoutBodyHaveNone)
{
    handler.on_request = [](HttpRequest request, HttpReply reply) {
        HttpResponse response = ScriptedHandler::echo(request);
        response.status = request.path.first().toInt();
        reply.send(response);
    };
    start();
    HttpPeer peer(port());
    for (const char *status : {"/204", "/304"}) {
        peer.get(status);
        const Answer answer = peer.answer();
        EXPECT_EQ(answer.status, QByteArray(status).mid(1).toInt());
        EXPECT_FALSE(answer.headers.contains("content-length"));
    }
    peer.get("/200");
    EXPECT_EQ(peer.answer().body, "GET /200 ");
}

TEST_F(HttpProtocolTest, bodyIsAskedFor)
{
    start();
    HttpPeer peer(port());
    peer.send(post + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    EXPECT_EQ(peer.answer().status, 100);
    peer.send("abc");
    EXPECT_EQ(peer.answer().body, "POST /a abc");
    expectRefused(port(), post + "Expect: tea\r\nContent-Length: 3\r\n\r\n", 417);
    expectRefused(port(), post + "Expect: 100-continue\r\nContent-Length: 3000000\r\n\r\n", 413);
}

TEST_F(HttpProtocolTest, handlerMayRefuseBeforeTheBody)
{
    handler.plan = [](const HttpRequest &) {
        BodyPlan plan;
        plan.refusal = problem(401, QStringLiteral("who"), QStringLiteral("Who are you?"));
        return plan;
    };
    start();
    expectRefused(port(), post + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n", 401);
}

TEST_F(HttpProtocolTest, nothingOfTheBodyIsTakenBeforeTheGateOpens)
{
    const QTemporaryDir spool;
    config.spool_folder = spool.path();
    Mailbox<BodyGate> gates;
    handler.plan = [](const HttpRequest &) { return BodyPlan{BodyPlan::upload, true, {}, true}; };
    handler.on_admit = [&](const HttpRequest &, const BodyGate &gate) { gates.put(gate); };
    Mailbox<QByteArray> came;
    handler.on_request = [&](const HttpRequest &request, const HttpReply &reply) {
        came.put(request.body_file->readAll());
        reply.send({});
    };
    start();
    HttpPeer peer(port());
    peer.send(post + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    auto gate = gates.take();
    ASSERT_TRUE(gate);
    EXPECT_FALSE(peer.more(50ms)) << "it asked for the body";
    gate->open();
    EXPECT_EQ(peer.answer().status, 100);
    EXPECT_EQ(filesIn(spool.path()), 1);
    // The next request may come in one piece with the body.
    peer.send("abc" + post + "Content-Length: 200000\r\n\r\n" + QByteArray(10'000, 'x'));
    EXPECT_EQ(peer.answer().status, 200);
    EXPECT_EQ(came.take().value_or("nothing"), "abc");
    gate = gates.take();
    ASSERT_TRUE(gate);
    EXPECT_EQ(filesIn(spool.path()), 0);
    gate->refuse(problem(403, QStringLiteral("no"), QStringLiteral("No")));
    const Answer refused = peer.answer();
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused["connection"], "close");
    EXPECT_TRUE(peer.closed());
    EXPECT_FALSE(came.take(0ms));
}

TEST_F(HttpProtocolTest, gateThatNobodyOpensIsAFailure)
{
    handler.plan = [](const HttpRequest &) { return BodyPlan{BodyPlan::usual, false, {}, true}; };
    handler.on_admit = [](const HttpRequest &, const BodyGate &) {};
    start();
    expectRefused(port(), post + "Content-Length: 3\r\n\r\nabc", 500);
}

TEST_F(HttpProtocolTest, bodyThatCameBeforeTheGateOpenedIsKept)
{
    Mailbox<BodyGate> gates;
    handler.plan = [](const HttpRequest &) { return BodyPlan{BodyPlan::usual, false, {}, true}; };
    handler.on_admit = [&](const HttpRequest &, const BodyGate &gate) { gates.put(gate); };
    start();
    HttpPeer peer(port());
    peer.send(post + "Content-Length: 3\r\n\r\nabc");
    peer.halfClose();
    const auto gate = gates.take();
    ASSERT_TRUE(gate);
    gate->open();
    EXPECT_EQ(peer.answer().body, "POST /a abc");
}

TEST_F(HttpProtocolTest, chunksAreJoined)
{
    start();
    HttpPeer peer(port());
    const QByteArray request =
        post + "Transfer-Encoding: Chunked\r\n\r\n5;x=y\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\nX-Trailer: t\r\n\r\n";
    peer.send(request);
    EXPECT_EQ(peer.answer().body, "POST /a hello world");
    for (const char byte : QByteArray(post + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"))
        ASSERT_TRUE(peer.send(QByteArray(1, byte)));
    EXPECT_EQ(peer.answer().body, "POST /a ");
    for (const char byte : request) {
        ASSERT_TRUE(peer.send(QByteArray(1, byte)));
    }
    EXPECT_EQ(peer.answer().body, "POST /a hello world");
}

TEST_F(HttpProtocolTest, badChunksAreRefused)
{
    start();
    const QByteArray head = post + "Transfer-Encoding: chunked\r\n\r\n";
    for (const QByteArray &body :
         QByteArrayList{"x\r\n\r\n\r\n", "-1\r\na\r\n", "2\r\nabc\r\n0\r\n\r\n", "ffffffffffffffffff\r\n",
                        "\r\n\r\n\r\n", "1\na\r\n0\r\n\r\n", "1;" + QByteArray(40'000, 'x')}) {
        HttpPeer peer(port());
        peer.send(head + body);
        const Answer answer = peer.answer();
        EXPECT_TRUE(answer.status == 400 || answer.status == 413) << body.left(40).toStdString();
        EXPECT_TRUE(peer.closed());
    }
}

TEST_F(HttpProtocolTest, twoMeaningsAreRefused)
{
    start();
    const QByteArray smuggled("0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
    expectRefused(port(), post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled, 400);
    expectRefused(port(), post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + smuggled, 400);
    expectRefused(port(), post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400);
    expectRefused(port(), post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400);
    expectRefused(port(), post + "Content-Length: 5, 5\r\n\r\nhello", 400);
    expectRefused(port(), post + "Content-Length: +5\r\n\r\nhello", 400);
    expectRefused(port(), post + "Content-Length: 0x5\r\n\r\nhello", 400);
    expectRefused(port(), post + "Content-Length: -5\r\n\r\nhello", 400);
    expectRefused(port(), post + "Content-Length:\r\n\r\nhello", 400);
    expectRefused(port(), post + "Content-Length: 99999999999999999999\r\n\r\nhello", 400);
    expectRefused(port(), post + "Content-Length : 5\r\n\r\nhello", 400);
    expectRefused(port(), post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled, 400);
    expectRefused(port(), post + "Transfer-Encoding: gzip, chunked\r\n\r\n" + smuggled, 501);
    expectRefused(port(), post + "Transfer-Encoding: chunked, identity\r\n\r\n" + smuggled, 501);
    expectRefused(port(), post + "Transfer-Encoding: xchunked\r\n\r\n" + smuggled, 501);
    expectRefused(port(),
                  post +
                      "Transfer-Encoding: \x0b"
                      "chunked\r\n\r\n" +
                      smuggled,
                  400);
    expectRefused(port(), post + "Transfer-Encoding:\r\n chunked\r\n\r\n" + smuggled, 400);
    expectRefused(port(), "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled, 400);
}

TEST_F(HttpProtocolTest, oddLinesAreRefused)
{
    start();
    expectRefused(port(), "GET /a HTTP/1.1\nHost: h\n\n", 400);
    expectRefused(port(), "GET /a HTTP/1.1\r\nHost: h\nX: y\r\n\r\n", 400);
    expectRefused(port(), "GET /a HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n", 400);
    expectRefused(port(), "GET /a HTTP/1.1\r\nHost: h\r\nX: a\r\n folded\r\n\r\n", 400);
    expectRefused(port(), QByteArray("GET /a HTTP/1.1\r\nHost: h\r\nX: a@b\r\n\r\n").replace('@', '\0'), 400);
    expectRefused(port(), "GET /a HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n", 400);
    expectRefused(port(), "GET /a HTTP/1.1\r\nHost: h\r\n: nameless\r\n\r\n", 400);
    expectRefused(port(), "GET /a HTTP/1.1\r\n\r\n", 400);
    expectRefused(port(), "GET /a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400);
    expectRefused(port(), "GET /a HTTP/2.0\r\nHost: h\r\n\r\n", 505);
    expectRefused(port(), "GET  /a HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    expectRefused(port(), "GET /a\r\n\r\n", 400);
    expectRefused(port(), "\x16\x03\x01\x02", 400);
    expectRefused(port(), "nonsense\r\n\r\n", 400);
}

TEST_F(HttpProtocolTest, emptyLinesBeforeARequestArePassedOver)
{
    start();
    EXPECT_EQ(ask("\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n").body, "GET /a ");
}

TEST_F(HttpProtocolTest, badTargetsAreRefused)
{
    start();
    for (const char *target : {"/a/../b", "/..", "/%2e%2E/b", "/a/..%2f..%2fb", "/a/..%5cb", "/a%00b", "/a%0d%0ab",
                               "/%zz", "/%4", "/%ff", "/a?x=%", "/a?x=%ff", "/a?x=%00", "a", "h:443"})
        expectRefused(port(), QByteArray("GET ") + target + " HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    EXPECT_EQ(ask("GET http://other/x HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
    EXPECT_EQ(ask("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
}

TEST_F(HttpProtocolTest, unknownMethodIsForTheHandler)
{
    start();
    EXPECT_EQ(ask("BREW /pot HTTP/1.1\r\nHost: h\r\n\r\n").body, "BREW /pot ");
}

TEST_F(HttpProtocolTest, tooBigHeadIsRefused)
{
    start();
    expectRefused(port(), "GET /a HTTP/1.1\r\nHost: h\r\nX: " + QByteArray(17'000, 'x') + "\r\n\r\n", 431);
    expectRefused(port(), "GET /" + QByteArray(300'000, 'x'), 431);
    EXPECT_EQ(ask("GET /a HTTP/1.1\r\nHost: h\r\nX: " + QByteArray(15'000, 'x') + "\r\n\r\n").status, 200);
}

TEST_F(HttpProtocolTest, tooBigBodyIsRefused)
{
    handler.plan = [](const HttpRequest &) { return BodyPlan{1000, false, {}}; };
    start();
    expectRefused(port(), post + "Content-Length: 1001\r\n\r\n" + QByteArray(1001, 'x'), 413);
    expectRefused(port(),
                  post + "Transfer-Encoding: chunked\r\n\r\n200\r\n" + QByteArray(512, 'x') + "\r\n200\r\n" +
                      QByteArray(512, 'x'),
                  413);
    expectRefused(port(), post + "Transfer-Encoding: chunked\r\n\r\nfffffff\r\n", 413);
    EXPECT_EQ(ask(post + "Content-Length: 1000\r\n\r\n" + QByteArray(1000, 'x')).body.size(), 1008);
}

TEST_F(HttpProtocolTest, refusalReachesAPeerThatStillSends)
{
    start();
    HttpPeer peer(port());
    peer.send(post + "Content-Length: 4000000\r\n\r\n" + QByteArray(4'000'000, 'x'));
    EXPECT_EQ(peer.answer().status, 413);
}

TEST_F(HttpProtocolTest, bodyIsSpooledIntoAFile)
{
    Mailbox<HttpRequest> came;
    handler.plan = [](const HttpRequest &) { return BodyPlan{BodyPlan::upload, true, {}}; };
    handler.on_request = [&](HttpRequest request, HttpReply reply) {
        came.put(request);
        reply.send({});
    };
    start();
    QByteArray body;
    for (int number = 0; body.size() < 5'000'000; ++number)
        body += QByteArray::number(number);
    HttpPeer peer(port());
    peer.send(post + "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body);
    EXPECT_EQ(peer.answer().status, 200);
    QString name;
    {
        const HttpRequest request = came.take().value();
        ASSERT_TRUE(request.body_file);
        EXPECT_TRUE(request.body.isEmpty());
        EXPECT_EQ(request.body_file->readAll(), body);
        name = request.body_file->fileName();
    }
    EXPECT_TRUE(eventually([&] { return !QFile::exists(name); }));
}

TEST_F(HttpProtocolTest, headersOfAnAnswerCannotBeForged)
{
    handler.on_request = [](HttpRequest, HttpReply reply) {
        HttpResponse response;
        response.content_type = "text/plain\r\nX-Type: evil";
        response.headers = {{"X-Name", "a\r\nX-Value: evil\r\n\r\n<html>"},
                            {"X-Bad\r\nX-Header: evil", "b"},
                            {"", "c"},
                            {"Content-Length", "3"},
                            {"Transfer-Encoding", "chunked"}};
        response.body = "body";
        reply.send(response);
    };
    start();
    const Answer answer = ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(answer.body, "body");
    EXPECT_EQ(answer["x-name"], "a  X-Value: evil    <html>");
    EXPECT_FALSE(answer.headers.contains("x-value") || answer.headers.contains("x-type") ||
                 answer.headers.contains("x-header"));
    EXPECT_FALSE(answer.headers.contains("transfer-encoding"));
}

TEST_F(HttpProtocolTest, everyAnswerHasItsLine)
{
    start();
    ask("GET /path/x?secret=1 HTTP/1.1\r\nHost: h\r\n\r\n");
    const AccessLine line = handler.lines.take().value();
    EXPECT_EQ(line.method, "GET");
    EXPECT_EQ(line.path, "/path/x");
    EXPECT_EQ(line.status, 200);
    EXPECT_GT(line.bytes, 30);
    EXPECT_GE(line.milliseconds, 0);
    EXPECT_EQ(line.peer, QStringLiteral("127.0.0.1"));
    EXPECT_EQ(line.id.size(), 16);
    ask("nonsense\r\n\r\n");
    EXPECT_EQ(handler.lines.take().value().status, 400);
}
