"""Bugs of a desk, played on the real desk from outside: what a desk with that bug would have in its cache. They show that the checker sees
the bugs of the protocol's model also on the side whose program has no switch for them."""

import json
import os
import sqlite3

PLAYED = {"no_order", "del_on_send", "drop_at_ack", "no_repush", "cursor_first"}


class PlayedBug:
    """One desk's bug. The cache is changed between two commands, while the desk is not running: two writers are a test of their own."""

    def __init__(self, name, desk, rng):
        self.name = name
        self.desk = desk
        self.rng = rng
        self.acknowledged = set()
        self.epoch = 0
        self.page_end = None
        self.sent = []

    async def _change_stopped(self, sql, mids):
        await self.desk.kill()
        self._change(sql, mids)
        await self.desk.start()

    def _change(self, sql, mids=None):
        marks = ",".join("?" * len(mids)) if mids is not None else ""
        path = os.path.join(self.desk.data_dir, "calldeck.db")
        with open(path, "rb") as file:
            assert file.read(15) == b"SQLite format 3", "the desk's cache is encrypted: its bug cannot be played from outside"
        cache = sqlite3.connect(path, timeout=10)
        try:
            with cache:
                cache.execute(sql.replace("MIDS", marks), mids or [])
        finally:
            cache.close()

    def on_request(self, request):
        """no_order: a push whose edits are in no order."""
        if self.name == "no_order" and request.path == "/api/sync/push":
            document = json.loads(request.body)
            self.rng.shuffle(document["ms"])
            document["ms"] = document["ms"][:self.rng.randint(1, len(document["ms"]))]
            request.body = json.dumps(document).encode()
        elif self.name == "del_on_send" and request.path == "/api/sync/push":
            self.sent += [edit["mid"] for edit in json.loads(request.body)["ms"]]

    def on_answer(self, exchange):
        if exchange.path == "/api/sync/changes" and exchange.answer is not None and exchange.answer.status == 200:
            self.page_end = json.loads(exchange.answer.body)["to"]

    async def after_step(self, status):
        """Between two steps; `status` as it was after the last one."""
        acked = [entry["mid"] for entry in status["acked"]]
        if self.sent:
            sent, self.sent = self.sent, []
            await self._change_stopped("DELETE FROM outbox WHERE state = 'pending' AND mid IN (MIDS)", sent)
        if self.name == "drop_at_ack" and acked:
            await self._change_stopped("DELETE FROM outbox WHERE mid IN (MIDS)", acked)
        if self.name == "no_repush":
            if status["epoch"] > self.epoch > 0:
                again = [mid for mid in status["pending"] if mid in self.acknowledged]
                if again:
                    await self._change_stopped("DELETE FROM outbox WHERE mid IN (MIDS)", again)
            self.epoch = status["epoch"]
            self.acknowledged.update(acked)

    def after_kill(self):
        """cursor_first: the cursor was written before the rows, and then the desk died."""
        if self.name == "cursor_first" and self.page_end is not None:
            self._change(f"UPDATE sync SET cursor = {int(self.page_end)} WHERE cursor >= 0 AND cursor < {int(self.page_end)}")
            self.page_end = None
