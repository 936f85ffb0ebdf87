#!/usr/bin/env python3
"""The sockets of many desks in one process of its own, on epoll, so that what they cost does not slow the process that measures. It has the whole
machine's clock: times are seconds of the monotonic one.

On stdin one JSON object with "ports", "tls", "tokens" and "desks"; then words, each answered by a JSON line: `connect` (all desks, 50 at a time), `hints` (how many
came so far), `comeback` (waits until the backend has closed all sockets and every desk is back, with the pauses of the real one)."""

import concurrent.futures
import http.client
import json
import random
import select
import ssl
import sys
import threading
import time

AT_ONCE = 50


class Crowd:
    def __init__(self, ports, tls, tokens, desks):
        self.ports, self.tokens, self.desks = ports, tokens, desks
        self.context = None
        if tls:
            self.context = ssl.create_default_context()
            self.context.check_hostname = False
            self.context.verify_mode = ssl.CERT_NONE
        self.poll = select.epoll()
        self.sockets = {}
        self.hints = 0
        self.gone = threading.Event()
        threading.Thread(target=self.listen, daemon=True).start()

    def open(self, number):
        """A desk's socket: a ticket, then the upgrade, each on a connection of its own. Desks come from offices of a hundred, as the limits of one address have it."""
        place = {"host": "127.0.0.1", "port": self.ports[number % len(self.ports)], "timeout": 30, "source_address": (f"127.0.1.{number // 100 + 1}", 0)}
        line = http.client.HTTPSConnection(context=self.context, **place) if self.context else http.client.HTTPConnection(**place)
        line.request("POST", "/api/ws-ticket", headers={"Authorization": "Bearer " + self.tokens[number % len(self.tokens)]})
        answer = line.getresponse()
        body = answer.read()
        line.close()
        if answer.status != 200:
            raise ConnectionError(f"ticket: {answer.status}")
        line = http.client.HTTPSConnection(context=self.context, **place) if self.context else http.client.HTTPConnection(**place)
        line.connect()
        line.sock.sendall((f"GET /ws/calls?only=hint HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                           f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: calldeck.v1, ticket.{json.loads(body)['ticket']}\r\n\r\n").encode())
        head = b""
        while b"\r\n\r\n" not in head:
            more = line.sock.recv(4096)
            if not more:
                raise ConnectionError("closed")
            head += more
        if not head.startswith(b"HTTP/1.1 101"):
            raise ConnectionError(head[:40].decode())
        line.sock.setblocking(False)
        self.sockets[line.sock.fileno()] = line.sock
        # The first hint may have come with the head; those after it are counted.
        self.poll.register(line.sock.fileno(), select.EPOLLIN)
        return time.monotonic()

    def listen(self):
        while True:
            for number, _ in self.poll.poll():
                line = self.sockets.get(number)
                try:
                    data = line.recv(16384)
                    while data:
                        self.take(line, data)
                        data = line.recv(16384)
                except (ssl.SSLWantReadError, BlockingIOError):
                    continue
                except OSError:
                    pass
                self.poll.unregister(number)
                del self.sockets[number]
                line.close()
                if not self.sockets:
                    self.gone.set()

    def take(self, line, data):
        # Texts and pings are short and come whole: no frame of the backend's is cut in two here.
        at = 0
        while at + 2 <= len(data):
            code, length = data[at] & 0x0f, data[at + 1] & 0x7f
            if code == 9:
                line.send(bytes([0x8a, 0x80 | length, 0, 0, 0, 0]) + data[at + 2:at + 2 + length])
            self.hints += code == 1
            at += 2 + length

    def connect(self):
        began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(self.open, range(self.desks)))
        return {"connected": len(self.sockets), "seconds": time.monotonic() - began}

    def comeback(self):
        self.gone.wait(60)
        self.gone.clear()
        began = time.monotonic()

        def again(number):
            for tried in range(20):
                time.sleep(max(0.25, random.random() * min(60, 2 ** tried)))
                try:
                    return self.open(number) - began
                except (OSError, http.client.HTTPException):
                    continue
            raise AssertionError("a desk does not come back")

        # Every desk waits for itself.
        with concurrent.futures.ThreadPoolExecutor(self.desks) as pool:
            return {"live": list(pool.map(again, range(self.desks)))}


def main():
    crowd = Crowd(**json.loads(sys.stdin.readline()))
    for word in sys.stdin:
        print(json.dumps({"hints": crowd.hints} if word.strip() == "hints" else getattr(crowd, word.strip())()), flush=True)


if __name__ == "__main__":
    main()
