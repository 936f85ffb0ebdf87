#pragma once

#include "HttpPeer.h"

namespace calldeck::test
{

struct Frame {
    int opcode = -1; // -1: none came
    bool last = false;
    QByteArray payload;

    /** Of a close frame; 0 when it carries none. */
    int code() const
    {
        return opcode == 8 && payload.size() >= 2
                   ? static_cast<unsigned char>(payload[0]) * 256 + static_cast<unsigned char>(payload[1])
                   : 0;
    }
};

/** The other end of a WebSocket, as bad as a test wants it. */
class WebSocketPeer : public HttpPeer
{
public:
    using HttpPeer::HttpPeer;
    static constexpr int text = 1, binary = 2, close = 8, ping = 9, pong = 10;

    static QByteArray request(const QByteArray &more = {})
    {
        return "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: "
               "WebSocket\r\nSec-WebSocket-Version: 13\r\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
               more + "\r\n";
    }
    Answer open(const QByteArray &more = {})
    {
        send(request(more));
        return answer();
    }
    static QByteArray frame(int opcode, const QByteArray &payload, bool last = true)
    {
        QByteArray bytes(1, static_cast<char>(opcode | (last ? 0x80 : 0)));
        if (payload.size() < 126) {
            bytes += static_cast<char>(0x80 | payload.size());
        } else {
            const int digits = payload.size() < 65536 ? 2 : 8;
            bytes += static_cast<char>(0x80 | (digits == 2 ? 126 : 127));
            for (int digit = digits - 1; digit >= 0; --digit)
                bytes += static_cast<char>((payload.size() >> (digit * 8)) & 0xff);
        }
        const QByteArray mask("\x12\x34\x56\x78");
        bytes += mask;
        for (qsizetype at = 0; at < payload.size(); ++at)
            bytes += static_cast<char>(payload[at] ^ mask[at % 4]);
        return bytes;
    }
    bool sendFrame(int opcode, const QByteArray &payload = {}, bool last = true)
    {
        return send(frame(opcode, payload, last));
    }

    Frame next()
    {
        Frame frame;
        if (!has(2))
            return frame;
        qsizetype header = 2;
        qsizetype size = static_cast<unsigned char>(in[1]) & 0x7f;
        const int digits = size == 126 ? 2 : size == 127 ? 8 : 0;
        if (!has(header + digits))
            return frame;
        if (digits)
            size = 0;
        for (int digit = 0; digit < digits; ++digit)
            size = size * 256 + static_cast<unsigned char>(in[header++]);
        if (!has(header + size))
            return frame;
        frame.opcode = in[0] & 0x0f;
        frame.last = in[0] & 0x80;
        frame.payload = cut(header + size).mid(header);
        return frame;
    }
    Frame nextThatIsNo(int opcode)
    {
        Frame frame = next();
        while (frame.opcode == opcode)
            frame = next();
        return frame;
    }
    /** The code the other side closes with; 0 when it only cuts. */
    int closeCode()
    {
        Frame frame = next();
        while (frame.opcode >= 0 && frame.opcode != close)
            frame = next();
        return frame.code();
    }
};

} // namespace calldeck::test
