#!/usr/bin/env python3
"""The desk killed at each named point of the sync (CRASH_AT, and from outside where only the other side knows): what was called saved is
applied once, and the desks agree. C1, C2 and C10 are in tests/services/CrashPointTest.cpp. See fault_table.py for how the rows are run."""

import asyncio
import sys

import fault_table
import sync_processes
from fault_table import case
from sync_processes import wait_until


async def dies(desk, point, command):
    """Starts the desk anew to die at `point` during `command`, and once more to live."""
    await desk.kill()
    await desk.start(CRASH_AT=point)
    try:
        answer = await desk.ask(command)
    except sync_processes.Gone:
        pass
    else:
        raise AssertionError(f"it did not die at {point}: {answer}")
    await desk.kill()
    return await desk.start()


async def come_to_rest(self, *desks):
    for _ in range(2):  # each has sent, then each has fetched what the others sent
        for desk in desks:
            await wait_until(f"{self.name}: nothing is left to do", lambda desk=desk: self._round(desk), 20)
    for desk in desks:
        while (await desk.ask("pull")).get("more"):
            pass
    await self.all_once()
    await self.agree(desks)


@case("KILL-C3")
async def after_sending(self):
    """The backend has the edit; its answer comes to nobody."""
    desk, proxy = await self.desk(auto=False)
    other, _ = await self.desk("Ben", auto=False)
    mid = await self.edit(desk)
    fault = proxy.add("pause_after", path="/api/sync/push")
    pushing = asyncio.ensure_future(desk.ask("push"))
    await asyncio.wait_for(fault.reached.wait(), 20)
    await desk.kill()
    await asyncio.gather(pushing, return_exceptions=True)
    proxy.clear()
    status = await desk.start()
    assert status["pending"] == [mid], status
    await come_to_rest(self, desk, other)


async def push_dies(self, point):
    desk, _ = await self.desk(auto=False)
    other, _ = await self.desk("Ben", auto=False)
    mid = await self.edit(desk)
    status = await dies(desk, point, "push")
    return desk, other, mid, status


@case("KILL-C4")
async def before_noting_the_answer(self):
    desk, other, mid, status = await push_dies(self, "C4")
    assert status["pending"] == [mid], status
    await come_to_rest(self, desk, other)


@case("KILL-C5")
async def after_noting_the_answer(self):
    desk, other, mid, status = await push_dies(self, "C5")
    assert not status["pending"] and [edit["mid"] for edit in status["acked"]] == [mid], status
    await come_to_rest(self, desk, other)


def page_case(point):
    """A page of two rows: with the first of them, and with all of them but not the cursor, nothing has happened."""
    async def run(self):
        writer, _ = await self.desk("Ben", auto=False)
        desk, _ = await self.desk(auto=False)
        before, shown = await desk.ask("status"), (await desk.ask("view", ids=self.calls))["rows"]
        for number in range(2):
            await self.edit(writer, number)
        await wait_until(f"{self.name}: the edits are sent", lambda: self._round(writer), 20)
        after = await dies(desk, point, "pull")
        assert after["cursor"] == before["cursor"], f"the cursor moved from {before['cursor']} to {after['cursor']}"
        assert (await desk.ask("view", ids=self.calls))["rows"] == shown, "half a page is shown"
        await come_to_rest(self, desk, writer)
    return run


case("KILL-C6")(page_case("C6"))
case("KILL-C7")(page_case("C7"))


@case("KILL-C8")
async def between_pages_of_a_snapshot(self):
    other, _ = await self.desk("Ben", auto=False)
    desk, proxy = await self.desk(auto=False, wait=False)

    def two_records(request):
        request.first = request.first.replace(b"limit=1000", b"limit=2")

    proxy.on_request = two_records
    status = await dies(desk, "C8", "pull")
    assert status["snapshot"], status
    seen = len(proxy.exchanges)
    await desk.ask("pull")
    asked = [exchange.request.target for exchange in list(proxy.exchanges)[seen:]]
    assert any("after=" in str(target) for target in asked), f"it began anew: {asked}"
    await come_to_rest(self, desk, other)


@case("KILL-C9")
async def in_the_sweep(self):
    other, _ = await self.desk("Ben", auto=False)
    desk, _ = await self.desk(auto=False, wait=False)
    await self.edit(other)
    await wait_until(f"{self.name}: the edit is sent", lambda: self._round(other), 20)
    status = await dies(desk, "C9", "pull")
    assert status["snapshot"], "the sweep is part of the last page"
    await come_to_rest(self, desk, other)


if __name__ == "__main__":
    sys.exit(fault_table.main(__doc__.splitlines()[0]))
