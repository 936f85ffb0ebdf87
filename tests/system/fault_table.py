"""What the tables of faults share: one row each by its name, run side by side on real desks, calldeckd, and the fault proxy.

`--only NAME,NAME` runs some of them, `--long` as long as the table says, `--store postgres --processes 2` over PostgreSQL with desks on either of two backends. Waiting is most of it, so several run side by side."""

import argparse
import asyncio
import pathlib
import random
import sys
import time
import traceback

import fault_proxy
import sync_processes
from sync_processes import wait_until

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import postgres  # noqa: E402

OFFLINE_SECONDS = 5
UP_SECONDS = 10
WHOLE_TIMEOUT = 30  # after which a desk gives up on a request, whatever trickles in
SAFETY_PULL = 60
MOST_ANSWER = 16 << 20
AT_ONCE = 4


STORES = {"sqlite": sync_processes.SqliteStore, "postgres": sync_processes.PostgresStore}


class Rig:
    """One server for all cases that do not hurt it."""

    def __init__(self, arguments, workplace, bug="", beside=None):
        self.arguments = arguments
        self.workplace = workplace
        self.beside = beside if arguments.store == "postgres" else None  # whose cluster it uses, in a database of its own
        self.store = self.beside.store.beside(workplace, "own") if self.beside else STORES[arguments.store](workplace)
        self.backend = sync_processes.Backend(arguments.bin, workplace, self.store, arguments.processes, bug)

    async def __aenter__(self):
        if self.beside:
            self.backend.tokens = dict(self.beside.backend.tokens)
        else:
            if self.arguments.store == "postgres":
                self.store.lay_keys(self.workplace)
            self.backend.found()
            self.store.open_fresh("shared")
        await self.backend.start()
        return self

    async def __aexit__(self, *_):
        await self.backend.close()
        self.store.drop() if self.beside else self.store.close()


class Case:
    """One row of the table: its calls, its desks, and what they called saved."""

    def __init__(self, rig, name, seed):
        self.rig = rig
        self.name = name
        self.rng = random.Random(f"{seed} {name}")
        self.long = rig.arguments.long
        self.desks, self.proxies = [], []
        self.saved = []
        self.calls = []
        self.told = []

    async def __aenter__(self):
        self.calls = await self.rig.backend.take_in(6, f"{self.name}-{self.rng.randrange(10 ** 6)}")
        return self

    async def __aexit__(self, *_):
        await asyncio.gather(*(desk.close() for desk in self.desks))
        await asyncio.gather(*(proxy.close() for proxy in self.proxies))

    def tell(self, words):
        self.told.append(words)

    async def desk(self, person="Ana", auto=True, prepare=None, wait=True):
        """A desk behind a proxy of its own, as soon as it has everything."""
        proxy = await fault_proxy.FaultProxy(("127.0.0.1", self.rig.backend.ports[len(self.desks) % len(self.rig.backend.ports)]), self.rng.randrange(10 ** 9)).start()
        self.proxies.append(proxy)
        if prepare:
            prepare(proxy)
        folder = self.rig.workplace.folder(f"{self.name}-{len(self.desks)}".replace("/", "_"))
        desk = sync_processes.Desk(self.rig.arguments.bin, folder, person, self.rig.backend.tokens[person], proxy.port, auto=auto)
        self.desks.append(desk)
        await desk.start()
        if wait and auto:
            await wait_until(f"{self.name}: the first sync", lambda: self.is_quiet(desk), 40)
            # The first hint comes on opening: from here on nothing opens that would make the desk ask.
            await wait_until(f"{self.name}: the socket", lambda: proxy.hints["passed"], 20)
        elif wait:
            while (await desk.ask("pull")).get("more"):
                pass
        return desk, proxy

    async def is_quiet(self, desk):
        status = await desk.ask("status")
        return status["link"] == "online" and not status["snapshot"] and not status["pending"] and not status["acked"]

    async def edit(self, desk, call=0, text=None):
        """A note that is fsynced when this returns; the desk must never make its person wait for the network."""
        began = time.monotonic()
        answer = await desk.ask("edit", kind="call", id=self.calls[call], op="note", args={"text": text or f"{self.name} {len(self.saved)}"})
        assert answer["ok"], f"not saved: {answer}"
        assert time.monotonic() - began < 5, "saving waited for the network"
        self.saved.append(answer["mid"])
        return answer["mid"]

    async def emptied(self, desk, seconds, what):
        began = time.monotonic()
        await wait_until(f"{self.name}: an empty queue {what}", lambda: self.is_quiet(desk), seconds, 0.05)
        return time.monotonic() - began

    async def _round(self, desk):
        """A push and a pull by hand; whether nothing is left to do."""
        await desk.ask("push")
        await desk.ask("pull")
        status = await desk.ask("status")
        return not status["pending"] and not status["acked"] and not status["snapshot"]

    async def all_once(self):
        """Everything that was called saved is in the log, once."""
        lines = await asyncio.to_thread(self.rig.store.query, "SELECT mid FROM change WHERE op <> 'effect' AND mid <> ''")
        counts = {}
        for line in lines:
            counts[line["mid"]] = counts.get(line["mid"], 0) + 1
        wrong = {mid: counts.get(mid, 0) for mid in self.saved if counts.get(mid, 0) != 1}
        assert not wrong, f"edits that are not applied exactly once: {wrong}"

    async def agree(self, desks, seconds=20):
        """The desks show the same, once the last news have reached each: by hint, or by the poll of who has no socket yet."""
        async def views():
            rows = [(await desk.ask("view", ids=self.calls))["rows"] for desk in desks]
            for view in rows:
                for row in view.values():
                    row.get("notes", []).sort(key=lambda note: note["id"])
            return all(view == rows[0] for view in rows)

        await wait_until(f"{self.name}: the desks agree", views, seconds, 0.2)

    async def all_applied(self):
        """The same where the log is compacted: the results are kept longer."""
        found = {row["mid"] for row in await asyncio.to_thread(self.rig.store.query, "SELECT mid FROM mutation WHERE status = 'applied'")}
        assert set(self.saved) <= found, f"lost: {sorted(set(self.saved) - found)}"

    async def alive(self, desk):
        assert not desk.ended, f"the desk ended with {desk.process and desk.process.returncode}: {desk.last_words()}"
        status = await desk.ask("status")
        assert status["ok"], status
        return status


CASES = {}


def case(name, own_server=False):
    def register(function):
        CASES[name] = (function, own_server)
        return function
    return register


async def run_case(rig, arguments, name):
    function, own_server = CASES[name]
    began = time.monotonic()
    failure = None
    told = []
    try:
        if own_server:
            with sync_processes.Workplace() as workplace:
                async with Rig(arguments, workplace, "poison:xyzzy" if name == "POISON" else "", rig) as own, Case(own, name, arguments.seed) as one:
                    told = one.told
                    await asyncio.wait_for(function(one), 900 if arguments.long else 200)
        else:
            async with Case(rig, name, arguments.seed) as one:
                told = one.told
                await asyncio.wait_for(function(one), 900 if arguments.long else 200)
    except (AssertionError, sync_processes.Gone, asyncio.TimeoutError) as error:
        where = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith("_faults.py")]
        failure = f"{error or type(error).__name__} (line {where[-1] if where else '?'})"
    print(f"{'FAILED' if failure else 'passed'} {name} in {time.monotonic() - began:.1f} s" + (": " + "; ".join(told) if told else "")
          + (f"\n    {failure}" if failure else ""), flush=True)
    return name, failure


async def run_all(arguments):
    wanted = arguments.only.split(",") if arguments.only else list(CASES)
    assert set(wanted) <= set(CASES), f"no cases: {set(wanted) - set(CASES)}"
    names = [name for name in CASES if name in wanted]
    gate = asyncio.Semaphore(arguments.at_once)

    async def gated(name):
        async with gate:
            return await run_case(rig, arguments, name)

    with sync_processes.Workplace() as workplace:
        async with Rig(arguments, workplace) as rig:
            results = await asyncio.gather(*(gated(name) for name in names))
    failed = [name for name, failure in results if failure]
    print(f"{len(results)} cases, {len(failed)} failed" + (": " + ", ".join(failed) if failed else ""))
    return 1 if failed else 0


def main(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--seed", type=int, default=random.randrange(10 ** 9))
    parser.add_argument("--at-once", type=int, default=AT_ONCE)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--store", choices=sorted(STORES), default="sqlite")
    parser.add_argument("--processes", type=int, choices=[1, 2], default=1)
    arguments = parser.parse_args()
    if arguments.processes == 2 and arguments.store == "sqlite":
        parser.error("two processes share a PostgreSQL store only")
    if arguments.store == "postgres" and not postgres.installed():
        print("PostgreSQL is not installed: left out")
        return 0
    print(f"seed {arguments.seed}", flush=True)
    return asyncio.run(run_all(arguments))

