#!/usr/bin/env python3
"""What must be gone when a person is erased, and what must be found out when somebody changes the audit trail: real desks, calldeckd and its
commands. See fault_table.py for how they are run."""

import asyncio
import os
import subprocess
import sys

import fault_table
from fault_table import case
from sync_processes import wait_until

CANARY = "Wolpertinger"


def left_of(self, *needles):
    """Where one of the texts stands in any file, also in pieces of a database that no query shows; of PostgreSQL's own files nobody knows when they forget, so all that it gives out."""
    found = []
    if self.rig.store.kind == "postgres":
        content = self.rig.store.dump().lower()
        assert b"copy public.call_index" in content, "an empty dump"
        found += [f"dump: {needle}" for needle in needles if needle.lower().encode() in content]
    for path, _, names in os.walk(self.rig.workplace.path):
        for name in names:
            with open(os.path.join(path, name), "rb") as file:
                content = file.read().lower()
            found += [f"{name}: {needle}" for needle in needles if needle.lower().encode() in content]
    return found


async def erased_person(self):
    """A call with the canary everywhere, and its number."""
    self.rig.backend.numbers += 1
    number = f"+1415{3_000_000 + self.rig.backend.numbers}"
    call = {"provider": "soak", "provider_call_id": "canary", "call_type": "INBOUND", "status": "MISSED", "caller_name": CANARY, "customer_number": number,
            "started_at": "2026-11-20T15:00:00.000Z", "turns": [{"speaker": "CUSTOMER", "content": f"my name is {CANARY}", "at_ms": 0}], "raw": {"caller": CANARY}}
    status, answer = await asyncio.to_thread(self.rig.backend.ask, "POST", "/api/calls/intake", {"calls": [call]})
    assert status == 200, answer
    return answer["results"][0]["id"], number


async def note(desk, call, text):
    answer = await desk.ask("edit", kind="call", id=call, op="note", args={"text": text})
    assert answer["ok"], answer
    return answer["mid"]


async def is_gone(desk, call):
    return (await desk.ask("view", ids=[call]))["rows"][call] is None


async def erase(self, number):
    return await asyncio.to_thread(self.rig.backend.run, "erase", "--number", number)


@case("ERASE-ONLINE", own_server=True)
async def erase_online(self):
    """Desks that are there forget the person within a minute; nothing of it stays in any file of theirs or the backend's."""
    call, number = await erased_person(self)
    writer, _ = await self.desk("Ben")
    reader, _ = await self.desk("Cleo")
    await note(writer, call, f"{CANARY} likes tea")
    answer = await writer.ask("edit", kind="call", id=call, op="flag+", args={"flag": "do_not_contact", "reason": f"{CANARY} asked"})
    assert answer["ok"], answer
    await self.emptied(writer, 20, "before the erasure")
    await wait_until("the other desk has the note", lambda: has_note(reader, call), 20)
    told = await erase(self, number)
    assert told.startswith("1 calls") and "not to be contacted" in told, told
    for desk in (writer, reader):
        await wait_until(f"{self.name}: {desk.name} forgets", lambda desk=desk: is_gone(desk, call), 60)
    await end_all(self)
    left = left_of(self, CANARY, number)
    assert not left, f"still there: {left}"


async def has_note(desk, call):
    row = (await desk.ask("view", ids=[call]))["rows"][call]
    return row and row.get("notes")


async def end_all(self):
    for desk in self.desks:
        await desk.ask("quit")
        await desk.process.wait()
    for index, running in enumerate(self.rig.backend.running):
        running.terminate()
        await running.wait()
        self.rig.backend.running[index] = None


@case("ERASE-OFFLINE", own_server=True)
async def erase_offline(self):
    """A desk that was away with work on the person: what waits is not kept as a refused edit, the rest of its work goes through."""
    call, number = await erased_person(self)
    desk, proxy = await self.desk("Ben")
    await proxy.down()
    await note(desk, call, f"{CANARY} wants a new boiler")
    await self.edit(desk, 1)
    await erase(self, number)
    await proxy.up()
    await self.emptied(desk, 60, "of the desk that was away")
    status = await self.alive(desk)
    assert not status["dead"], f"the text of an erased person is kept: {status['dead']}"
    assert await is_gone(desk, call)
    await self.all_once()
    await end_all(self)
    left = left_of(self, CANARY, number)
    assert not left, f"still there: {left}"


@case("ERASE-SAID-NO", own_server=True)
async def erase_said_no(self):
    """Mistakes change nothing and say what is wrong."""
    call, number = await erased_person(self)
    for words, reason in ((["erase"], "one of them"), (["erase", "--number", number, "--contact", "k"], "one of them"), (["erase", "--number", "+14150000000"], "Nothing is known"),
                          (["erase", "--contact", "nobody"], "no such contact")):
        try:
            await asyncio.to_thread(self.rig.backend.run, *words)
            raise AssertionError(f"{words} went through")
        except AssertionError as refusal:
            assert reason in str(refusal), refusal
    desk, _ = await self.desk("Ben")
    assert not await is_gone(desk, call)
    # Without the secret nobody could tell any more who must not be contacted.
    answer = await desk.ask("edit", kind="call", id=call, op="flag+", args={"flag": "do_not_contact", "reason": "asked"})
    assert answer["ok"], answer
    await self.emptied(desk, 20, "before the erasure")
    await erase(self, number)
    await self.rig.backend.kill()
    secret = self.rig.store.secret
    os.rename(secret, secret + ".away")
    started = subprocess.run([self.rig.backend.program, "serve", "--store", self.rig.store.url, *self.rig.store.options, "--listen", "127.0.0.1:0"], capture_output=True, text=True, timeout=30, check=False)
    assert started.returncode == 1 and "put it back" in started.stderr, (started.returncode, started.stderr)
    assert not os.path.exists(secret), "it made another secret"


@case("AUDIT", own_server=True)
async def audit(self):
    """The trail of a day's work is whole; a cut end, which its chain does not show, is found by the checkpoints."""
    desk, _ = await self.desk("Ben")
    for number in range(5):
        await self.edit(desk, number)
    await self.emptied(desk, 20, "of the day")
    await end_all(self)
    whole = self.rig.backend.run("audit", "verify")
    assert "whole" in whole and len(whole.splitlines()) == 1, whole
    assert os.stat(self.rig.store.checkpoints).st_mode & 0o777 == 0o600 and os.stat(self.rig.store.secret).st_mode & 0o777 == 0o600
    copy = self.rig.store.backup(self.rig.backend, 1)
    self.rig.store.change("DELETE FROM audit WHERE n > (SELECT max(n) FROM audit) - 2")
    done = subprocess.run([self.rig.backend.program, "audit", "verify", "--store", self.rig.store.url, *self.rig.store.options], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1 and "was sealed and is gone" in done.stdout, (done.returncode, done.stdout)
    # A restore is no tampering.
    self.rig.store.restore(self.rig.backend, copy)
    whole = self.rig.backend.run("audit", "verify")
    assert len(whole.splitlines()) == 1, whole


if __name__ == "__main__":
    sys.exit(fault_table.main(__doc__.splitlines()[0]))
