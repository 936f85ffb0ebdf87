#!/usr/bin/env python3
"""What the backend's sockets are told beside hints: tasks and deadlines that became due, exactly once whatever is killed, and changed calls, never too often.
`--only NAME` runs one scene."""

import atexit
import os
import sqlite3
import subprocess
import time

import scenes
from backend import Stage
from calldeckd import Calldeckd, Desk, Socket, missed_call, moment

TASKS = 200
DUE = ("follow_up_due", "sla_breach")


def event_rows(backend, cluster):
    """(type, call, task) of every event in the store."""
    query = "SELECT type, call_id, task_id FROM event ORDER BY n"
    if not cluster:
        with sqlite3.connect(f"file:{backend.store.removeprefix('sqlite:')}?mode=ro", uri=True) as store:
            return store.execute(query).fetchall()
    done = subprocess.run(["psql", "-h", str(cluster.folder), "-p", str(cluster.port), "-U", "probe", "-d", "calldeck", "-AtF", ",", "-c", query], capture_output=True, text=True,
                          check=True, timeout=30)
    return [tuple(line.split(",")) for line in done.stdout.splitlines()]


def collect(listening, seconds, wanted):
    """What comes within the time, until `wanted` events are there or the line ends."""
    heard, deadline = [], time.monotonic() + seconds
    while len([one for one in heard if one["t"] in DUE]) < wanted and time.monotonic() < deadline:
        try:
            message = listening.next(timeout=max(0.1, deadline - time.monotonic()))
        except (OSError, ConnectionError):
            break
        if isinstance(message, int):
            break
        heard.append(message)
    return [one for one in heard if one["t"] in DUE]


def fill(desk, tasks=TASKS):
    """One call with tasks that are due in five minutes, and an emergency whose five minutes begin now. Gives the moment, in seconds since 1970."""
    due_in = 300
    ends = time.time() + due_in
    desk.one("create", missed_call(), record="busy")
    due = moment(due_in)
    for begin in range(0, tasks, 100):
        results = desk.push(*[desk.edit("follow_up", {"due_at": due, "note": "ring back"}, record="busy") for _ in range(begin, min(begin + 100, tasks))])
        assert all(result["status"] == "applied" for result in results), results[:3]
    desk.one("create", missed_call("+12125550100"), record="burst")
    assert desk.one("flag+", {"flag": "emergency", "reason": "pipe burst"}, record="burst")["status"] == "applied"
    return ends


def soon(ends):
    """The environment of a backend for which that moment is 12 seconds away: time to sign in, whatever filling took."""
    return {"CALLDECK_CLOCK_OFFSET_MS": str(int((ends - time.time() - 12) * 1000))}


def check_rows(rows):
    tasks = [task for kind, _, task in rows if kind == "follow_up_due"]
    assert len(tasks) == TASKS and len(set(tasks)) == TASKS, (len(tasks), len(set(tasks)))
    assert [(kind, call) for kind, call, _ in rows if kind == "sla_breach"] == [("sla_breach", "burst")], rows[-3:]


def once_each(heard):
    numbers = [one["n"] for one in heard]
    assert len(numbers) == len(set(numbers)), "told twice"
    assert all(set(one) <= {"t", "id", "follow_up", "due_at", "n", "epoch", "head"} for one in heard), heard[0]


def due_once(program, point, cluster=None):
    """The first backend dies at `point` of its first round; whoever is there after it raises the rest, and nobody raises or hears anything twice."""
    with Stage(program, cluster) as first:
        ana = Desk(first, "ana@x.org", "d1")
        clock = soon(fill(ana))
        first.stop()
        first.start(CRASH_AT=point, **clock)
        second = Calldeckd(program, first.store, first.folder, name="second").start(**clock) if cluster else None
        if second:
            atexit.register(second.process.kill)
        listening = Socket((second or first).port, Desk(second or first, "ben@x.org", "d2").ticket())
        assert listening.hint()["head"] >= 1
        if second:
            heard = collect(listening, 40, TASKS + 1)
            once_each(heard)
            # With two that raise, either may have been first: who was, died; all that is in the table was told to those who listened.
            assert len(heard) == TASKS + 1, len(heard)
            if first.process.poll() is None:
                first.stop()
        else:
            first.process.wait(timeout=40)
        first.start(**clock)
        later = Socket(first.port, Desk(first, "ana@x.org", "d3").ticket())
        deadline = time.monotonic() + 20
        while len(event_rows(first, cluster)) < TASKS + 1 and time.monotonic() < deadline:
            time.sleep(0.05)
        check_rows(event_rows(first, cluster))
        once_each(collect(later, 2.5, TASKS + 2))
        check_rows(event_rows(first, cluster))
        if second:
            assert not collect(listening, 0.5, 1)
            second.stop()


def killed_after_claim(program, cluster):
    due_once(program, "T1", cluster)


def killed_before_commit(program, cluster):
    due_once(program, "T0", cluster)


def two_raise(program, cluster):
    """Nobody dies: both sockets, one at each backend, hear of all tasks once."""
    if not cluster:
        return
    with Stage(program, cluster) as first:
        clock = soon(fill(Desk(first, "ana@x.org", "d1")))
        first.stop()
        first.start(**clock)
        second = Calldeckd(program, first.store, first.folder, name="second").start(**clock)
        atexit.register(second.process.kill)
        sockets = [Socket(backend.port, Desk(backend, "ben@x.org", f"s{index}").ticket()) for index, backend in enumerate((first, second, first, second))]
        for listening in sockets:
            heard = collect(listening, 30, TASKS + 1)
            once_each(heard)
            assert len(heard) == TASKS + 1, len(heard)
        check_rows(event_rows(first, cluster))
        assert not any(collect(listening, 0.7, 1) for listening in sockets)
        second.stop()


def changed_calls(program, cluster):
    with Stage(program, cluster) as backend:
        ana, ben = Desk(backend, "ana@x.org", "d1"), Desk(backend, "ben@x.org", "d2")
        listening = Socket(backend.port, ben.ticket())
        first = listening.next()
        assert first["t"] == "hint"
        ana.one("create", dict(missed_call(), caller_name="TOPSECRET"))
        hint, news = listening.next(), listening.next()
        assert hint["t"] == "hint" and news == {"t": "new_call", "id": "c1", "ver": 2, "epoch": 1, "head": 2}, (hint, news)
        began = time.monotonic()
        for index in range(60):
            ana.one("tag+", {"tag": f"t{index}"})
        spent = time.monotonic() - began
        updates = []
        while not updates or updates[-1]["ver"] < 62:
            message = listening.next()
            if message["t"] != "hint":
                updates.append(message)
        assert {one["t"] for one in updates} == {"call_updated"} and len(updates) <= spent / 0.1 + 2, (len(updates), spent)
        versions = [one["ver"] for one in updates]
        assert versions == sorted(set(versions))
        # Very many at once: the hint says it.
        calls = [{"provider": "p", "provider_call_id": f"x{index}", "status": "MISSED", "call_type": "INBOUND", "started_at": moment(-60)} for index in range(150)]
        ada = Desk(backend, "ada@x.org", "d3")
        assert backend.request("POST", "/api/calls/intake", {"calls": calls}, token=ada.token)[0] == 200
        last = ada.get("/api/session")["head"]
        while listening.next()["head"] < last:
            pass
        ana.one("tag+", {"tag": "after"})
        after = [listening.next(), listening.next()]
        assert [one["t"] for one in after] == ["hint", "call_updated"] and after[1]["id"] == "c1", after
        # One that never reads is not cut for it.
        lazy = Socket(backend.port, ben.ticket())
        for index in range(40):
            ana.push(*[ana.edit("create", missed_call(), record=f"m{index}-{one}") for one in range(50)])
        assert lazy.hint()["t"] == "hint"
        ana.one("tag+", {"tag": "end"})
        last = ana.get("/api/session")["head"]
        while lazy.next()["head"] < last:
            pass


def hints_alone(program, cluster):
    with Stage(program, cluster) as backend:
        ana, ben = Desk(backend, "ana@x.org", "d1"), Desk(backend, "ben@x.org", "d2")
        assert Socket(backend.port, ben.ticket(), path="/ws/calls?only=calls").status == 400
        assert Socket(backend.port, ben.ticket(), path="/ws/calls?only=hint&token=x").status == 400
        quiet, all_of_it = Socket(backend.port, ben.ticket(), path="/ws/calls?only=hint"), Socket(backend.port, ben.ticket())
        ana.one("create", missed_call())
        for index in range(30):
            ana.one("tag+", {"tag": f"t{index}"})
        last = ana.get("/api/session")["head"]
        heard = {"quiet": [], "all_of_it": []}
        for name, line in (("quiet", quiet), ("all_of_it", all_of_it)):
            while not any(one["t"] == "hint" and one["head"] == last for one in heard[name]):
                heard[name].append(line.next())
        assert {one["t"] for one in heard["quiet"]} == {"hint"}, heard["quiet"]
        assert {one["t"] for one in heard["all_of_it"]} >= {"hint", "new_call"}, heard["all_of_it"]
        # Nothing comes late either, nor is told again and again.
        try:
            late = quiet.next(timeout=3)
            raise AssertionError(f"a text after the last hint: {late}")
        except TimeoutError:
            pass


def pulls(backend):
    return len([line for line in backend.lines() if line.get("route") == "/api/sync/changes"])


def desk_pulls(program, cluster):
    """201 events that move nothing in the log cost a desk no request; a call that changes costs it one."""
    driver = os.path.join(os.path.dirname(program), "desk_driver")
    with Stage(program, cluster) as backend:
        clock = soon(fill(Desk(backend, "ana@x.org", "d1")))
        backend.stop()
        backend.start(**clock)
        ben = Desk(backend, "ben@x.org", "d2")
        command = [driver, "--data-dir", os.path.join(backend.folder, "desk"), "--server", f"http://127.0.0.1:{backend.port}", "--token", ben.token, "--actor", "Ben", "--auto"]
        os.mkdir(os.path.join(backend.folder, "desk"))
        desk = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        atexit.register(desk.kill)
        deadline = time.monotonic() + 20
        while not [line for line in backend.lines() if line.get("route") == "/ws/calls" and line["status"] == 101] or pulls(backend) == 0:
            assert time.monotonic() < deadline and desk.poll() is None, "the desk did not come up"
            time.sleep(0.05)
        listening = Socket(backend.port, Desk(backend, "mia@x.org", "d3").ticket())
        before = pulls(backend)
        assert len(collect(listening, 40, TASKS + 1)) == TASKS + 1
        # What the desk asks because of them has come when it has asked because of a change made after them.
        Desk(backend, "ana@x.org", "d4").one("tag+", {"tag": "leak"}, record="busy")
        while pulls(backend) == before and time.monotonic() < deadline + 60:
            time.sleep(0.05)
        assert listening.hint()["t"] == "hint"
        assert pulls(backend) - before <= 2, (before, pulls(backend))
        desk.kill()


SCENES = [changed_calls, hints_alone, desk_pulls, two_raise, killed_after_claim, killed_before_commit]

if __name__ == "__main__":
    scenes.run(__doc__, SCENES)
