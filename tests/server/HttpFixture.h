#pragma once

#include "HttpPeer.h"
#include "http/HttpServer.h"
#include "http/Problem.h"
#include <QJsonDocument>
#include <QJsonObject>
#include <gtest/gtest.h>
#include <thread>

namespace calldeck::test
{

/** A handler that does what a test says. */
class ScriptedHandler : public HttpHandler
{
public:
    BodyPlan bodyPlan(const HttpRequest &head) override { return plan ? plan(head) : BodyPlan{}; }
    void admit(HttpRequest head, BodyGate gate) override { on_admit(std::move(head), std::move(gate)); }
    void handle(HttpRequest request, HttpReply reply) override { on_request(std::move(request), std::move(reply)); }
    void upgrade(HttpRequest request, WebSocketUpgrade upgrade) override
    {
        on_upgrade(std::move(request), std::move(upgrade));
    }
    void finished(const AccessLine &line) override { lines.put(line); }

    std::function<BodyPlan(const HttpRequest &)> plan;
    std::function<void(HttpRequest, BodyGate)> on_admit = [](HttpRequest, BodyGate gate) { gate.open(); };
    std::function<void(HttpRequest, HttpReply)> on_request = [](HttpRequest request, HttpReply reply) {
        reply.send(echo(request));
    };
    std::function<void(HttpRequest, WebSocketUpgrade)> on_upgrade = [](HttpRequest, WebSocketUpgrade upgrade) {
        upgrade.refuse(problem(403, QStringLiteral("no"), QStringLiteral("No")));
    };
    Mailbox<AccessLine> lines;

    static HttpResponse echo(const HttpRequest &request)
    {
        HttpResponse response;
        response.content_type = "text/plain";
        response.body = request.method + ' ' + request.target + ' ' + request.body;
        return response;
    }
};

/** A running server on a free port of this machine. */
class HttpFixture : public testing::Test
{
protected:
    void TearDown() override { server.reset(); }

    void start()
    {
        auto made = HttpServer::listen(config, handler);
        ASSERT_TRUE(made) << made.error().message.toStdString() << made.error().detail.toStdString();
        server = std::move(*made);
    }
    quint16 port() const { return server->port(); }
    /** What one request on a connection of its own is answered. */
    Answer ask(const QByteArray &bytes)
    {
        HttpPeer peer(port());
        peer.send(bytes);
        return peer.answer();
    }
    /** Looks again and again, for what has no event of its own. */
    template <class Predicate> static bool eventually(Predicate holds)
    {
        const auto until = std::chrono::steady_clock::now() + 20s;
        while (!holds()) {
            if (std::chrono::steady_clock::now() > until)
                return false;
            std::this_thread::yield();
        }
        return true;
    }
    static QString codeOf(const Answer &answer)
    {
        return QJsonDocument::fromJson(answer.body).object().value(QStringLiteral("code")).toString();
    }

    ScriptedHandler handler;
    HttpServerConfig config;
    std::unique_ptr<HttpServer> server;
};

/** Expects that `bytes` are refused with `status` in a problem document and that the connection ends. */
inline void expectRefused(quint16 port, const QByteArray &bytes, int status)
{
    HttpPeer peer(port);
    peer.send(bytes);
    const Answer answer = peer.answer();
    EXPECT_EQ(answer.status, status) << bytes.left(200).toStdString();
    EXPECT_EQ(answer["content-type"], "application/problem+json");
    EXPECT_EQ(answer["connection"], "close");
    EXPECT_TRUE(peer.closed());
    EXPECT_TRUE(peer.in.isEmpty()) << peer.in.toStdString();
}

} // namespace calldeck::test
