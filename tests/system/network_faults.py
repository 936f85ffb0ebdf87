#!/usr/bin/env python3
"""The rows of the fault table for network and server, each by its name. See fault_table.py for how they are run."""

import asyncio
import datetime
import json
import sys
import time

import fault_proxy
import fault_table
import sync_processes
from fault_table import MOST_ANSWER, OFFLINE_SECONDS, SAFETY_PULL, UP_SECONDS, WHOLE_TIMEOUT, case
from sync_processes import wait_until

# --- answers that say no ---------------------------------------------------------------------------------------------------------

def status_case(code):
    async def run(self):
        desk, proxy = await self.desk()
        began = time.monotonic()
        refusals = proxy.add("status", path="/api/sync/push", status=code, times=3)
        for number in range(3):
            await self.edit(desk, number)
        # Three refusals with pauses of at most 1, 2 and 4 s.
        await self.emptied(desk, 14, f"after {code}")
        assert refusals.hits == 3, "the refusals were not asked for"
        tries = len(proxy.requests_since(began, "/api/sync/push"))
        assert tries <= 3 + 3 + 2, f"{tries} pushes for three edits and three refusals"
        await self.all_once()
    return run


for _code in (500, 502, 503, 504, 429):
    case(f"HTTP-{_code}")(status_case(_code))


@case("HTTP-429-RETRY-AFTER")
async def retry_after(self):
    desk, proxy = await self.desk()
    proxy.add("status", path="/api/sync/push", status=429, retry_after=4)
    began = time.monotonic()
    await self.edit(desk)
    tries = lambda: [exchange.at for exchange in proxy.requests_since(began, "/api/sync/push")]
    asked, again, *_ = await wait_until(f"{self.name}: a second try", lambda: len(tries()) > 1 and tries(), 20)
    # A timer of Qt may be 5 % early.
    assert again - asked >= 3.7, f"asked again after {again - asked:.1f} s, 4 were asked for"
    await self.emptied(desk, 20, "after Retry-After")
    await self.all_once()


@case("HTTP-429-ABSURD")
async def retry_after_absurd(self):
    for value in ("-5", "soon", "999999999999999999999"):
        desk, proxy = await self.desk()
        proxy.add("status", path="/api/sync/push", status=429, retry_after=value)
        began = time.monotonic()
        await self.edit(desk)
        await asyncio.sleep(3)
        tries = len(proxy.requests_since(began, "/api/sync/push"))
        assert 1 <= tries <= 5, f"{tries} pushes within 3 s after Retry-After: {value}"
        await self.alive(desk)
        # A person starts the program again: no waiting lasts beyond that.
        await desk.kill()
        await desk.start()
        await self.emptied(desk, 20, "after a new start")
    await self.all_once()


# --- exactly once ----------------------------------------------------------------------------------------------------------------

async def exactly_once(self, spoil, seconds=60):
    desk, proxy = await self.desk()
    await spoil(proxy)
    for number in range(12):
        await self.edit(desk, number % 6)
        await asyncio.sleep(self.rng.random() * 0.2)
    # Half of the pushes fail: the pauses grow, up to the healing.
    await asyncio.sleep(2)
    proxy.clear()
    await proxy.release()
    await self.emptied(desk, seconds, "after healing")
    await self.all_once()
    return desk, proxy


@case("COMMIT-THEN-DROP")
async def commit_then_drop(self):
    async def spoil(proxy):
        self.fault = proxy.add("drop_answer", path="/api/sync/push", times=None, chance=0.6)
    await exactly_once(self, spoil)
    assert self.fault.hits, "no answer was swallowed"


@case("DUP-REQ")
async def duplicated(self):
    async def spoil(proxy):
        self.fault = proxy.add("duplicate", path="/api/sync/push", times=None, chance=0.7, answer=2)
    await exactly_once(self, spoil)
    assert self.fault.hits, "no request was doubled"


@case("REORDER")
async def reordered(self):
    async def spoil(proxy):
        proxy.add("hold", path="/api/sync/push", times=None, chance=0.4)
        proxy.add("reorder", path="/api/sync/", times=None, chance=0.4, seconds=0.5)
    await exactly_once(self, spoil)


@case("OLD-REQ")
async def old_requests(self):
    async def spoil(proxy):
        self.fault = proxy.add("drop_answer", path="/api/sync/push", times=None, chance=0.3)
    desk, proxy = await exactly_once(self, spoil)
    assert await proxy.replay_old(20, "/api/sync/push") == 20, "the server did not take old requests"
    await self.edit(desk)
    await self.emptied(desk, 20, "after the replay")
    await self.all_once()


@case("ONE-WAY-ANSWERS")
async def one_way_answers(self):
    desk, proxy = await self.desk()
    fault = proxy.add("one_way_answers", path="/api/sync/push")
    await self.edit(desk)
    await asyncio.wait_for(proxy_hit(fault), 10)
    await self.edit(desk, 1)
    await self.emptied(desk, WHOLE_TIMEOUT + 15, "although an answer never came")
    await self.all_once()


@case("ONE-WAY-REQUESTS")
async def one_way_requests(self):
    desk, proxy = await self.desk()
    fault = proxy.add("one_way_requests", path="/api/sync/push")
    await self.edit(desk)
    await asyncio.wait_for(proxy_hit(fault), 10)
    await self.edit(desk, 1)
    await self.emptied(desk, WHOLE_TIMEOUT + 15, "although a request never arrived")
    await self.all_once()


async def proxy_hit(fault):
    while not fault.hits:
        await asyncio.sleep(0.01)


# --- answers that are not what they should be ------------------------------------------------------------------------------------

@case("TRUNC-JSON")
async def truncated(self):
    """Cut at each byte of a page of the feed, of an answer to a push and of a page of a snapshot: nothing of it counts."""
    writer, _ = await self.desk("Ben", auto=False)
    desk, proxy = await self.desk("Ana", auto=False)
    await self.edit(writer)
    assert (await writer.ask("push"))["ok"]
    before = await desk.ask("status")
    size = await self._cut_everywhere(desk, proxy, "pull", "/api/sync/changes", lambda status: status["cursor"] == before["cursor"])
    assert (await desk.ask("pull"))["ok"] and (await desk.ask("status"))["cursor"] > before["cursor"], "a whole answer does not count either"
    mid = await self.edit(desk, 1)
    pushed = await self._cut_everywhere(desk, proxy, "push", "/api/sync/push", lambda status: status["pending"] == [mid])
    while (await desk.ask("status"))["pending"]:
        # A whole one at last; a try may lie ahead.
        await desk.ask("push")
    fresh, fresh_proxy = await self.desk("Cleo", auto=False, wait=False)
    pages = await self._cut_everywhere(fresh, fresh_proxy, "pull", "/api/sync/snapshot", lambda status: status["snapshot"], most=200)
    assert (await fresh.ask("pull"))["ok"]
    self.tell(f"cut at {size + pushed + pages} places")
    await self.all_once()


async def _cut_everywhere(self, desk, proxy, command, path, unmoved, most=100_000):
    """How many places there were. `most`: of a longer answer the beginning, the end and a sample between."""
    probe = proxy.add("truncate", path=path, at=0, whole_length=True)
    await desk.ask(command)
    assert probe.hits == 1, f"{command} asked nothing of {path}"
    size = len(proxy.exchanges[-1].answer.body)
    places = range(size) if size <= most else sorted({*range(60), *range(size - 60, size), *self.rng.sample(range(size), most - 120)})
    for at in places:
        fault = proxy.add("truncate", path=path, at=at, times=None, whole_length=at % 2 == 0)
        answer = await desk.ask(command)
        proxy.faults.remove(fault)
        if fault.hits:
            assert not answer["ok"], f"an answer of {size} bytes cut at {at} was taken: {answer}"
        else:
            # A whole push waits for its next try after a failure; the place is cut again.
            await asyncio.sleep(0.05)
        status = await self.alive(desk)
        assert unmoved(status), f"an answer cut at {at} moved something: {status}"
    return len(places)


fault_table.Case._cut_everywhere = _cut_everywhere


def hostile_case(how):
    async def run(self):
        writer, _ = await self.desk("Ben", auto=False)
        desk, proxy = await self.desk("Ana", auto=False)
        await self.edit(writer)
        assert (await writer.ask("push"))["ok"]
        before = await desk.ask("status")
        mid = await self.edit(desk, 1)
        for command, path in (("pull", "/api/sync/changes"), ("push", "/api/sync/push")):
            fault = proxy.add("corrupt", path=path, how=how, times=None)
            await desk.ask(command)
            proxy.faults.remove(fault)
            assert fault.hits, f"{command} asked nothing of {path}"
            status = await self.alive(desk)
            if how != "duplicate_keys":  # which of two equal keys counts nobody has said; the last one is right here
                assert status["cursor"] == before["cursor"] and status["pending"] == [mid], f"{how} moved something: {status}"
            assert not status["dead"], f"{how} killed an edit: {status['dead']}"
        fresh, fresh_proxy = await self.desk("Cleo", auto=False, wait=False)
        fault = fresh_proxy.add("corrupt", path="/api/sync/snapshot", how=how, times=None)
        await fresh.ask("pull")
        fresh_proxy.faults.remove(fault)
        assert fault.hits and ((await self.alive(fresh))["snapshot"] or how == "duplicate_keys"), f"a snapshot with {how} was taken"
        for one in (desk, fresh):
            await wait_until(f"{self.name}: a whole answer counts again", lambda one=one: self._round(one), 20)
        await self.all_once()
    return run


for _how in fault_proxy.CORRUPTIONS:
    case("BODY-" + _how.upper().replace("_", "-"))(hostile_case(_how))


def memory_of(desk):
    with open(f"/proc/{desk.process.pid}/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


async def flooded(self, kind, **options):
    desk, proxy = await self.desk(auto=False)
    before, memory = await desk.ask("status"), memory_of(desk)
    fault = proxy.add(kind, path="/api/sync/changes", **options)
    answer = await desk.ask("pull")
    assert fault.hits and not answer["ok"], f"{kind} was taken: {answer}"
    status = await self.alive(desk)
    grown = memory_of(desk) - memory
    assert status["cursor"] == before["cursor"] and grown < 6 * MOST_ANSWER, f"grown by {grown >> 20} MiB"
    assert answer.get("error"), "no message"
    sent = fault.options.get("sent", 0)
    # It stops, if not to the byte: a fast line brings more before the program looks.
    assert sent < 8 * MOST_ANSWER, f"the desk read {sent >> 20} MiB"
    assert (await desk.ask("pull"))["ok"], "it does not go on afterwards"


@case("OVERSIZE")
async def oversize(self):
    await flooded(self, "oversize", bytes=1 << 30)


@case("OVERSIZE-CHUNKED")
async def oversize_chunked(self):
    await flooded(self, "oversize", bytes=1 << 30, chunked=True)


@case("GZIP-BOMB")
async def gzip_bomb(self):
    await flooded(self, "gzip_bomb", bytes=256 << 20)


@case("WRONG-TYPE-HTML")
async def login_page(self):
    desk, proxy = await self.desk()
    await proxy_down_for_sockets(proxy)
    proxy.add("html", times=None)
    began = time.monotonic()
    await self.edit(desk)
    await wait_until(f"{self.name}: it says that this is not our server", lambda: self._link(desk, "refused"), 15)
    await asyncio.sleep(3)
    tries = len(proxy.requests_since(began))
    assert tries <= 2 * (time.monotonic() - began) + 6, f"{tries} requests to a login page within {time.monotonic() - began:.0f} s"
    proxy.clear()
    self.tell(f"empty {await self.emptied(desk, UP_SECONDS, 'after the login page went away'):.1f} s after")
    await self.all_once()


async def proxy_down_for_sockets(proxy):
    """Cuts what is open; a captive portal does so too."""
    await proxy.down()
    await proxy.up()


async def _link(self, desk, *words):
    return (await desk.ask("status"))["link"] in words


fault_table.Case._link = _link


async def _pulls(self, proxy, known):
    return len(proxy.requests_since(0, "/api/sync/changes")) > known


fault_table.Case._pulls = _pulls


@case("WRONG-TYPE-REDIRECT")
async def redirected(self):
    heard = []

    async def other_host(reader, writer):
        heard.append(await reader.read(4096))
        writer.close()

    other = await asyncio.start_server(other_host, "127.0.0.2", 0)
    desk, proxy = await self.desk()
    await proxy_down_for_sockets(proxy)
    fault = proxy.add("redirect", times=None, to=f"http://127.0.0.2:{other.sockets[0].getsockname()[1]}")
    await self.edit(desk)
    await wait_until(f"{self.name}: some redirects", lambda: fault.hits >= 2, 20)
    await asyncio.sleep(1)
    await self.alive(desk)
    assert not heard, f"another host was asked: {heard[0][:200]}"
    other.close()
    proxy.clear()
    self.tell(f"empty {await self.emptied(desk, UP_SECONDS, 'after the redirects'):.1f} s after")
    await self.all_once()


# --- a bad line ------------------------------------------------------------------------------------------------------------------

def line_case(kind, seconds, **options):
    async def run(self):
        desk, proxy = await self.desk()
        fault = proxy.add(kind, path="/api/sync/push", **options)
        await self.edit(desk)
        await asyncio.wait_for(proxy_hit(fault), 10)
        await self.edit(desk, 1)
        self.tell(f"empty after {await self.emptied(desk, seconds, 'on a bad line'):.1f} s")
        await self.all_once()
    return run


case("SLOW")(line_case("slow", WHOLE_TIMEOUT + 15))
case("HALF-OPEN")(line_case("half_open", WHOLE_TIMEOUT + 15))
case("RESET")(line_case("reset", 15))
case("RESET-AFTER")(line_case("reset", 15, after=True))
case("SLICER")(line_case("slicer", 15))
case("BANDWIDTH")(line_case("bandwidth", 25))
case("LATENCY")(line_case("latency", 25))


@case("NET-DOWN")
async def net_down(self):
    desk, proxy = await self.desk()
    await proxy.down()
    began = time.monotonic()
    await wait_until(f"{self.name}: the sign that it is offline", lambda: self._link(desk, "offline"), OFFLINE_SECONDS)
    self.tell(f"offline seen after {time.monotonic() - began:.1f} s")
    for number in range(6):
        await self.edit(desk, number)
    assert len((await desk.ask("status"))["pending"]) == 6
    # Long enough for pauses to grow.
    await asyncio.sleep(60 if self.long else 12)
    await proxy.up()
    self.tell(f"empty {await self.emptied(desk, UP_SECONDS, 'after the network is back'):.1f} s after")
    await self.all_once()


@case("HALF-OPEN-ALL")
async def half_open_all(self):
    """The line goes dead without a word, also for what is open: the silence of the hints gives it away."""
    desk, proxy = await self.desk()
    proxy.freeze()
    began = time.monotonic()
    await self.edit(desk)
    await wait_until(f"{self.name}: the sign that it is offline", lambda: self._link(desk, "offline"), OFFLINE_SECONDS)
    self.tell(f"offline seen after {time.monotonic() - began:.1f} s")
    await proxy_down_for_sockets(proxy)
    proxy.thaw()
    self.tell(f"empty {await self.emptied(desk, UP_SECONDS, 'after the line is alive'):.1f} s after")
    await self.all_once()


@case("FLAP")
async def flap(self):
    desk, proxy = await self.desk()
    began = time.monotonic()
    seconds = 60 if self.long else 12
    flapping = asyncio.ensure_future(proxy.flap(0.2, seconds))
    while not flapping.done():
        await self.edit(desk, len(self.saved) % 6)
        await asyncio.sleep(1)
    await flapping
    requests = proxy.requests_since(began, "/api/")
    rate = len(requests) / (time.monotonic() - began)
    self.tell(f"{rate:.1f} requests/s, {proxy.connections} connections")
    # One edit a second is one push and one pull of its own a second.
    assert rate <= 2 + 2, f"{rate:.1f} requests/s while the line flaps: " + str([exchange.path for exchange in requests[:40]])
    await self.emptied(desk, UP_SECONDS, "after the flapping")
    await self.all_once()


# --- hints -----------------------------------------------------------------------------------------------------------------------

async def hints(self, **faults):
    """Two desks; the hints to one of them are spoilt. It must have everything all the same."""
    writer, _ = await self.desk("Ben")
    reader, proxy = await self.desk("Cleo")
    proxy.ws = faults
    began = time.monotonic()
    for number in range(20):
        await self.edit(writer, number % 6)
        await asyncio.sleep(0.15)
    wanted = set(self.saved)

    async def has_all():
        rows = (await reader.ask("view", ids=self.calls))["rows"]
        return wanted <= {note["id"] for row in rows.values() if row for note in row.get("notes", [])}

    await wait_until(f"{self.name}: the other desk has all", has_all, SAFETY_PULL + 15, 0.1)
    self.tell(f"{dict(proxy.hints)}")
    return proxy, began


def hint_case(kind, chance):
    async def run(self):
        proxy, _ = await hints(self, **{kind: chance})
        named = {"drop": "dropped", "duplicate": "duplicated", "reorder": "reordered", "old_epoch": "old_epoch"}[kind]
        assert proxy.hints[named], f"no hint was {named}"
        await self.all_once()
    return run


case("WS-DROP")(hint_case("drop", 0.5))
case("WS-DUP")(hint_case("duplicate", 0.7))
case("WS-REORDER")(hint_case("reorder", 0.5))
case("WS-OLD-EPOCH")(hint_case("old_epoch", 0.7))


@case("WS-LIE", own_server=True)
async def hints_lie(self):
    proxy, began = await hints(self, lie=1.0)
    assert proxy.hints["lied"], "no hint lied"
    pulls = len(proxy.requests_since(began, "/api/sync/changes"))
    # Each lie costs at most one pull, and what it brings may take another.
    assert pulls <= 2 * proxy.hints["lied"] + 4, f"{pulls} pulls for {proxy.hints['lied']} lies"
    quiet, told = time.monotonic(), proxy.hints["lied"]
    await asyncio.sleep(4)
    pulls, lies = len(proxy.requests_since(quiet, "/api/sync/changes")), proxy.hints["lied"] - told
    assert pulls <= lies + 2, f"{pulls} pulls for {lies} lies: a head that does not exist is asked for again and again"
    await self.all_once()


@case("WS-FLOOD", own_server=True)
async def hints_flood(self):
    """10,000 messages a second: the same head, heads that do not exist, no JSON at all. Saving goes on, and nobody is asked in a storm."""
    desk, proxy = await self.desk()
    head = (await desk.ask("status"))["cursor"]
    hints = [json.dumps({"t": "hint", "epoch": 1, "head": head + lead}).encode() for lead in (0, 1_000_000, 2_000_000)] + [b"}{", b"[" * 200]
    memory, began, seconds = memory_of(desk), time.monotonic(), 30 if self.long else 5
    flooding = asyncio.ensure_future(proxy.flood(hints, 10_000, seconds))
    slowest = 0
    while not flooding.done():
        asked = time.monotonic()
        await self.edit(desk, len(self.saved) % 6)
        slowest = max(slowest, time.monotonic() - asked)
        await asyncio.sleep(0.2)
    sent, took = await flooding, time.monotonic() - began
    pulls = len(proxy.requests_since(began, "/api/sync/changes"))
    grown = memory_of(desk) - memory
    self.tell(f"{sent} messages, {pulls} pulls, the slowest save {slowest * 1000:.0f} ms, grown by {grown >> 20} MiB")
    assert sent > 5_000 * seconds, "the flood was none"
    # Ten a second for the hints, and each edit's own.
    assert pulls <= 10 * took + len(self.saved) + 5, f"{pulls} pulls in {took:.0f} s"
    assert grown < 32 << 20, f"grown by {grown >> 20} MiB"
    await self.emptied(desk, UP_SECONDS, "after the flood")
    await self.all_once()


@case("WS-BIG")
async def giant_hint(self):
    """A frame that says it has 1 GiB: hung up on, and opened again later."""
    desk, proxy = await self.desk()
    memory, opened = memory_of(desk), len(proxy.requests_since(0, "/api/ws-ticket"))
    sent = await proxy.send_giant(1 << 30, 256 << 20)
    grown = memory_of(desk) - memory
    self.tell(f"hung up after {sent >> 10} KiB, grown by {grown >> 10} KiB")
    assert sent < 64 << 20 and grown < 8 << 20, f"it took {sent >> 20} MiB and grew by {grown >> 20} MiB"
    await self.edit(desk)
    await self.emptied(desk, UP_SECONDS, "after the giant")
    await wait_until(f"{self.name}: a new socket", lambda: len(proxy.requests_since(0, "/api/ws-ticket")) > opened, 20)
    await self.all_once()


# --- the server ------------------------------------------------------------------------------------------------------------------

@case("SERVER-KILL", own_server=True)
async def server_kill(self):
    desks = [(await self.desk(person))[0] for person in sync_processes.PEOPLE]
    end = time.monotonic() + (600 if self.long else 15)
    kills = 0
    while time.monotonic() < end:
        for desk in desks:
            await self.edit(desk, self.rng.randrange(6))
        await asyncio.sleep(self.rng.random() * (5 if self.long else 1.5))
        await self.rig.backend.kill()
        kills += 1
        await self.edit(self.rng.choice(desks))
        await self.rig.backend.start()
    for desk in desks:
        await self.emptied(desk, 45, "after the last kill")
    self.tell(f"{kills} kills, {len(self.saved)} edits")
    await self.all_once()
    await self.agree(desks)


@case("POISON", own_server=True)
async def poison(self):
    """One edit that the server cannot take in the middle of others: they go on, it is not lost."""
    proxy_desk, proxy = await self.desk()
    await proxy.down()
    bad = None
    for number in range(30):
        if number == 14:
            bad = await self.edit(proxy_desk, 5, "xyzzy")
            self.saved.remove(bad)
        await self.edit(proxy_desk, number % 5)
    began = time.monotonic()
    await proxy.up()

    async def others_gone():
        return set((await proxy_desk.ask("status"))["pending"]) <= {bad}

    await wait_until(f"{self.name}: the others passed", others_gone, 60)
    self.tell(f"the others after {time.monotonic() - began:.0f} s")
    status = await self.alive(proxy_desk)
    assert bad in status["pending"] or bad in [letter["mid"] for letter in status["dead"]], "the poisoned edit is lost"
    await self.all_once()


@case("CLOCK-SKEW")
async def clock_skew(self):
    """Deadlines go by the server's clock, however wrong this machine's is."""
    desk, proxy = await self.desk()

    async def follows(seconds):
        await self.edit(desk)
        return abs((await desk.ask("status"))["clock_offset_ms"] - 1000 * seconds) < 2500

    for seconds in (7200, -7200, 0):
        proxy.clear()
        fault = proxy.add("clock", times=None, seconds=seconds)
        await wait_until(f"{self.name}: it follows a clock that is {seconds} s off", lambda: follows(seconds), 20)
        began = time.time()
        mid = await self.edit(desk)
        saved = time.time()
        await self.emptied(desk, 15, "by that clock")
        edits = [edit for exchange in proxy.requests_since(0, "/api/sync/push") for edit in json.loads(exchange.request.body)["ms"] if edit["mid"] == mid]
        made = datetime.datetime.fromisoformat(edits[-1]["at"].replace("Z", "+00:00")).timestamp()
        assert began - 3 < made - seconds < saved + 3, f"{made - saved} s off instead of {seconds}"
        assert fault.hits > 0
    await self.all_once()


@case("SCHEMA-OLD")
async def schema_old(self):
    desk, proxy = await self.desk()
    fault = proxy.add("status", path="/api/sync/push", status=426, times=None, body={"code": "schema", "schema_ver": 99, "status": 426})
    mid = await self.edit(desk)
    await wait_until(f"{self.name}: it asks for the newer program", lambda: self._link(desk, "upgrade_needed"), 15)
    await self.edit(desk, 1)
    hits = fault.hits
    # Reading goes on: that is no word about sending.
    other, _ = await self.desk("Ben")
    known = len(proxy.requests_since(0, "/api/sync/changes"))
    await self.edit(other, 2)
    await wait_until(f"{self.name}: the edit of another desk comes", lambda: self._pulls(proxy, known), 15)
    await asyncio.sleep(2)
    assert fault.hits <= hits + 2, "it asks a newer server again and again"
    assert await self._link(desk, "upgrade_needed"), "it says that all is well, and sends nothing"
    assert mid in (await self.alive(desk))["pending"] and not (await desk.ask("status"))["dead"]
    proxy.clear()
    await desk.kill()
    await desk.start()
    await self.emptied(desk, 20, "with the newer program")
    await self.all_once()


@case("TOKEN-REVOKED", own_server=True)
async def token_revoked(self):
    desk, proxy = await self.desk("Cleo")
    await proxy.down()
    mid = await self.edit(desk)
    await asyncio.to_thread(self.rig.backend.ask, "GET", "/healthz")
    self.rig.backend.run("user", "disable", "--email", "cleo@soak.test")
    await proxy.up()
    await wait_until(f"{self.name}: it says that the sign-in is over", lambda: self._link(desk, "signed_out"), 20)
    mine = [mid, await self.edit(desk, 1)]
    began = time.monotonic()
    await asyncio.sleep(3)
    assert len(proxy.requests_since(began)) <= 6, "it knocks on a closed door again and again"
    await desk.kill()
    await desk.start()
    await wait_until(f"{self.name}: also after a new start", lambda: self._link(desk, "signed_out"), 20)
    status = await self.alive(desk)
    assert status["pending"] == mine and not status["dead"], f"work is not kept: {status}"


@case("LOG-COMPACT", own_server=True)
async def log_compact(self):
    """The log is compacted beside the running server, as a timer would; a desk that was away begins with a snapshot."""
    desk, _ = await self.desk("Ana")
    away, proxy = await self.desk("Ben")
    await proxy.down()
    for number in range(6):
        await self.edit(desk, number)
    await self.edit(away, 2)
    await self.emptied(desk, 20, "before the compaction")
    await asyncio.to_thread(self.rig.backend.run, "compact", "--keep", "2")
    for number in range(6):
        await self.edit(desk, number)
    await self.emptied(desk, 20, "after the compaction")
    lines = await asyncio.to_thread(self.rig.store.query, "SELECT mid FROM change")
    assert self.saved[-1] in [line["mid"] for line in lines], "what the server accepts after the compaction is not in its store's file"
    await self.rig.backend.kill()
    await self.rig.backend.start()
    await proxy.up()
    await self.emptied(away, 30, "of who was away")
    await self.emptied(desk, 45, "after the server's end")
    await self.all_applied()
    await self.agree([desk, away])


@case("RESTORE-REFUSED", own_server=True)
async def restore_refused(self):
    """A desk that would ask for the row of a refused edit meets a server that was restored meanwhile."""
    desk, _ = await self.desk("Ben", auto=False)
    copy = await asyncio.to_thread(self.rig.store.backup, self.rig.backend, 1)
    other, _ = await self.desk("Cleo", auto=False)
    answer = await other.ask("edit", kind="call", id=self.calls[0], op="del", args={})
    assert answer["ok"] and (await other.ask("push"))["ok"]
    refused = await self.edit(desk, 0)
    self.saved.remove(refused)
    assert (await desk.ask("push"))["ok"]
    status = await desk.ask("status")
    assert [letter["mid"] for letter in status["dead"]] == [refused], status
    await self.rig.backend.kill()
    await asyncio.to_thread(self.rig.store.restore, self.rig.backend, copy)
    await self.rig.backend.start()
    for _ in range(12):
        await desk.ask("pull")
    status = await desk.ask("status")
    assert status["epoch"] > 1 and not status["snapshot"], f"it does not come to the new history: {status}"


@case("SNAPSHOT-PAGES", own_server=True)
async def snapshot_pages(self):
    """A snapshot of pages of one record each: every record is once the last of a page, whatever signs its id has."""
    writer, _ = await self.desk("Ben", auto=False)
    for call in self.calls[:3]:
        answer = await writer.ask("edit", kind="call", id=call, op="flag+", args={"flag": "do_not_contact", "reason": "asked"})
        assert answer["ok"], answer
    await self.edit(writer, 4)
    await wait_until(f"{self.name}: the edits are sent", lambda: self._round(writer), 20)
    records = len(await asyncio.to_thread(self.rig.store.query, "SELECT id FROM entity WHERE deleted = 0"))
    fresh, proxy = await self.desk("Cleo", auto=False, wait=False)

    def one_record(request):
        request.first = request.first.replace(b"limit=1000", b"limit=1")

    proxy.on_request = one_record
    for _ in range(records + 3):
        answer = await fresh.ask("pull")
        assert answer["ok"], answer
    assert any(b"limit=1 " in exchange.request.first for exchange in proxy.exchanges), "the pages are not as small as this test believes"
    status = await fresh.ask("status")
    assert not status["snapshot"], f"{records} records are not there after {records + 3} pages: " + str([exchange.request.target for exchange in list(proxy.exchanges)[-2:]])
    assert (await fresh.ask("view", ids=self.calls))["rows"] == (await writer.ask("view", ids=self.calls))["rows"], "the desks do not agree"


@case("LATE-ACK")
async def late_acknowledgement(self):
    """An edit is applied, its answer lost; another writes after it, the desk pulls both, and only then hears that its own was applied."""
    first, proxy = await self.desk("Ana", auto=False)
    second, _ = await self.desk("Ben", auto=False)

    async def write(desk, op, args):
        answer = await desk.ask("edit", kind="call", id=self.calls[0], op=op, args=args)
        assert answer["ok"], answer
        self.saved.append(answer["mid"])

    for mine, others in ((("set", {"customer_ref": "first"}), ("set", {"customer_ref": "second"})), (("tag+", {"tag": "alpha"}), ("tag-", {"tag": "alpha"})),
                         (("flag-", {"flag": "do_not_contact"}), ("flag+", {"flag": "do_not_contact", "reason": "asked"}))):
        await write(first, *mine)
        lost = proxy.add("drop_answer", path="/api/sync/push", times=None)
        await first.ask("push")
        proxy.faults.remove(lost)
        assert lost.hits, "no push to lose the answer of"
        await wait_until(f"{self.name}: the other has seen it", lambda: self._round(second), 20)
        await wait_until(f"{self.name}: the other has seen all", lambda: self._round(second), 20)
        await write(second, *others)
        await wait_until(f"{self.name}: the other's edit is sent", lambda: self._round(second), 20)
        while (await first.ask("pull")).get("more"):
            pass
        await wait_until(f"{self.name}: the first desk is quiet", lambda: self._round(first), 20)
        while (await first.ask("pull")).get("more"):
            pass
        shown, expected = [(await desk.ask("view", ids=self.calls[:1]))["rows"][self.calls[0]] for desk in (first, second)]
        keys = [key for key in shown.keys() | expected.keys() if shown.get(key) != expected.get(key)]
        assert not keys, f"after {mine[0]} and {others[0]} the desks differ for ever: " + ", ".join(f"{key}: {shown.get(key)!r} and {expected.get(key)!r}" for key in keys)
    await self.all_once()


@case("DUP-RSP", own_server=True)
async def old_snapshot(self):
    """After a compaction somebody on the way answers with the snapshot of this morning: the cursor does not go back."""
    desk, proxy = await self.desk("Ana", auto=False)
    for number in range(4):
        await self.edit(desk, number)
    await wait_until(f"{self.name}: the edits are sent", lambda: self._round(desk), 20)
    await wait_until(f"{self.name}: the edits are shown", lambda: self._round(desk), 20)
    before = await desk.ask("status")
    writer, _ = await self.desk("Ben", auto=False)
    await self.edit(writer, 5)
    await wait_until(f"{self.name}: the other's edit is sent", lambda: self._round(writer), 20)
    await self.rig.backend.kill()
    await asyncio.to_thread(self.rig.backend.run, "compact", "--keep", "0")
    await self.rig.backend.start()
    await desk.ask("pull")
    assert (await desk.ask("status"))["snapshot"], "the log is compacted, yet no snapshot begins"
    stale = proxy.add("stale_answer", path="/api/sync/snapshot")
    await desk.ask("pull")
    assert stale.hits
    after = await desk.ask("status")
    assert after["snapshot"] or after["cursor"] >= before["cursor"], f"the cursor went back from {before['cursor']} to {after['cursor']}"
    await wait_until(f"{self.name}: the desk is up to date", lambda: self._round(desk), 20)
    await self.all_applied()


if __name__ == "__main__":
    sys.exit(fault_table.main(__doc__.splitlines()[0]))
