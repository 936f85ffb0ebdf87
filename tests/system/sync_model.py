#!/usr/bin/env python3
"""Random schedules of the sync protocol on real processes: three desks, calldeckd, a bad network between them, kills, compaction, backup and
restore; then the network heals and everything must come to rest with the protocol's invariants whole.

Every run is made by its seed: the schedule, the edits and the faults. Moments within a process are the machine's. `--seed S` runs one
again. `--bug NAME` runs programs with a seeded bug (CALLDECK_BUG) and succeeds only when a violation shows it."""

import argparse
import asyncio
import collections
import random
import re
import sys
import time

import fault_proxy
import sync_bugs
import sync_checker
import sync_processes
from sync_checker import Violation

# 880 and 1090: the schedules of the model in which a restore while a desk was away lost an edit. The others once failed on the real
# programs: 3 a compaction beside the running server, 1, 15 and 18 lists in another order than the server's, 28 and 235 a page of a snapshot
# that ended at a "+", 218 and 269 an old snapshot, 1142 and 1196 an edit acknowledged after a later one of somebody else was shown, 91866 at 120 steps an answer about
# other records. Kept for ever.
SEEDS = [10170, 20033, 880, 1090, 3, 1, 15, 18, 28, 235, 218, 269, 1142, 1196, 91866]
CALLS = 6
FIELDS = ("customer_ref", "business_name", "lead_source")
DISPOSITIONS = ("booked", "left_voicemail", "no_answer")
TAGS = ("alpha", "beta", "gamma")
# Bodies that nobody can take for an answer; what a program makes of the others is a matter of network_faults.py.
NOT_JSON = ("bad_utf8", "deep", "huge_number", "nan", "not_json", "empty", "other_type")
QUIET_SECONDS = 45
QUIET_ROUNDS = 400
# Bugs that only a store restored again and again shows, and one that needs people who talk at once.
RESTORE_BUGS = {"no_repush", "one_base"}
SHARPER = {"no_repush": {"backup": 5, "restore": 5}, "one_base": {"backup": 5, "restore": 5}, "pg_seq": {"together": 40}}

# What becomes of one request, and how often.
NETWORK = {"fine": 46, "drop_request": 6, "drop_answer": 9, "duplicate": 7, "hold": 6, "truncate": 4, "corrupt": 4, "stale_answer": 4, "reset": 2,
           "status": 3, "kill_desk": 5, "kill_server": 4, "crash_server": 2}
STEPS = {"edit": 34, "push": 20, "pull": 20, "together": 6, "release": 3, "replay": 3, "kill_desk": 2, "kill_while_saving": 2, "kill_server": 1,
         "compact": 2, "backup": 2, "restore": 2}


def drawn(rng, weights):
    return rng.choices(list(weights), list(weights.values()))[0]


class Run:
    """One schedule from its seed."""

    def __init__(self, setting, seed):
        self.setting = setting
        self.seed = seed
        self.rng = random.Random(seed)
        self.trace = []
        self.counts = collections.Counter()
        self.history = sync_checker.History(setting.store)
        self.desks, self.proxies, self.ledgers, self.witnesses = {}, {}, {}, {}
        self.played = {}
        self.ids = []
        self.saved_copy = None
        self.copies = 0
        # Half of the runs must heal without a snapshot, or nobody would see a feed that loses rows.
        self.compacts = self.rng.random() < 0.4
        self.restores = self.rng.random() < (1.0 if setting.bug in RESTORE_BUGS else 0.4)
        # Somebody on the road for most of the run misses more than one restore.
        self.away = self.rng.choice(sync_processes.PEOPLE) if self.rng.random() < (0.8 if setting.bug in RESTORE_BUGS else 0.25) else None
        self.steps = dict(STEPS, **SHARPER.get(setting.bug, {}))
        self.page = self.rng.randint(1, 6)
        self.backend = setting.backend

    def note(self, *words):
        self.trace.append(" ".join(str(word) for word in words))
        if self.setting.verbose:
            print("   ", self.trace[-1], flush=True)

    # --- life --------------------------------------------------------------------------------------------------------------------

    async def begin(self):
        self.setting.store.open_fresh(f"run{self.seed}-{self.setting.number}")
        await self.backend.start()
        self.ids = await self.backend.take_in(CALLS, f"s{self.seed}")
        for number, name in enumerate(sync_processes.PEOPLE):
            port = self.backend.ports[number % len(self.backend.ports)]
            proxy = self.proxies[name] = await fault_proxy.FaultProxy(("127.0.0.1", port), self.seed * 10 + number).start()
            self.ledgers[name] = sync_checker.Ledger(name)
            witness = self.witnesses[name] = sync_checker.Witness(name)
            proxy.on_request = lambda request, witness=witness: self._on_request(witness, request)
            proxy.on_delivered = witness.saw_answer
            folder = self.setting.workplace.folder(f"desk-{name}-{self.setting.number}")
            self.desks[name] = sync_processes.Desk(self.setting.bin, folder, name, self.backend.tokens[name], proxy.port, bug=self.setting.bug)
            if self.setting.bug in sync_bugs.PLAYED:
                played = self.played[name] = sync_bugs.PlayedBug(self.setting.bug, self.desks[name], self.rng)
                proxy.on_answer = played.on_answer
        await asyncio.gather(*(desk.start() for desk in self.desks.values()))
        # Everybody has the calls before the trouble begins; a first snapshot in trouble is a matter of compaction and restore.
        for name in self.desks:
            await self.settle(name)

    def _on_request(self, witness, request):
        if request.path in ("/api/sync/changes", "/api/sync/snapshot") and self.page:
            # Small pages, so that few edits make many.
            request.first = re.sub(rb"limit=\d+", b"limit=%d" % self.page, request.first)
        if "plus_sign" in self.setting.tolerated:
            request.first = request.first.replace(b"+", b"%2B")
        if self.played:
            self.played[witness.name].on_request(request)
        witness.saw_request(request)

    async def end(self):
        await asyncio.gather(*(desk.close() for desk in self.desks.values()))
        await asyncio.gather(*(proxy.close() for proxy in self.proxies.values()))
        await self.backend.kill()
        self.setting.store.drop()
        for desk in self.desks.values():
            sync_processes.shutil.rmtree(desk.data_dir, ignore_errors=True)

    async def settle(self, name, rounds=40):
        for _ in range(rounds):
            answer = await self.desks[name].ask("pull")
            if answer.get("kind") == "idle" or not answer.get("more", answer.get("kind") is None):
                return
        raise Violation(f"L1 {name} does not come to the end of its first snapshot")

    async def run(self, steps):
        try:
            await self.begin()
            for number in range(steps):
                await self.step(number, steps // 4 < number < steps * 7 // 8)
            await self.heal()
            await self.check_end()
        finally:
            await self.end()

    # --- steps -------------------------------------------------------------------------------------------------------------------

    async def step(self, number, travelling):
        what = drawn(self.rng, self.steps)
        name = self.rng.choice(list(self.desks))
        if (what == "compact" and not self.compacts) or (what in ("backup", "restore") and not self.restores):
            what = "edit"
        if travelling and name == self.away and what in ("push", "pull", "together"):
            what = "edit"
        self.note(f"{number}:", name, what)
        self.counts[what] += 1
        touched = await getattr(self, "step_" + what)(name)
        for desk in touched:
            await self.look(desk)

    async def look(self, name):
        """What must hold at every moment, on this desk."""
        status, view = await self.desks[name].ask_all({"cmd": "status"}, {"cmd": "view", "ids": self.ids})
        if not status["ok"] or not view["ok"]:
            raise Violation(f"{name}'s desk cannot read its own cache: {status} {view}")
        if any(row is None for row in view["rows"].values()):
            self.history.gather()
        self.ledgers[name].check_running(status, view["rows"], self.history)
        if self.played:
            await self.played[name].after_step(status)
        return status, view["rows"]

    def draw_edit(self, name, rows):
        """(id, op, args) that a person could make on this view."""
        if self.rng.random() < 0.06:
            return f"hand-{self.seed}-{name}-{len(self.ids)}", "create", {"caller_name": f"By hand {len(self.ids)}", "call_type": "INBOUND", "status": "MISSED"}
        shown = [call for call, row in rows.items() if row is not None]
        if not shown:
            return None
        call = self.rng.choice(shown)
        op = self.rng.choice(["set"] * 4 + ["disposition"] * 2 + ["tag+"] * 3 + ["tag-"] * 2 + ["note"] * 2 + ["flag+", "flag-"] + (["del"] if self.rng.random() < 0.06 else []))
        serial = f"{name}{len(self.ledgers[name].saved)}-{self.rng.randrange(1000)}"
        args = {"set": lambda: {self.rng.choice(FIELDS): serial}, "disposition": lambda: {"disposition": self.rng.choice(DISPOSITIONS), "notes": serial},
                "tag+": lambda: {"tag": self.rng.choice(TAGS)}, "tag-": lambda: {"tag": self.rng.choice(TAGS)}, "note": lambda: {"text": "note " + serial},
                "flag+": lambda: {"flag": "do_not_contact", "reason": serial}, "flag-": lambda: {"flag": "do_not_contact"}, "del": dict}[op]()
        return call, op, args

    async def step_edit(self, name):
        view = await self.desks[name].ask("view", ids=self.ids)
        edit = self.draw_edit(name, view["rows"])
        if edit is None:
            return []
        call, op, args = edit
        command = {"id": call, "op": op, "args": args}
        answer, status = await self.desks[name].ask_all({"cmd": "edit", "kind": "call", **command}, {"cmd": "status"})
        self.note("   ", op, call, args, "->", answer.get("mid") or answer)
        if op == "create":
            self.ids.append(call)
        if not answer["ok"]:
            # A view never offers what its own desk cannot take.
            raise Violation(f"I1 {name} could not save {command} on its own view: {answer}")
        if answer["mid"] not in status["pending"]:
            row = view["rows"].get(call) or {}
            if not (op in ("tag+", "tag-") and sync_checker.seen_in(row, "tag:" + args["tag"]) == (op == "tag+")):
                raise Violation(f"I1 {name} called {answer['mid']} saved and does not mean to send it: {command}")
            return [name]
        self.ledgers[name].took(answer["mid"], command)
        return [name]

    async def step_kill_while_saving(self, name):
        """Whether the edit was saved nobody knows; if it was, it is one like any other."""
        desk = self.desks[name]
        view = await desk.ask("view", ids=self.ids)
        edit = self.draw_edit(name, view["rows"])
        if edit is None:
            return []
        call, op, args = edit
        self.note("   ", op, call, args)
        if op == "create":
            self.ids.append(call)
        if op == "del":
            self.ledgers[name].perhaps_deleted.add(call)
        asking = asyncio.ensure_future(desk.ask("edit", kind="call", id=call, op=op, args=args))
        await asyncio.sleep(self.rng.random() * 0.004)
        await desk.kill()
        try:
            answer = await asking
            if answer.get("ok") and not op.startswith("tag"):
                self.ledgers[name].took(answer["mid"], {"id": call, "op": op, "args": args})
        except sync_processes.Gone:
            pass
        await desk.start()
        return [name]

    async def step_push(self, name):
        return await self.talk(name, "push")

    async def step_pull(self, name):
        return await self.talk(name, "pull")

    async def step_together(self, name):
        """Everybody who is there talks at once: some send, the others read what is being written."""
        there = [one for one in self.desks if one != self.away] or [name]
        words = {one: self.rng.choice(["push", "push", "pull", "pull twice"]) for one in there}
        self.note("   ", words)

        async def talk(one, what):
            for command in ["pull", "pull"] if what == "pull twice" else [what]:
                await self.desks[one].ask(command)

        await asyncio.gather(*(talk(one, what) for one, what in words.items()))
        return there

    async def step_release(self, name):
        self.note("   ", await self.proxies[name].release(), "held requests delivered")
        return []

    async def step_replay(self, name):
        self.note("   ", await self.proxies[name].replay_old(self.rng.randint(1, 3), "/api/sync/push"), "old requests delivered")
        return []

    async def step_kill_desk(self, name):
        await self.desks[name].kill()
        await self.desks[name].start()
        return [name]

    async def step_kill_server(self, name):
        index = list(self.desks).index(name) % len(self.backend.ports)
        await self.backend.kill(index)
        await self.desks[name].ask(self.rng.choice(["push", "pull"]))
        await self.backend.start(index)
        return [name]

    async def step_compact(self, _name):
        self.history.gather()
        stopped = "live_compact" in self.setting.tolerated
        if stopped:
            await self.backend.kill()
        await asyncio.to_thread(self.backend.run, "compact", "--keep", str(self.rng.randint(0, 8)))
        if stopped:
            await self.backend.start()
        return []

    async def step_backup(self, _name):
        self.copies += 1
        self.saved_copy = await asyncio.to_thread(self.setting.store.backup, self.backend, self.copies)
        return []

    async def step_restore(self, _name):
        if self.saved_copy is None:
            return []
        await self.backend.kill()
        # A copy may be restored twice, and an older one after a newer.
        await asyncio.to_thread(self.setting.store.restore, self.backend, self.saved_copy)
        self.history.restored()
        self.note("    now epoch", self.history.starts[-1])
        await self.backend.start()
        return []

    # --- one round through the network ---------------------------------------------------------------------------------------------

    async def talk(self, name, what):
        fate = drawn(self.rng, NETWORK)
        self.counts[fate] += 1
        self.note("   ", what, fate)
        if fate in ("kill_desk", "kill_server", "crash_server"):
            await getattr(self, "talk_" + fate)(name, what)
            return [name]
        proxy = self.proxies[name]
        fault = None
        if fate != "fine":
            # As long as the command lasts: the desk's network layer asks a second time when a connection ends early.
            options = {"truncate": lambda: {"at": self.rng.randrange(400), "whole_length": self.rng.random() < 0.5},
                       "corrupt": lambda: {"how": self.rng.choice(NOT_JSON)}, "duplicate": lambda: {"answer": self.rng.choice([1, 2])},
                       "reset": lambda: {"after": self.rng.random() < 0.5}, "status": lambda: {"status": self.rng.choice([502, 503, 504, 429])}}.get(fate, dict)()
            path = "/api/sync/changes" if fate == "stale_answer" and what == "pull" and "stale_snapshot" in self.setting.tolerated else "/api/sync/"
            fault = proxy.add(fate, path=path, times=None, **options)
        answer = await self.desks[name].ask(what)
        if fault:
            proxy.faults.remove(fault)
        self.note("    ->", answer)
        return [name]

    async def talk_kill_desk(self, name, what):
        """The desk dies with a request under way: before it arrives, or when its answer is on the way."""
        desk, proxy = self.desks[name], self.proxies[name]
        late = self.rng.random() < 0.6
        fault = proxy.add("pause_after" if late else "pause_before", path="/api/sync/")
        asking = asyncio.ensure_future(desk.ask(what))
        reached = asyncio.ensure_future(fault.reached.wait())
        await asyncio.wait([asking, reached], return_when=asyncio.FIRST_COMPLETED)
        if late and self.rng.random() < 0.6:
            # While it reads or writes down the answer.
            fault.go.set()
            await asyncio.sleep(self.rng.random() * 0.005)
        await desk.kill()
        if self.played:
            self.played[name].after_kill()
        fault.go.set()
        reached.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        proxy.faults = [one for one in proxy.faults if one is not fault]
        await desk.start()

    async def talk_kill_server(self, name, what):
        """The server dies with the request: before, in the middle, or after."""
        desk, proxy = self.desks[name], self.proxies[name]
        index = list(self.desks).index(name) % len(self.backend.ports)
        kind = self.rng.choice(["pause_before", "pause_before", "pause_after"])
        fault = proxy.add(kind, path="/api/sync/")
        asking = asyncio.ensure_future(desk.ask(what))
        reached = asyncio.ensure_future(fault.reached.wait())
        await asyncio.wait([asking, reached], return_when=asyncio.FIRST_COMPLETED)
        if kind == "pause_before":
            fault.go.set()
            await asyncio.sleep(self.rng.random() * 0.006)
        await self.backend.kill(index)
        fault.go.set()
        reached.cancel()
        await asyncio.gather(asking)
        proxy.faults = [one for one in proxy.faults if one is not fault]
        await self.backend.start(index)

    async def talk_crash_server(self, name, what):
        """The server kills itself at a named point of its transaction, if it gets there."""
        index = list(self.desks).index(name) % len(self.backend.ports)
        await self.backend.kill(index)
        await self.backend.start(index, CRASH_AT=self.rng.choice(["S1", "S2", "S3"]))
        await self.desks[name].ask(what)
        await self.backend.kill(index)
        await self.backend.start(index)

    # --- the end -----------------------------------------------------------------------------------------------------------------

    async def heal(self):
        """No more faults: what is in flight arrives, then plain rounds until all is quiet, soon (L1)."""
        self.note("heal")
        self.page = self.rng.choice([3, 0])
        for proxy in self.proxies.values():
            proxy.clear()
            await proxy.release()
        end = time.monotonic() + QUIET_SECONDS
        state = {}
        for _ in range(QUIET_ROUNDS):
            states = await asyncio.gather(*(self.round(name) for name in self.desks))
            state = dict(zip(self.desks, states))
            if all(quiet for quiet, _, _ in states):
                return
            if time.monotonic() > end:
                break
            if not any(moved for _, moved, _ in states):
                # Only edits whose own next try lies ahead: nothing to wait for but the time.
                await asyncio.sleep(0.05)
        raise Violation(f"L1 no rest: the server is at {self.history.head()}, the desks at " + "; ".join(
            f"{name} {status['epoch']}.{status['cursor']}, pending {status['pending'][:3]}, acked {status['acked'][:3]}" for name, (_, _, status) in state.items()))

    async def round(self, name):
        """(is quiet, did move, status) after one push and one pull."""
        push, pull = await self.desks[name].ask_all({"cmd": "push"}, {"cmd": "pull"})
        status, _ = await self.look(name)
        head = self.history.head()
        quiet = (not status["pending"] and not status["acked"] and not status["snapshot"] and status["epoch"] == head["epoch"] and status["cursor"] == head["seq"]
                 and pull.get("kind") == "idle")
        return quiet, push.get("kind") == "done" or pull.get("kind") == "done", status

    async def check_end(self):
        self.history.gather()
        looks = {name: await self.look(name) for name in self.desks}
        statuses = {name: status for name, (status, _) in looks.items()}
        views = {name: rows for name, (_, rows) in looks.items()}
        sync_checker.FinalCheck(self.history, self.ledgers, self.witnesses, statuses, views, self.setting.tolerated).run()
        self.counts["edits saved"] += sum(len(ledger.saved) for ledger in self.ledgers.values())
        self.counts["dead letters"] += sum(len(status["dead"]) for status in statuses.values())
        self.counts["conflicts"] += len(self.history.store.query("SELECT id FROM conflict"))


class Setting:
    """What all runs share: the programs, the store they run on, and what is asked of them."""

    def __init__(self, arguments, workplace):
        self.bin = arguments.bin
        self.bug = arguments.bug or ""
        self.verbose = arguments.verbose
        self.tolerated = set(filter(None, arguments.tolerate.split(",")))
        self.workplace = workplace
        self.number = 0
        self.store = sync_processes.PostgresStore(workplace) if arguments.store == "postgres" else sync_processes.SqliteStore(workplace)
        self.backend = sync_processes.Backend(arguments.bin, workplace, self.store, arguments.processes, self.bug)
        self.backend.found()

    async def close(self):
        await self.backend.close()
        self.store.close()


def seeds_for(arguments):
    if arguments.seed is not None:
        return [arguments.seed]
    first = arguments.first
    return (SEEDS + [seed for seed in range(first, first + arguments.runs) if seed not in SEEDS])[:arguments.runs]


async def run_all(arguments, workplace):
    """(runs, violations, counts)"""
    setting = Setting(arguments, workplace)
    end = time.monotonic() + arguments.minutes * 60 if arguments.minutes else None
    counts, violations, runs = collections.Counter(), [], 0
    try:
        for seed in seeds_for(arguments):
            if end and time.monotonic() > end:
                break
            setting.number += 1
            run = Run(setting, seed)
            try:
                await asyncio.wait_for(run.run(arguments.steps), 600)
            except Violation as found:
                violations.append((seed, str(found)))
                print(f"seed {seed}: {found}", flush=True)
                if not setting.bug:
                    print("  the last steps:\n    " + "\n    ".join(run.trace[len(run.trace) - min(arguments.trace, len(run.trace)):]), flush=True)
            except (AssertionError, sync_processes.Gone, asyncio.TimeoutError) as trouble:
                # A program that ended or hung is a failure of its own, also where a seeded bug is expected.
                violations.append((seed, f"crash or hang: {trouble!r}"))
                print(f"seed {seed}: {trouble!r}\n  the last steps:\n    " + "\n    ".join(run.trace[len(run.trace) - min(arguments.trace, len(run.trace)):]), flush=True)
                print(setting.backend.last_words(), flush=True)
            runs += 1
            counts += run.counts
            if setting.bug and violations:
                break
            if runs % 50 == 0:
                print(f"{runs} runs, {len(violations)} violations", flush=True)
            if len(violations) >= 20:
                break
    finally:
        await setting.close()
    return runs, violations, counts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--runs", type=int, default=25)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--first", type=int, default=1, help="first seed after those that are always run")
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--store", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--processes", type=int, choices=[1, 2], default=1)
    parser.add_argument("--bug", help="a seeded bug: succeeds only when it is caught")
    parser.add_argument("--minutes", type=float, help="begins no run after that")
    parser.add_argument("--trace", type=int, default=60, help="steps shown of a run that failed")
    parser.add_argument("--tolerate", default="", help="failures that are known, to see what lies behind them: live_compact, list_order, plus_sign, stale_snapshot")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    if arguments.bug == "pg_seq" and arguments.store == "sqlite":
        parser.error("pg_seq is a bug of PostgreSQL stores")
    if arguments.processes == 2 and arguments.store == "sqlite":
        parser.error("two processes share a PostgreSQL store only")
    began = time.monotonic()
    with sync_processes.Workplace() as workplace:
        runs, violations, counts = asyncio.run(run_all(arguments, workplace))
    if arguments.tolerate:
        print(f"tolerated: {arguments.tolerate}")
    print(f"{runs} runs of {arguments.steps} steps on {arguments.store} in {time.monotonic() - began:.0f} s: {len(violations)} violations; "
          + ", ".join(f"{count} {what}" for what, count in sorted(counts.items())))
    if arguments.bug:
        caught = [text for _, text in violations if not text.startswith("crash or hang")]
        print(f"seeded bug {arguments.bug}: " + (f"CAUGHT after {runs} runs, seed {violations[0][0]}: {caught[0]}" if caught else "MISSED"))
        return 0 if caught else 1
    if runs > len(violations) and not counts["edits saved"]:
        print("nothing was saved: the test shows nothing")
        return 1
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
