#!/usr/bin/env python3
"""Load on the backend: many desks connected, many edits pushed, one desk's edit on another's, everybody coming back at once, a first sync.

The load is made in this one process, beside the server on the same machine; what it costs is in the figures. Each scene prints a table row and
goes into --json. The raw limit of the run is the same edits, as plain durable commits of SQLite without any server."""

import argparse
import asyncio
import json
import os
import random
import sqlite3
import ssl
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "system"))
import sync_processes  # noqa: E402


def percentile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else float("nan")


def memory_mb(pid, key):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith(key))


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# --- clients ---------------------------------------------------------------------------------------------------------------------

class HttpLine(asyncio.Protocol):
    """One kept-alive connection; one request at a time."""

    def __init__(self):
        self.buffer = b""
        self.waiting = None
        self.transport = None

    def connection_made(self, transport):
        self.transport = transport

    def connection_lost(self, _):
        if self.waiting and not self.waiting.done():
            self.waiting.set_exception(ConnectionError("closed"))

    def data_received(self, data):
        self.buffer += data
        head, mark, rest = self.buffer.partition(b"\r\n\r\n")
        if not mark:
            return
        lower = head.lower()
        at = lower.find(b"content-length:")
        length = int(lower[at + 15:].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(rest) < length:
            return
        self.buffer = rest[length:]
        waiting, self.waiting = self.waiting, None
        if waiting and not waiting.done():
            waiting.set_result((int(head[9:12]), rest[:length]))

    async def ask(self, method, path, token, body=None):
        self.waiting = asyncio.get_running_loop().create_future()
        content = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
        kind = "" if body is None else "Content-Type: application/json\r\n"
        self.transport.write(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n{kind}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        return await asyncio.wait_for(self.waiting, 60)


class HintLine(asyncio.Protocol):
    """A desk's socket: knows the head that it was told last."""

    def __init__(self, ticket, told):
        self.ticket = ticket
        self.told = told
        self.open = asyncio.get_running_loop().create_future()
        self.lost = asyncio.Event()
        self.buffer = b""
        self.hints = 0
        self.transport = None

    def connection_made(self, transport):
        self.transport = transport
        transport.write(("GET /ws/calls?only=hint HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                         f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: calldeck.v1, ticket.{self.ticket}\r\n\r\n").encode())

    def connection_lost(self, _):
        if not self.open.done():
            self.open.set_exception(ConnectionError("closed"))
        self.lost.set()

    def data_received(self, data):
        self.buffer += data
        if not self.open.done():
            head, mark, rest = self.buffer.partition(b"\r\n\r\n")
            if not mark:
                return
            self.buffer = rest
            if not head.startswith(b"HTTP/1.1 101"):
                self.open.set_exception(ConnectionError(head[:40].decode()))
                self.transport.close()
                return
            self.open.set_result(True)
        while len(self.buffer) >= 2:
            length, start = self.buffer[1] & 0x7f, 2
            if length == 126:
                length, start = int.from_bytes(self.buffer[2:4], "big"), 4
            if len(self.buffer) < start + length:
                return
            code, payload, self.buffer = self.buffer[0] & 0x0f, self.buffer[start:start + length], self.buffer[start + length:]
            if code == 9:
                # A pong, masked with zeros.
                self.transport.write(bytes([0x8a, 0x80 | len(payload), 0, 0, 0, 0]) + payload)
            elif code == 1 and b'"hint"' in payload:
                self.hints += 1
                self.told(int(payload[payload.rindex(b":") + 1:-1]))


class Place:
    """Where the server is and how to speak with it."""

    def __init__(self, backend, tls):
        self.backend = backend
        self.context = None
        if tls:
            self.context = ssl.create_default_context()
            self.context.check_hostname = False
            self.context.verify_mode = ssl.CERT_NONE

    @staticmethod
    def address(number):
        """Desks come from offices of a hundred, as the limits of one address have it."""
        return f"127.0.1.{number // 100 + 1}", 0

    def port(self, number):
        return self.backend.ports[number % len(self.backend.ports)]

    async def line(self, number):
        _, line = await asyncio.get_running_loop().create_connection(HttpLine, "127.0.0.1", self.port(number), ssl=self.context, local_addr=self.address(number))
        return line

    async def socket(self, number, told):
        line = await self.line(number)
        try:
            status, answer = await line.ask("POST", "/api/ws-ticket", self.token(number))
            if status != 200:
                raise ConnectionError(f"ticket: {status}")
            ticket = json.loads(answer)["ticket"]
        finally:
            line.transport.close()
        _, hints = await asyncio.get_running_loop().create_connection(lambda: HintLine(ticket, told), "127.0.0.1", self.port(number), ssl=self.context, local_addr=self.address(number))
        await asyncio.wait_for(hints.open, 30)
        return hints

    @property
    def tokens(self):
        return [self.backend.tokens[name] for name in sync_processes.PEOPLE]

    def token(self, number):
        return self.tokens[number % len(self.tokens)]


class Pushers:
    """Edits at a fixed rate, whatever the server does: a late answer counts from when its edit was due."""

    def __init__(self, place, calls, lines):
        self.place = place
        self.calls = calls
        self.count = lines
        self.free = asyncio.Queue()
        self.latencies, self.sequences, self.failures = [], {}, []
        self.written = {}  # (call, value) -> (number in the log, when it was due)
        self.made = 0
        self.name = f"{random.getrandbits(40):010x}"  # devices of their own

    async def start(self):
        for number in range(self.count):
            self.free.put_nowait((number, await self.place.line(number), [0]))

    async def run(self, rate, seconds):
        began = time.perf_counter()
        tasks = set()
        while self.made < rate * seconds:
            due = began + self.made / rate
            delay = due - time.perf_counter()
            if delay > 0:
                await asyncio.sleep(delay)
            self.made += 1
            task = asyncio.ensure_future(self.push(due))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        while tasks:
            await asyncio.wait(tasks)
        return time.perf_counter() - began

    async def push(self, due):
        number, line, lseq = await self.free.get()
        lseq[0] += 1
        call = self.calls[random.randrange(len(self.calls))]
        moment = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        edit = {"mid": f"{int(time.time() * 1000):013x}-{self.name}-{number}-{lseq[0]}", "lseq": lseq[0], "kind": "call", "id": call, "op": "set",
                "args": {"customer_ref": f"{number}-{lseq[0]}"}, "base_ver": 10 ** 12, "at": moment}
        body = {"device": f"{self.name}-{number}", "epoch": 1, "schema_ver": 1, "ms": [edit]}
        try:
            status, answer = await line.ask("POST", "/api/sync/push", self.place.token(number), body)
            result = json.loads(answer)["results"][0] if status == 200 else {}
            if result.get("status") not in ("applied", "conflict"):
                self.failures.append((status, answer[:200]))
            else:
                self.sequences[result["seq"]] = due
                self.written[call, edit["args"]["customer_ref"]] = result["seq"], due
        except (ConnectionError, asyncio.TimeoutError) as error:
            self.failures.append((0, repr(error)))
            if line.transport.is_closing():
                line = await self.place.line(number)
        self.latencies.append(time.perf_counter() - due)
        self.free.put_nowait((number, line, lseq))


class Reader:
    """A desk that pulls when a hint says there is something, as the real one does."""

    def __init__(self, place, number):
        self.place, self.number = place, number
        self.cursor = self.head = 0
        self.shown = {}
        self.wake = asyncio.Event()
        self.pulls = 0

    def told(self, head):
        self.head = max(self.head, head)
        self.wake.set()

    async def run(self, line):
        while True:
            await self.wake.wait()
            self.wake.clear()
            while self.head > self.cursor:
                self.pulls += 1
                status, answer = await line.ask("GET", f"/api/sync/changes?cursor=1.{self.cursor}&limit=500", self.place.token(self.number))
                if status != 200:
                    raise AssertionError(f"a pull was answered with {status}")
                page = json.loads(answer)
                now = time.perf_counter()
                for seq in range(page["from"] + 1, page["to"] + 1):
                    self.shown[seq] = now
                self.cursor = page["to"]
                self.head = max(self.head, page["head"])


class Crowd:
    """The sockets of the desks that only listen: socket_crowd.py."""

    def __init__(self, place, desks, tls):
        self.start = {"ports": place.backend.ports, "tls": tls, "tokens": place.tokens, "desks": desks}
        self.process = None

    async def ask(self, word):
        if self.process is None:
            self.process = await asyncio.create_subprocess_exec(sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "socket_crowd.py"), stdin=subprocess.PIPE,
                                                                stdout=subprocess.PIPE, limit=1 << 24)
            self.process.stdin.write(json.dumps(self.start).encode() + b"\n")
        self.process.stdin.write(word.encode() + b"\n")
        await self.process.stdin.drain()
        line = await asyncio.wait_for(self.process.stdout.readline(), 180)
        if not line:
            raise AssertionError("the crowd ended")
        return json.loads(line)

    async def close(self):
        if self.process:
            self.process.kill()
            await self.process.wait()


# --- scenes ----------------------------------------------------------------------------------------------------------------------

class Load:
    def __init__(self, arguments, backend, store, calls):
        self.arguments, self.backend, self.store, self.calls = arguments, backend, store, calls
        self.place = Place(backend, arguments.tls)
        self.figures = {}
        self.crowd = Crowd(self.place, arguments.desks, arguments.tls)

    def tell(self, name, **figures):
        self.figures[name] = figures
        print(f"{name}: " + ", ".join(f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}" for key, value in figures.items()), flush=True)

    def pids(self):
        return [process.pid for process in self.backend.running]

    def rss(self):
        return sum(memory_mb(pid, "VmRSS") for pid in self.pids())

    async def connect(self):
        """All desks connect, 50 at a time."""
        before = self.rss()
        done = await self.crowd.ask("connect")
        self.tell("connect", desks=done["connected"], seconds=done["seconds"], server_mb=self.rss(), kb_a_desk=(self.rss() - before) * 1024 / self.arguments.desks)

    async def push(self):
        """Edits with all desks connected, which get the hints."""
        pushers = Pushers(self.place, self.calls, 64)
        await pushers.start()
        cpu, hints = sum(map(cpu_seconds, self.pids())), (await self.crowd.ask("hints"))["hints"]
        took = await pushers.run(self.arguments.rate, self.arguments.seconds)
        applied = await asyncio.to_thread(self.store.query, "SELECT count(*) AS n FROM mutation WHERE status IN ('applied', 'conflict')")
        hinted = (await self.crowd.ask("hints"))["hints"] - hints
        self.tell("push", rate=pushers.made / took, p50_ms=percentile(pushers.latencies, 0.5) * 1000, p99_ms=percentile(pushers.latencies, 0.99) * 1000,
                  worst_ms=max(pushers.latencies) * 1000, failed=len(pushers.failures), lost=len(pushers.sequences) - applied[0]["n"], hints_a_second=hinted / took,
                  server_cpu=(sum(map(cpu_seconds, self.pids())) - cpu) / took, server_mb=self.rss())
        assert not pushers.failures, pushers.failures[:3]
        for _ in range(64):
            _, line, _ = pushers.free.get_nowait()
            line.transport.close()

    async def visible(self):
        """One desk's commit to another desk's having the row, with some desks pulling at every hint and the others told."""
        readers = [Reader(self.place, number) for number in range(self.arguments.readers)]
        head = (await asyncio.to_thread(self.store.query, "SELECT max(seq) AS seq FROM ws_head"))[0]["seq"]
        tasks = []
        for reader in readers:
            reader.cursor = head
            await self.place.socket(reader.number, reader.told)
            tasks.append(asyncio.ensure_future(reader.run(await self.place.line(reader.number))))
        pushers = Pushers(self.place, self.calls, 16)
        await pushers.start()
        await pushers.run(50, 20)
        await asyncio.sleep(1)
        for task in tasks:
            if task.done():
                task.result()
            task.cancel()
        delays = [reader.shown[seq] - due for reader in readers for seq, due in pushers.sequences.items() if seq in reader.shown]
        missing = len(readers) * len(pushers.sequences) - len(delays)
        self.tell("visible", readers=len(readers), p50_ms=percentile(delays, 0.5) * 1000, p99_ms=percentile(delays, 0.99) * 1000, missing=missing,
                  pulls_a_second=sum(reader.pulls for reader in readers) / 20)
        assert missing == 0, f"{missing} changes were not shown"

    async def painted(self):
        """One desk's commit to the row painted in the window of another: the desk as it is, encrypted, under an X server in memory; every edit hits a row that it shows."""
        folder = self.backend.workplace.folder("painted")
        key = folder + ".key"
        subprocess.run(["sh", "-c", 'umask 077; openssl rand -hex 32 > "$0"', key], check=True)
        command = [os.path.join(self.arguments.bin, "bench_painted_desk"), "--data-dir", folder, "--key-file", key, "--token", self.place.token(0),
                   "--server", f"{'https' if self.arguments.tls else 'http'}://localhost:{self.place.port(0)}"]
        if self.arguments.tls:
            command += ["--trust", self.backend.workplace.path + "/cert.pem"]
        desk = await asyncio.create_subprocess_exec("xvfb-run", "-a", "-s", "-screen 0 1600x1000x24", "dbus-run-session", "--", *command, stdin=subprocess.PIPE,
                                                    stdout=subprocess.PIPE, limit=1 << 20)
        lines = []

        async def read():
            async for line in desk.stdout:
                lines.append(json.loads(line))

        reading = asyncio.ensure_future(read())
        visible = None
        for _ in range(600):
            visible = next((line["visible"] for line in lines if "visible" in line), None)
            if visible:
                break
            await asyncio.sleep(0.1)
        assert visible, "the desk showed no calls"
        pushers = Pushers(self.place, visible, 16)
        await pushers.start()
        await pushers.run(50, 20)
        await asyncio.sleep(3)
        desk.stdin.close()
        await asyncio.wait_for(reading, 30)
        await desk.wait()
        # A later value on the row shows that the earlier ones are past as well.
        shown = {}
        for line in lines:
            if (line.get("call"), line.get("customer_ref")) in pushers.written:
                shown.setdefault(line["call"], []).append((pushers.written[line["call"], line["customer_ref"]][0], line["at"]))
        delays, missing = [], 0
        for (call, _), (seq, due) in pushers.written.items():
            paints = [at for painted, at in shown.get(call, ()) if painted >= seq]
            missing += not paints
            if paints:
                delays.append(min(paints) - due)
        self.tell("painted", rows=len(visible), edits=len(pushers.written), p50_ms=percentile(delays, 0.5) * 1000, p99_ms=percentile(delays, 0.99) * 1000,
                  worst_ms=max(delays) * 1000, missing=missing)
        assert missing == 0, f"{missing} changes were not painted"

    async def reconnect(self):
        """The server dies; all desks come back with the pauses of the real one while edits go on."""
        coming = asyncio.ensure_future(self.crowd.ask("comeback"))
        await self.backend.kill()
        await asyncio.sleep(1)
        await self.backend.start()
        pushers = Pushers(self.place, self.calls, 16)
        await pushers.start()
        await pushers.run(50, 15)
        live = (await coming)["live"]
        self.tell("reconnect", desks=len(live), p50_s=percentile(live, 0.5), last_s=max(live), push_p99_ms=percentile(pushers.latencies, 0.99) * 1000,
                  push_worst_ms=max(pushers.latencies) * 1000, failed=len(pushers.failures))
        assert not pushers.failures, pushers.failures[:3]

    def desk(self, auto):
        """A real desk without a window, the same one each time."""
        return sync_processes.Desk(self.arguments.bin, os.path.join(self.backend.workplace.path, "first-sync"), "Ana", self.backend.tokens["Ana"], self.backend.ports[0], auto=auto)

    async def first_sync(self):
        """A desk signs in to a workspace of many calls."""
        count = len(self.calls)
        while count < self.arguments.sync_calls:
            self.calls += await self.backend.take_in(500, f"more-{count}")
            count += 500
        desk = self.desk(auto=True)
        began = time.perf_counter()
        await desk.start()
        first = None
        while True:
            status = await desk.ask("status")
            rows = 0
            if first is None:
                rows = (await desk.ask("view", ids=self.calls[:1] + self.calls[-1:]))["rows"]
                first = time.perf_counter() - began if any(rows.values()) else None
            if not status["snapshot"]:
                break
            await asyncio.sleep(0.05)
        took = time.perf_counter() - began
        self.tell("first_sync", calls=len(self.calls), seconds=took, calls_a_second=len(self.calls) / took, desk_mb=memory_mb(desk.process.pid, "VmHWM"), server_mb=self.rss())
        await desk.close()

    async def drain(self):
        """The desk of the first sync saves without the network, then everything goes out."""
        desk = self.desk(auto=False)
        await desk.start()
        times = []
        for number in range(self.arguments.open_edits):
            began = time.perf_counter()
            answer = await desk.ask("edit", id=random.choice(self.calls), op="set", args={"customer_ref": f"open {number}"})
            times.append(time.perf_counter() - began)
            assert answer["ok"], answer
        await desk.close()
        desk = self.desk(auto=True)
        began = time.perf_counter()
        status = await desk.start()
        while status["pending"]:
            await asyncio.sleep(0.1)
            status = await desk.ask("status")
        took = time.perf_counter() - began
        assert not status["dead"], status["dead"][:3]
        self.tell("drain", edits=len(times), saved_p50_ms=percentile(times, 0.5) * 1000, saved_p99_ms=percentile(times, 0.99) * 1000, seconds=took, edits_a_second=len(times) / took)
        await desk.close()

    async def catch_up(self):
        """The same desk was away while others worked."""
        pushers = Pushers(self.place, self.calls, 64)
        await pushers.start()
        # As fast as they come: how long the others took is not asked here.
        await pushers.run(self.arguments.open_edits, 1)
        assert not pushers.failures, pushers.failures[:3]
        head = (await asyncio.to_thread(self.store.query, "SELECT max(seq) AS seq FROM ws_head"))[0]["seq"]
        desk = self.desk(auto=True)
        began = time.perf_counter()
        status = await desk.start()
        while status["cursor"] < head:
            await asyncio.sleep(0.05)
            status = await desk.ask("status")
        took = time.perf_counter() - began
        self.tell("catch_up", changes=pushers.made, seconds=took, changes_a_second=pushers.made / took)
        await desk.close()

    def raw_limit(self):
        """The same number of plain commits, on the same disk, by one writer."""
        path = os.path.join(self.backend.workplace.folder("raw"), "raw.db")
        database = sqlite3.connect(path, isolation_level=None)
        database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT)")
        times = []
        for number in range(1000):
            began = time.perf_counter()
            database.execute("INSERT INTO t VALUES (?, ?)", (number, "x" * 300))
            times.append(time.perf_counter() - began)
        self.tell("raw", commits_a_second=1000 / sum(times), p99_ms=percentile(times, 0.99) * 1000)


SCENES = ("raw_limit", "connect", "push", "visible", "painted", "reconnect", "first_sync", "drain", "catch_up")


async def run_all(arguments):
    with sync_processes.Workplace() as workplace:
        store = sync_processes.PostgresStore(workplace, durable=True) if arguments.store == "postgres" else sync_processes.SqliteStore(workplace)
        backend = sync_processes.Backend(arguments.bin, workplace, store, arguments.processes)
        ending = []
        try:
            backend.found()
            store.open_fresh("load")
            if arguments.tls:
                subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                                "-keyout", workplace.path + "/key.pem", "-out", workplace.path + "/cert.pem"], check=True, capture_output=True)
            await backend.start()
            calls = []
            for number in range(0, arguments.calls, 500):
                calls += await backend.take_in(min(500, arguments.calls - number), f"load-{number}")
            if arguments.tls:
                # Filled without TLS, loaded with it.
                await backend.kill()
                backend.arguments = ["--tls-cert", workplace.path + "/cert.pem", "--tls-key", workplace.path + "/key.pem"]
                await backend.start()
            load = Load(arguments, backend, store, calls)
            ending.append(load.crowd.close)
            for scene in arguments.scenes.split(","):
                if scene == "first_sync" and arguments.tls:
                    load.place = Place(backend, False)
                    await backend.kill()
                    backend.arguments = []
                    await backend.start()
                done = getattr(load, scene)()
                if asyncio.iscoroutine(done):
                    await done
            return load.figures
        finally:
            for end in ending:
                await end()
            await backend.close()
            store.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--desks", type=int, default=1000)
    parser.add_argument("--readers", type=int, default=50, help="desks that pull at every hint")
    parser.add_argument("--rate", type=int, default=300)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--sync-calls", type=int, default=100000)
    parser.add_argument("--open-edits", type=int, default=10000, help="of drain; changes of catch_up")
    parser.add_argument("--no-tls", dest="tls", action="store_false")
    parser.add_argument("--scenes", default=",".join(SCENES))
    parser.add_argument("--json")
    arguments = parser.parse_args()
    figures = asyncio.run(run_all(arguments))
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as out:
            json.dump(figures, out, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
