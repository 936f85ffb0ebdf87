#!/usr/bin/env python3
"""A bad network on loopback: a proxy in front of calldeckd that understands HTTP and WebSockets and breaks them on request.

In a test: `proxy = FaultProxy(("127.0.0.1", port), seed); await proxy.start()`, then `proxy.add("drop_answer", path="/api/sync/push")`.
As a process: `fault_proxy.py --upstream HOST:PORT --control PORT`; the control port takes one JSON object a line, for example
{"do": "add", "kind": "status", "status": 503, "times": 2}, {"do": "down"}, {"do": "flap", "period": 0.2, "seconds": 60}, {"do": "counts"}.

Everything that is left to chance comes from the seed. A fault is used up after `times` requests that it fits (None: never)."""

import argparse
import asyncio
import collections
import datetime
import email.utils
import gzip
import json
import random
import socket
import struct
import time

HEAD_LIMIT = 64 * 1024
UPSTREAM_SECONDS = 60
HOP_BY_HOP = {b"connection", b"keep-alive", b"transfer-encoding", b"content-length", b"proxy-connection"}


class Message:
    """A request or an answer, whole."""

    def __init__(self, first, headers, body):
        self.first = first  # request line or status line, without its end
        self.headers = headers  # [(name, value)] as they came
        self.body = body

    def header(self, name):
        wanted = name.lower()
        for key, value in self.headers:
            if key.lower() == wanted:
                return value
        return None

    def encode(self, connection=None):
        kept = [(key, value) for key, value in self.headers if key.lower() not in HOP_BY_HOP]
        kept.append((b"Content-Length", str(len(self.body)).encode()))
        if connection:
            kept.append((b"Connection", connection))
        return self.first + b"\r\n" + b"".join(key + b": " + value + b"\r\n" for key, value in kept) + b"\r\n" + self.body

    # --- of a request
    @property
    def method(self):
        return self.first.split(b" ")[0].decode("latin-1")

    @property
    def target(self):
        return self.first.split(b" ")[1].decode("latin-1")

    @property
    def path(self):
        return self.target.split("?")[0]

    # --- of an answer
    @property
    def status(self):
        return int(self.first.split(b" ")[1])


def answer_of(status, body=b"", headers=(), kind=b"application/json"):
    words = {200: b"OK", 302: b"Found", 429: b"Too Many Requests", 500: b"Internal Server Error", 502: b"Bad Gateway",
             503: b"Service Unavailable", 504: b"Gateway Timeout"}
    return Message(b"HTTP/1.1 %d %s" % (status, words.get(status, b"Said")), [(b"Content-Type", kind), *headers], body)


async def read_message(reader, is_answer=False, to_head=False):
    """The next message, or None at the end of the stream."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as end:
        if end.partial:
            raise ConnectionError("the head was cut short") from end
        return None
    first, *lines = head[:-4].split(b"\r\n")
    headers = [(line.partition(b":")[0].strip(), line.partition(b":")[2].strip()) for line in lines]
    message = Message(first, headers, b"")
    length = message.header(b"content-length")
    if is_answer and (message.status in (101, 204, 304) or to_head):
        return message
    if (message.header(b"transfer-encoding") or b"").lower() == b"chunked":
        while True:
            size = int((await reader.readline()).split(b";")[0], 16)
            message.body += await reader.readexactly(size)
            await reader.readline()
            if size == 0:
                break
    elif length is not None:
        message.body = await reader.readexactly(int(length))
    elif is_answer:
        message.body = await reader.read()
    return message


# --- what hostile bodies look like -----------------------------------------------------------------------------------------------

def _first_number(body, replacement):
    """The body with its first number replaced; a body without one gets a member that has it."""
    at = next((i for i in range(1, len(body)) if body[i - 1:i] in b":,[ " and body[i:i + 1].isdigit()), None)
    if at is None:
        return b'{"to":' + replacement + b"}"
    end = at
    while end < len(body) and body[end:end + 1] in b"0123456789.":
        end += 1
    return body[:at] + replacement + body[end:]


CORRUPTIONS = {
    "bad_utf8": lambda body: body.replace(b'":"', b'":"\xc3\x28\xff', 1) if b'":"' in body else b'{"a":"\xff"}',
    # Inside a text, where a lenient reader takes it.
    "nul": lambda body: body.replace(b'":"', b'":"\x00', 1) if b'":"' in body else b'{"a":"\x00"}',
    "deep": lambda body: b'{"rows":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "huge_number": lambda body: _first_number(body, b"1" + b"0" * 400),
    "nan": lambda body: _first_number(body, b"NaN"),
    "duplicate_keys": lambda body: b'{"epoch":-1,"to":999999999,' + body.lstrip()[1:] if body.lstrip()[:1] == b"{" else b'{"a":1,"a":2}',
    "not_json": lambda body: b"<<<" + body,
    "empty": lambda body: b"",
    "other_type": lambda body: b"[1,2,3]",
}
LOGIN_PAGE = b"<!doctype html><html><title>Sign in to the network</title><form><input type=password></form></html>"


class Fault:
    """One thing that goes wrong, with the requests that it is for."""

    KINDS = {"drop_request", "drop_answer", "duplicate", "hold", "reorder", "stale_answer", "truncate", "corrupt", "status", "html", "redirect",
             "oversize", "gzip_bomb", "slow", "latency", "bandwidth", "slicer", "half_open", "reset", "one_way_requests", "one_way_answers",
             "pause_before", "pause_after", "clock"}

    def __init__(self, kind, path="", method=None, times=1, skip=0, chance=1.0, **options):
        if kind not in self.KINDS:
            raise ValueError(f"no fault is called {kind}")
        self.kind = kind
        self.path = path
        self.method = method
        self.times = times
        self.skip = skip
        self.chance = chance
        self.options = options
        self.hits = 0
        # pause_before and pause_after: the test waits for `reached`, does its worst, and sets `go`.
        self.reached = asyncio.Event()
        self.go = asyncio.Event()

    def fits(self, request, rng):
        if self.times is not None and self.times <= 0:
            return False
        if not request.path.startswith(self.path) or (self.method and request.method != self.method):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.chance < 1 and rng.random() >= self.chance:
            return False
        if self.times is not None:
            self.times -= 1
        self.hits += 1
        return True


class Exchange:
    """What came, what went upstream and what the client got."""

    def __init__(self, request, fault):
        self.at = time.monotonic()
        self.request = request
        self.fault = fault
        self.forwarded = 0  # how often the server got it
        self.answer = None  # the server's
        self.delivered = None  # what the client got whole

    @property
    def path(self):
        return self.request.path


class FaultProxy:
    REMEMBERED = 64

    def __init__(self, upstream, seed, host="127.0.0.1"):
        self.upstream = upstream
        self.host = host
        self.port = 0
        self.seed = seed
        self.rng = random.Random(seed)
        self.faults = []
        self.exchanges = collections.deque(maxlen=20_000)
        self.held = []  # requests that a client believes lost and the server gets later
        self.old = collections.deque(maxlen=self.REMEMBERED)  # requests that came through, for a replay
        self.old_answers = collections.defaultdict(lambda: collections.deque(maxlen=self.REMEMBERED))
        self.on_delivered = None  # called with each Exchange whose answer the client got whole
        self.on_answer = None  # called with each Exchange as soon as the server's answer is there
        self.on_request = None  # called with each request as it comes; may change it
        self.connections = 0
        self.hints = collections.Counter()  # of WebSocket messages: passed, dropped, ...
        self.ws = {}  # drop, duplicate, reorder: chances; old_epoch, lie: chances that a hint is made to say so
        self._line = asyncio.Event()  # clear: nothing moves any more, on no connection
        self._line.set()
        self._listener = None
        self._tasks = set()
        self._writers = set()
        self._sockets = set()  # the clients' ends of open WebSockets
        self._passed = asyncio.Event()  # pulses when a request was answered, for reorder
        self._waiters = []

    # --- life --------------------------------------------------------------------------------------------------------------------

    async def start(self):
        await self.up()
        return self

    async def up(self):
        if self._listener is None:
            self._listener = await asyncio.start_server(self._serve, self.host, self.port, limit=HEAD_LIMIT, reuse_address=True)
            self.port = self._listener.sockets[0].getsockname()[1]

    async def down(self):
        """The network is gone: what is open is cut, what comes is refused."""
        if self._listener is not None:
            listener, self._listener = self._listener, None
            listener.close()
            await listener.wait_closed()
        for writer in list(self._writers):
            writer.transport.abort()

    async def close(self):
        await self.down()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def flap(self, period, seconds):
        """Up and down, `period` seconds each; ends up."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            await self.down()
            await asyncio.sleep(period)
            await self.up()
            await asyncio.sleep(period)
        await self.up()

    # --- the script --------------------------------------------------------------------------------------------------------------

    def add(self, kind, **options):
        fault = Fault(kind, **options)
        self.faults.append(fault)
        return fault

    def clear(self):
        """No more faults; what a fault keeps waiting goes on."""
        for fault in self.faults:
            fault.go.set()
        self.faults = []
        self.ws = {}
        self.thaw()

    def freeze(self):
        """The line is dead without a word: connections are taken, nothing comes through, also on what is open."""
        self._line.clear()

    def thaw(self):
        self._line.set()

    def requests_since(self, moment, path=""):
        return [exchange for exchange in self.exchanges if exchange.at >= moment and exchange.path.startswith(path)]

    async def wait_for_request(self, path, seconds, fits=lambda exchange: True):
        """The next exchange of that path that is finished after this call began."""
        waiting = asyncio.get_running_loop().create_future()
        self._waiters.append((path, fits, waiting))
        try:
            return await asyncio.wait_for(waiting, seconds)
        finally:
            self._waiters = [entry for entry in self._waiters if entry[2] is not waiting]

    async def send_upstream(self, request):
        """One request to the server on a connection of its own; ConnectionError when it gives no whole answer."""
        reader, writer = await asyncio.wait_for(asyncio.open_connection(*self.upstream, limit=HEAD_LIMIT), UPSTREAM_SECONDS)
        try:
            writer.write(request.encode(b"close"))
            await writer.drain()
            answer = await asyncio.wait_for(read_message(reader, is_answer=True, to_head=request.method == "HEAD"), UPSTREAM_SECONDS)
        except (asyncio.IncompleteReadError, asyncio.TimeoutError, OSError) as error:
            raise ConnectionError(str(error)) from error
        finally:
            writer.close()
        if answer is None:
            raise ConnectionError("the server closed the connection")
        return answer

    async def release(self, shuffle=True):
        """Delivers what was held back, out of order; the answers go nowhere. Gives how many the server took."""
        held, self.held = self.held, []
        if shuffle:
            self.rng.shuffle(held)
        return await self._deliver(held)

    async def replay_old(self, count=1, path=""):
        """Delivers copies of requests that came through before."""
        fitting = [request for request in self.old if request.path.startswith(path)]
        return await self._deliver([self.rng.choice(fitting) for _ in range(count)] if fitting else [])

    async def _deliver(self, requests):
        taken = 0
        for request in requests:
            try:
                await self.send_upstream(request)
                taken += 1
            except OSError:
                pass
        return taken

    # --- one connection ----------------------------------------------------------------------------------------------------------

    async def _serve(self, reader, writer):
        task = asyncio.current_task()
        self._tasks.add(task)
        self._writers.add(writer)
        self.connections += 1
        try:
            while True:
                request = await read_message(reader)
                if request is None:
                    break
                await self._line.wait()
                if (request.header(b"upgrade") or b"").lower() == b"websocket":
                    await self._relay_websocket(request, reader, writer)
                    break
                if not await self._handle(request, writer):
                    break
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self._writers.discard(writer)
            self._tasks.discard(task)

    async def _handle(self, request, writer):
        """One exchange; False when the connection ends with it."""
        if self.on_request:
            self.on_request(request)
        fault = next((fault for fault in self.faults if fault.fits(request, self.rng)), None)
        exchange = Exchange(request, fault)
        self.exchanges.append(exchange)
        try:
            goes_on = await getattr(self, "_fault_" + fault.kind)(exchange, fault, writer) if fault else await self._pass(exchange, writer)
        except OSError:
            goes_on = False
        self._finished(exchange)
        return goes_on

    def _finished(self, exchange):
        if exchange.delivered is not None and self.on_delivered:
            self.on_delivered(exchange)
        if exchange.answer is not None:
            self.old.append(exchange.request)
            self.old_answers[exchange.path].append(exchange.answer)
        passed, self._passed = self._passed, asyncio.Event()
        passed.set()
        for path, fits, waiting in self._waiters:
            if not waiting.done() and exchange.path.startswith(path) and fits(exchange):
                waiting.set_result(exchange)

    async def _forward(self, exchange):
        answer = await self.send_upstream(exchange.request)
        exchange.forwarded += 1
        exchange.answer = answer
        if self.on_answer:
            self.on_answer(exchange)
        return answer

    async def _pass(self, exchange, writer):
        return await self._answer(exchange, writer, await self._forward(exchange))

    async def _answer(self, exchange, writer, answer):
        writer.write(answer.encode(b"keep-alive"))
        await writer.drain()
        exchange.delivered = answer
        return True

    @staticmethod
    def _reset(writer):
        connection = writer.get_extra_info("socket")
        if connection is not None:
            # Linger 0: the other side sees a reset, not an end.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        return False

    # --- the faults: each is named after its kind, gives False when the connection ends ------------------------------------------

    async def _fault_drop_request(self, exchange, fault, writer):
        return False

    async def _fault_drop_answer(self, exchange, fault, writer):
        await self._forward(exchange)
        return False

    async def _fault_duplicate(self, exchange, fault, writer):
        first = await self._forward(exchange)
        second = await self._forward(exchange)
        return await self._answer(exchange, writer, second if fault.options.get("answer", 1) == 2 else first)

    async def _fault_hold(self, exchange, fault, writer):
        self.held.append(exchange.request)
        return False

    async def _fault_reorder(self, exchange, fault, writer):
        """Lets the next request of anybody overtake this one, as long as one comes in time."""
        try:
            await asyncio.wait_for(self._passed.wait(), fault.options.get("seconds", 2))
        except asyncio.TimeoutError:
            pass
        return await self._pass(exchange, writer)

    async def _fault_stale_answer(self, exchange, fault, writer):
        """The server gets the request; the client gets an answer to an earlier one."""
        earlier = list(self.old_answers[exchange.path])
        answer = await self._forward(exchange)
        if not earlier:
            return await self._answer(exchange, writer, answer)
        return await self._answer(exchange, writer, self.rng.choice(earlier))

    async def _fault_truncate(self, exchange, fault, writer):
        answer = await self._forward(exchange)
        at = min(fault.options.get("at", len(answer.body) // 2), max(0, len(answer.body) - 1))
        if fault.options.get("whole_length", False):
            # Cut by somebody who also corrected the length: nothing but the JSON tells.
            cut = Message(answer.first, answer.headers, answer.body[:at])
            writer.write(cut.encode(b"keep-alive"))
            await writer.drain()
            return True
        encoded = answer.encode(b"keep-alive")
        writer.write(encoded[:len(encoded) - len(answer.body) + at])
        await writer.drain()
        return False

    async def _fault_corrupt(self, exchange, fault, writer):
        answer = await self._forward(exchange)
        how = fault.options.get("how") or self.rng.choice(sorted(CORRUPTIONS))
        writer.write(Message(answer.first, answer.headers, CORRUPTIONS[how](answer.body)).encode(b"keep-alive"))
        await writer.drain()
        return True

    async def _fault_clock(self, exchange, fault, writer):
        """As if the server's clock were so many seconds ahead."""
        answer = await self._forward(exchange)
        date = email.utils.parsedate_to_datetime(answer.header(b"date").decode()) + datetime.timedelta(seconds=fault.options["seconds"])
        headers = [(key, email.utils.format_datetime(date, usegmt=True).encode() if key.lower() == b"date" else value) for key, value in answer.headers]
        return await self._answer(exchange, writer, Message(answer.first, headers, answer.body))

    async def _fault_status(self, exchange, fault, writer):
        headers = [(b"Retry-After", str(fault.options["retry_after"]).encode())] if "retry_after" in fault.options else []
        body = json.dumps(fault.options.get("body", {"detail": "injected"})).encode()
        if fault.options.get("forward"):
            await self._forward(exchange)
        writer.write(answer_of(fault.options["status"], body, headers).encode(b"keep-alive"))
        await writer.drain()
        return True

    async def _fault_html(self, exchange, fault, writer):
        writer.write(answer_of(200, LOGIN_PAGE, kind=b"text/html").encode(b"keep-alive"))
        await writer.drain()
        return True

    async def _fault_redirect(self, exchange, fault, writer):
        to = fault.options["to"].rstrip("/") + exchange.request.target
        writer.write(answer_of(302, b"", [(b"Location", to.encode())]).encode(b"keep-alive"))
        await writer.drain()
        return True

    async def _fault_oversize(self, exchange, fault, writer):
        """An answer that claims and sends `bytes`, as long as the client reads."""
        size = fault.options.get("bytes", 1 << 30)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
        writer.write(b"Transfer-Encoding: chunked\r\n\r\n" if fault.options.get("chunked") else b"Content-Length: %d\r\n\r\n" % size)
        block = b'{"rows":[' + b" " * 65_527
        sent = 0
        while sent < size:
            part = block[:size - sent]
            writer.write(b"%x\r\n%s\r\n" % (len(part), part) if fault.options.get("chunked") else part)
            await writer.drain()
            sent += len(part)
            fault.options["sent"] = sent
        if fault.options.get("chunked"):
            writer.write(b"0\r\n\r\n")
            await writer.drain()
        return False

    async def _fault_gzip_bomb(self, exchange, fault, writer):
        packed = gzip.compress(b'{"rows":[' + b" " * fault.options.get("bytes", 64 << 20), 9)
        writer.write(answer_of(200, packed, [(b"Content-Encoding", b"gzip")]).encode(b"keep-alive"))
        await writer.drain()
        return True

    async def _fault_latency(self, exchange, fault, writer):
        around = fault.options.get("seconds", 2)
        await asyncio.sleep(max(0, around + self.rng.uniform(-1, 1) * fault.options.get("jitter", around)))
        return await self._pass(exchange, writer)

    async def _trickle(self, exchange, writer, step, pause):
        answer = await self._forward(exchange)
        encoded = answer.encode(b"keep-alive")
        for at in range(0, len(encoded), step):
            writer.write(encoded[at:at + step])
            await writer.drain()
            # Also without a pause the loop must turn, or the pieces go out as one.
            await asyncio.sleep(pause)
        exchange.delivered = answer
        return True

    async def _fault_slow(self, exchange, fault, writer):
        return await self._trickle(exchange, writer, 1, 1.0 / fault.options.get("bytes_per_second", 1))

    async def _fault_bandwidth(self, exchange, fault, writer):
        rate = fault.options.get("bytes_per_second", 1024)
        return await self._trickle(exchange, writer, max(1, rate // 10), 0.1)

    async def _fault_slicer(self, exchange, fault, writer):
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return await self._trickle(exchange, writer, 1, 0)

    async def _fault_half_open(self, exchange, fault, writer):
        await fault.go.wait()
        return False

    async def _fault_one_way_requests(self, exchange, fault, writer):
        """Nothing of what the client says arrives."""
        await fault.go.wait()
        return False

    async def _fault_one_way_answers(self, exchange, fault, writer):
        """All that the client says arrives, nothing comes back."""
        await self._forward(exchange)
        await fault.go.wait()
        return False

    async def _fault_reset(self, exchange, fault, writer):
        if fault.options.get("after"):
            await self._forward(exchange)
        return self._reset(writer)

    async def _fault_pause_before(self, exchange, fault, writer):
        fault.reached.set()
        await fault.go.wait()
        return await self._pass(exchange, writer)

    async def _fault_pause_after(self, exchange, fault, writer):
        answer = await self._forward(exchange)
        fault.reached.set()
        await fault.go.wait()
        return await self._answer(exchange, writer, answer)

    # --- WebSockets --------------------------------------------------------------------------------------------------------------

    async def _relay_websocket(self, request, reader, writer):
        exchange = Exchange(request, None)
        self.exchanges.append(exchange)
        up_reader, up_writer = await asyncio.open_connection(*self.upstream, limit=HEAD_LIMIT)
        self._writers.add(up_writer)
        self._sockets.add(writer)
        try:
            head = request.first + b"\r\n" + b"".join(key + b": " + value + b"\r\n" for key, value in request.headers) + b"\r\n"
            up_writer.write(head)
            writer.write(await up_reader.readuntil(b"\r\n\r\n"))
            sides = [asyncio.ensure_future(self._copy(reader, up_writer)), asyncio.ensure_future(self._copy_frames(up_reader, writer))]
            try:
                await asyncio.wait(sides, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for side in sides:
                    side.cancel()
                await asyncio.gather(*sides, return_exceptions=True)
        finally:
            self._sockets.discard(writer)
            self._writers.discard(up_writer)
            up_writer.close()

    async def flood(self, messages, a_second, seconds):
        """Messages of a server that has lost its mind, on every open WebSocket: so many a second, taken in turn. How many were sent."""
        began, sent = time.monotonic(), 0
        while (now := time.monotonic() - began) < seconds:
            due = int(now * a_second) - sent
            for number in range(sent, sent + due):
                for writer in self._sockets:
                    writer.write(text_frame(messages[number % len(messages)]))
            sent += due
            await asyncio.sleep(0.01)
        return sent

    async def send_giant(self, size, most):
        """One frame of `size` bytes on every open WebSocket; how many of them the clients took before they hung up, up to `most`."""
        sent = 0
        for writer in list(self._sockets):
            writer.write(bytes([0x81, 127]) + size.to_bytes(8, "big"))
            while writer in self._sockets and sent < most:
                writer.write(b"x" * 65_536)
                try:
                    await asyncio.wait_for(writer.drain(), 5)
                except (ConnectionError, asyncio.TimeoutError):
                    break
                sent += 65_536
        return sent

    async def _copy(self, reader, writer):
        while data := await reader.read(65_536):
            await self._line.wait()
            writer.write(data)
            await writer.drain()

    async def _copy_frames(self, reader, writer):
        kept = None  # a frame that the next one overtakes
        while True:
            head = await reader.readexactly(2)
            length = head[1] & 0x7F
            extended = b""
            if length >= 126:
                extended = await reader.readexactly(2 if length == 126 else 8)
                length = int.from_bytes(extended, "big")
            payload = await reader.readexactly(length)
            frame = head + extended + payload
            out = [frame]
            if head[0] & 0x0F == 1 and self.ws:
                out = self._spoil(payload, frame)
                if kept is not None:
                    out.append(kept)
                    kept = None
                elif out and self.rng.random() < self.ws.get("reorder", 0):
                    kept = out.pop()
                    self.hints["reordered"] += 1
            elif head[0] & 0x0F == 1:
                self.hints["passed"] += 1
            await self._line.wait()
            for piece in out:
                writer.write(piece)
            await writer.drain()

    def _spoil(self, payload, frame):
        if self.rng.random() < self.ws.get("drop", 0):
            self.hints["dropped"] += 1
            return []
        try:
            message = json.loads(payload)
        except ValueError:
            message = {}
        if message.get("t") == "hint":
            if self.rng.random() < self.ws.get("old_epoch", 0):
                self.hints["old_epoch"] += 1
                frame = text_frame(json.dumps(dict(message, epoch=max(0, message.get("epoch", 1) - 1))).encode())
            elif self.rng.random() < self.ws.get("lie", 0):
                self.hints["lied"] += 1
                frame = text_frame(json.dumps(dict(message, head=message.get("head", 0) + 1_000_000)).encode())
        if self.rng.random() < self.ws.get("duplicate", 0):
            self.hints["duplicated"] += 1
            return [frame, frame]
        self.hints["passed"] += 1
        return [frame]


def text_frame(payload):
    """A server's text frame."""
    size = len(payload)
    if size < 126:
        return bytes([0x81, size]) + payload
    return bytes([0x81, 126]) + size.to_bytes(2, "big") + payload if size < 65_536 else bytes([0x81, 127]) + size.to_bytes(8, "big") + payload


# --- as a process of its own -----------------------------------------------------------------------------------------------------

class Control:
    """The control port: a JSON object a line, an answer a line."""

    def __init__(self, proxy):
        self.proxy = proxy

    async def serve(self, reader, writer):
        while line := await reader.readline():
            try:
                answer = await self.carry_out(json.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                answer = {"ok": False, "error": str(error)}
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        writer.close()

    async def carry_out(self, command):
        what = command.pop("do")
        proxy = self.proxy
        if what == "add":
            proxy.add(command.pop("kind"), **command)
        elif what == "clear":
            proxy.clear()
        elif what == "down":
            await proxy.down()
        elif what == "up":
            await proxy.up()
        elif what == "freeze":
            proxy.freeze()
        elif what == "thaw":
            proxy.thaw()
        elif what == "flap":
            await proxy.flap(float(command["period"]), float(command["seconds"]))
        elif what == "ws":
            proxy.ws = command
        elif what == "release":
            return {"ok": True, "delivered": await proxy.release()}
        elif what == "replay":
            return {"ok": True, "delivered": await proxy.replay_old(command.get("count", 1), command.get("path", ""))}
        elif what == "counts":
            return {"ok": True, "connections": proxy.connections, "requests": len(proxy.exchanges), "hints": dict(proxy.hints)}
        else:
            raise ValueError(f"no command is called {what}")
        return {"ok": True}


async def run_alone(arguments):
    host, _, port = arguments.upstream.rpartition(":")
    proxy = await FaultProxy((host or "127.0.0.1", int(port)), arguments.seed).start()
    control = await asyncio.start_server(Control(proxy).serve, "127.0.0.1", arguments.control)
    print(json.dumps({"port": proxy.port, "control": control.sockets[0].getsockname()[1], "seed": arguments.seed}), flush=True)
    await control.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="a bad network in front of calldeckd")
    parser.add_argument("--upstream", required=True, help="HOST:PORT")
    parser.add_argument("--control", type=int, default=0)
    parser.add_argument("--seed", type=int, default=random.randrange(10 ** 9))
    try:
        asyncio.run(run_alone(parser.parse_args()))
    except KeyboardInterrupt:
        pass
