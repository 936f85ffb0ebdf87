#!/usr/bin/env python3
"""The fault proxy does what its faults are called. Each check also runs once with its fault left out and must then fail: a check that
passes without the fault would let a toothless proxy through, and with it every test that stands on it."""

import argparse
import asyncio
import gzip
import hashlib
import http.server
import json
import random
import threading
import time

import fault_proxy

SECONDS = 10  # longest wait for anything here
SAMPLE = json.dumps({"epoch": 1, "from": 5, "to": 7, "rows": [{"kind": "call", "id": "a"}]}).encode()


class TinyServer:
    """Counts what arrives and answers SAMPLE with a number."""

    def __enter__(self):
        arrived = self.arrived = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def _any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                arrived.append((self.command, self.path, body))
                answer = SAMPLE[:-1] + b', "n": %d}' % len(arrived)
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST = _any

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()
        self.address = self.server.server_address
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Outcome:
    """What a client saw: a whole answer, or how it ended."""

    def __init__(self, answer=None, error=None, raw=b"", pieces=0, seconds=0.0):
        self.answer, self.error, self.raw, self.pieces, self.seconds = answer, error, raw, pieces, seconds

    @property
    def number(self):
        return json.loads(self.answer.body)["n"] if self.answer else None


async def ask(port, body=b"", path="/api/x", seconds=SECONDS):
    began = time.monotonic()
    raw, pieces = b"", 0
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError as error:
        return Outcome(error=type(error).__name__)
    try:
        writer.write(b"POST %s HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % (path.encode(), len(body)) + body)
        await writer.drain()
        whole = asyncio.StreamReader()

        async def read_all():
            nonlocal raw, pieces
            while data := await reader.read(65_536):
                raw += data
                pieces += 1
                head, found, rest = raw.partition(b"\r\n\r\n")
                if not found:
                    continue
                length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), None)
                if length is not None and len(rest) >= length:
                    return

        await asyncio.wait_for(read_all(), seconds)
        if not raw:
            return Outcome(error="closed")
        whole.feed_data(raw)
        whole.feed_eof()
        return Outcome(await fault_proxy.read_message(whole, is_answer=True), None, raw, pieces, time.monotonic() - began)
    except asyncio.TimeoutError:
        return Outcome(error="silence", raw=raw, pieces=pieces)
    except (OSError, asyncio.IncompleteReadError) as error:
        return Outcome(error=type(error).__name__, raw=raw, pieces=pieces)
    finally:
        writer.close()


# --- one check a fault: (proxy, server) -> None, fails by assert ------------------------------------------------------------------

async def drop_request(proxy, server):
    proxy.add("drop_request")
    assert (await ask(proxy.port)).error == "closed" and not server.arrived
    assert (await ask(proxy.port)).number == 1, "the fault is for one request"


async def drop_answer(proxy, server):
    proxy.add("drop_answer")
    assert (await ask(proxy.port)).error == "closed" and len(server.arrived) == 1


async def duplicate(proxy, server):
    proxy.add("duplicate", answer=2)
    assert (await ask(proxy.port, b"once")).number == 2
    assert [body for _, _, body in server.arrived] == [b"once", b"once"]


async def hold(proxy, server):
    proxy.add("hold", times=2)
    await ask(proxy.port, b"first")
    await ask(proxy.port, b"second")
    assert (await ask(proxy.port, b"third")).number == 1, "held requests are not at the server yet"
    assert await proxy.release() == 2
    assert sorted(body for _, _, body in server.arrived[1:]) == [b"first", b"second"]


async def replay_old(proxy, server):
    await ask(proxy.port, b"early")
    await ask(proxy.port, b"late", path="/api/y")
    assert await proxy.replay_old(path="/api/x") == (1 if proxy.honest else 0)
    assert len(server.arrived) == 3 and server.arrived[2][2] == b"early"


async def reorder(proxy, server):
    proxy.add("reorder", seconds=SECONDS)
    slow = asyncio.ensure_future(ask(proxy.port, b"first"))
    while len(proxy.exchanges) < 1:
        await asyncio.sleep(0.001)
    await ask(proxy.port, b"second")
    await slow
    assert [body for _, _, body in server.arrived] == [b"second", b"first"]


async def stale_answer(proxy, server):
    await ask(proxy.port)
    proxy.add("stale_answer")
    assert (await ask(proxy.port)).number == 1 and len(server.arrived) == 2


async def truncate(proxy, server):
    proxy.add("truncate", at=9)
    cut = await ask(proxy.port)
    assert cut.error == "IncompleteReadError" and cut.raw.endswith(SAMPLE[:9]) and len(server.arrived) == 1
    proxy.add("truncate", at=9, whole_length=True)
    assert (await ask(proxy.port)).answer.body == SAMPLE[:9]


async def corrupt(proxy, server):
    strict = {"bad_utf8", "nul", "nan", "not_json", "empty"}
    for how in fault_proxy.CORRUPTIONS:
        proxy.add("corrupt", how=how)
        body = (await ask(proxy.port)).answer.body
        assert not body.startswith(SAMPLE[:-1]), how
        if how in strict:
            try:
                json.loads(body.decode(), parse_constant=lambda _: 1 / 0)
                raise AssertionError(f"{how} is still JSON")
            except (ValueError, ZeroDivisionError):
                pass
    proxy.add("corrupt", how="deep")
    assert (await ask(proxy.port)).answer.body.count(b"[") >= 100_000


async def status(proxy, server):
    for code in (500, 502, 503, 504):
        proxy.add("status", status=code, skip=1)
        assert (await ask(proxy.port)).answer.status == 200, "skip lets one through"
        assert (await ask(proxy.port)).answer.status == code
    proxy.add("status", status=429, retry_after=10 ** 12)
    assert (await ask(proxy.port)).answer.header(b"Retry-After") == b"1000000000000"


async def html(proxy, server):
    proxy.add("html")
    page = (await ask(proxy.port)).answer
    assert page.status == 200 and b"password" in page.body and not server.arrived


async def redirect(proxy, server):
    proxy.add("redirect", to="http://127.0.0.2:9")
    assert (await ask(proxy.port)).answer.header(b"Location") == b"http://127.0.0.2:9/api/x"


async def oversize(proxy, server):
    proxy.add("oversize", bytes=3_000_000)
    assert len((await ask(proxy.port)).answer.body) == 3_000_000
    proxy.add("oversize", bytes=3_000_000, chunked=True)
    assert len((await ask(proxy.port)).raw) > 3_000_000


async def gzip_bomb(proxy, server):
    proxy.add("gzip_bomb", bytes=5_000_000)
    bomb = (await ask(proxy.port)).answer
    assert bomb.header(b"Content-Encoding") == b"gzip" and len(bomb.body) < 20_000 and len(gzip.decompress(bomb.body)) > 5_000_000


async def slow(proxy, server):
    proxy.add("slow", bytes_per_second=4000)
    answer = await ask(proxy.port)
    assert answer.number == 1 and answer.pieces > 20


async def bandwidth(proxy, server):
    proxy.add("bandwidth", bytes_per_second=1000)
    answer = await ask(proxy.port)
    assert answer.number == 1 and answer.pieces > 1 and answer.seconds >= 0.09, answer.seconds


async def slicer(proxy, server):
    proxy.add("slicer")
    answer = await ask(proxy.port)
    assert answer.number == 1 and answer.pieces > 3, answer.pieces


async def latency(proxy, server):
    proxy.add("latency", seconds=0.15, jitter=0)
    assert (await ask(proxy.port)).seconds >= 0.14


async def half_open(proxy, server):
    proxy.add("half_open")
    assert (await ask(proxy.port, seconds=0.3)).error == "silence" and not server.arrived
    proxy.freeze()
    assert (await ask(proxy.port, seconds=0.3)).error == "silence" and not server.arrived
    proxy.thaw()
    assert (await ask(proxy.port)).error is None


async def one_way(proxy, server):
    proxy.add("one_way_requests")
    assert (await ask(proxy.port, seconds=0.3)).error == "silence" and not server.arrived
    proxy.add("one_way_answers")
    assert (await ask(proxy.port, seconds=0.3)).error == "silence" and len(server.arrived) == 1


async def reset(proxy, server):
    proxy.add("reset")
    assert (await ask(proxy.port)).error == "ConnectionResetError" and not server.arrived
    proxy.add("reset", after=True)
    assert (await ask(proxy.port)).error == "ConnectionResetError" and len(server.arrived) == 1


async def pauses(proxy, server):
    for kind, at_server in (("pause_before", 0), ("pause_after", 2)):
        fault = proxy.add(kind)
        waiting = asyncio.ensure_future(ask(proxy.port))
        await asyncio.wait_for(fault.reached.wait(), 1)
        assert len(server.arrived) == at_server and not waiting.done()
        fault.go.set()
        assert (await waiting).answer.status == 200


async def net_down(proxy, server):
    port = proxy.port
    await proxy.down()
    assert (await ask(port)).error == "ConnectionRefusedError"
    await proxy.up()
    assert proxy.port == port and (await ask(port)).number == 1


async def flap(proxy, server):
    flapping = asyncio.ensure_future(proxy.flap(0.05, 0.6))
    seen = set()
    while not flapping.done():
        seen.add((await ask(proxy.port, seconds=1)).error)
        await asyncio.sleep(0.005)
    await flapping
    assert None in seen and len(seen) > 1, seen
    assert (await ask(proxy.port)).error is None, "it ends up"


async def chance_is_the_seeds(proxy, server):
    proxy.add("drop_request", times=None, chance=0.5)
    seen = [(await ask(proxy.port)).error is None for _ in range(24)]
    twin = random.Random(proxy.seed)
    assert seen == [twin.random() >= 0.5 for _ in range(24)] and len(set(seen)) == 2


async def control_port(proxy, server):
    control = fault_proxy.Control(proxy)
    assert (await control.carry_out({"do": "add", "kind": "status", "status": 503}))["ok"]
    assert (await ask(proxy.port)).answer.status == 503
    assert (await control.carry_out({"do": "counts"}))["requests"] == 1
    try:
        await control.carry_out({"do": "add", "kind": "no such fault"})
        raise AssertionError("a misspelt fault was taken")
    except ValueError:
        pass


# --- WebSockets: a server that sends a burst of hints ----------------------------------------------------------------------------

class HintServer:
    COUNT = 60

    async def __aenter__(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.address = self.server.sockets[0].getsockname()
        return self

    async def __aexit__(self, *_):
        self.server.close()
        await self.server.wait_closed()

    async def serve(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        accept = hashlib.sha1(head).hexdigest().encode()
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n")
        for number in range(self.COUNT):
            writer.write(fault_proxy.text_frame(json.dumps({"t": "hint", "epoch": 3, "head": number}).encode()))
        writer.write(b"\x88\x00")
        await writer.drain()
        await reader.read()
        writer.close()


async def hints_through(proxy):
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(b"GET /ws/calls HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    heard = []
    while True:
        head = await asyncio.wait_for(reader.readexactly(2), SECONDS)
        payload = await reader.readexactly(head[1] & 0x7F)
        if head[0] & 0x0F == 8:
            break
        heard.append(json.loads(payload))
    writer.close()
    return heard


async def websocket_faults():
    async with HintServer() as server:
        async def heard(**ws):
            proxy = await fault_proxy.FaultProxy(server.address[:2], 11).start()
            proxy.ws = ws
            try:
                return await hints_through(proxy)
            finally:
                await proxy.close()

        whole = await heard()
        assert [hint["head"] for hint in whole] == list(range(HintServer.COUNT)), "without a fault all hints pass in order"
        dropped = await heard(drop=0.5)
        assert 10 < len(dropped) < 50 and [hint["head"] for hint in dropped] == sorted(hint["head"] for hint in dropped)
        assert len(await heard(duplicate=0.5)) > HintServer.COUNT + 10
        mixed = [hint["head"] for hint in await heard(reorder=0.5)]
        assert mixed != sorted(mixed) and set(mixed) <= set(range(HintServer.COUNT)) and len(mixed) >= HintServer.COUNT - 1
        assert {hint["epoch"] for hint in await heard(old_epoch=0.5)} == {2, 3}
        assert max(hint["head"] for hint in await heard(lie=0.5)) >= 1_000_000


CHECKS = [drop_request, drop_answer, duplicate, hold, replay_old, reorder, stale_answer, truncate, corrupt, status, html, redirect, oversize, gzip_bomb, slow,
          bandwidth, slicer, latency, half_open, one_way, reset, pauses, net_down, flap, chance_is_the_seeds, control_port]


class HonestProxy(fault_proxy.FaultProxy):
    honest = True


class ToothlessProxy(fault_proxy.FaultProxy):
    """Takes every command and breaks nothing."""
    honest = False

    def add(self, kind, **options):
        return fault_proxy.Fault(kind, **options)

    def freeze(self):
        pass

    async def down(self):
        pass

    async def replay_old(self, count=1, path=""):
        return 0

    async def close(self):
        await super().down()
        await super().close()


async def run_check(check, kind, seed):
    with TinyServer() as server:
        proxy = await kind(server.address, seed).start()
        try:
            await asyncio.wait_for(check(proxy, server), SECONDS if kind is HonestProxy else 4)
        finally:
            await proxy.close()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", help="not used; all system tests get it")
    parser.add_argument("--seed", type=int, default=1234)
    seed = parser.parse_args().seed
    print(f"seed {seed}", flush=True)
    for check in CHECKS:
        await run_check(check, HonestProxy, seed)
        try:
            await run_check(check, ToothlessProxy, seed)
        except (AssertionError, AttributeError, TypeError, asyncio.TimeoutError):
            continue
        raise AssertionError(f"the check of {check.__name__} passes without its fault")
    await websocket_faults()
    print(f"{len(CHECKS)} faults are injected as told, each check fails without its fault; hints are dropped, doubled, swapped and falsified")


if __name__ == "__main__":
    asyncio.run(main())
