#!/usr/bin/env python3
"""Kills the desk (SIGKILL) at random moments of a triage session, again and again on the same data directory.

After each kill: every disposition that the desk said was saved is in the store exactly once, a draft whose last key was 250 ms old
is there to the letter, and `calldeck-cli verify` finds nothing. The moments are random; the seed is printed and can be given."""

import argparse
import os
import random
import sqlite3
import subprocess
import time

import desk

DRAFT_AGE = 0.250
PRESSES = [["5", "ctrl+Return"], ["3", "f", "1", "ctrl+Return"], ["4", "n", "a", "b", "ctrl+Return"], ["e", "5", "ctrl+Return"],
           ["5", "ctrl+Return", "ctrl+z", "5", "ctrl+Return"]]


def write_missed_calls(path, count):
    with open(path, "w", encoding="utf-8") as out:
        out.write("provider_call_id,call_type,status,customer_number,caller_name,started_at\n")
        for index in range(count):
            minutes = index % (60 * 24 * 20)
            out.write(f"kill-{index},INBOUND,MISSED,+1415{2000000 + index},Caller {index},"
                      f"2026-10-{1 + minutes // 1440:02d}T{minutes // 60 % 24:02d}:{minutes % 60:02d}:00.000Z\n")


class Ledger:
    """What the desk has said it saved, over all its lives, held against the file."""

    def __init__(self, cli, folder):
        self.cli = cli
        self.copy = os.path.join(folder, "copy.db")
        self.saved = {}

    def read(self, query):
        """Asks SQLite itself, by a copy without encryption: the program's own view would be no witness."""
        store = sqlite3.connect(f"file:{self.cli.plain_copy(self.copy)}?mode=ro", uri=True)
        rows = store.execute(query).fetchall()
        store.close()
        os.remove(self.copy)
        return rows

    def take(self, lines):
        for call, disposition, mutation in lines:
            assert mutation not in self.saved, f"mutation {mutation} was announced twice"
            self.saved[mutation] = (call, disposition)

    def check(self):
        rows = self.read("SELECT o.mutation_id, c.call_id, o.disposition, o.retracted_at IS NULL FROM call_outcomes o JOIN calls c ON c.id = o.call_id")
        found = {}
        standing = []
        for mutation, call, disposition, stands in rows:
            assert mutation not in found, f"the disposition {mutation} is doubled"
            found[mutation] = (call, disposition)
            standing += [call] * stands
        for mutation, what in self.saved.items():
            assert found.get(mutation) == what, f"{what} was called saved as {mutation}, the store has {found.get(mutation)}"
        twice = {call for call in standing if standing.count(call) > 1}
        assert not twice, f"calls with two standing outcomes: {[row for row in rows if row[1] in twice]}, called saved: {[what for what in self.saved.items() if what[1][0] in twice]}"
        return len(found)

    def check_draft(self, text):
        bodies = [body for body, in self.read("SELECT body FROM drafts")]
        assert any(text + '"' in body for body in bodies), f"the draft \"{text}\" was lost; there are {bodies}"


def type_a_draft(window, chance, run):
    """Notes with a last key that is old enough; returns what must be found."""
    window.keys("n")
    text = f"leak under sink {run} {chance.randrange(10 ** 6)}"
    window.type(text)
    time.sleep(DRAFT_AGE + chance.random() * 0.3)
    return text


def press_in_background(window, chance):
    """Dispositions as fast as hands could go, and a kill somewhere among them."""
    sequence = []
    for _ in range(6):
        sequence += chance.choice(PRESSES)
    fingers = subprocess.Popen(["xdotool", "key", "--delay", str(chance.choice([8, 15, 30])), *sequence], env=dict(os.environ, DISPLAY=window.display),
                               stderr=subprocess.DEVNULL)
    time.sleep(chance.random() * 0.9)
    return fingers


def one_life(arguments, screen, data_dir, ledger, chance, run):
    window = desk.Desk(arguments.bin, screen.display, data_dir, "--view", "triage")
    window.wait_until_painted()
    draft, fingers = None, None
    if chance.random() < 0.4:
        draft = type_a_draft(window, chance, run)
    else:
        fingers = press_in_background(window, chance)
    window.kill()
    if fingers:
        fingers.kill()
        fingers.wait()
        # Fingers that were stopped in the middle may have left a key down, which the next life would feel.
        window.xdotool("keyup", *sorted({key for press in PRESSES for keys in press for key in keys.split("+")}))
    ledger.take(window.saved)
    desk.Cli(arguments.bin, data_dir).verify()
    outcomes = ledger.check()
    if draft:
        ledger.check_draft(draft)
    return outcomes, draft is not None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--seed", type=int, default=random.randrange(10 ** 9))
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    chance = random.Random(arguments.seed)
    with desk.XServer() as screen, desk.Workplace() as data_dir:
        calls = data_dir + ".csv"
        write_missed_calls(calls, 40 + arguments.kills * 7)
        desk.Cli(arguments.bin, data_dir).run("import", calls)
        ledger = Ledger(desk.Cli(arguments.bin, data_dir), os.path.dirname(data_dir))
        drafts = 0
        for run in range(arguments.kills):
            outcomes, had_draft = one_life(arguments, screen, data_dir, ledger, chance, run)
            drafts += had_draft
            if run % 50 == 49:
                print(f"{run + 1} kills", flush=True)
        print(f"{arguments.kills} kills: {len(ledger.saved)} dispositions called saved, {outcomes} in the store, none missing or doubled; "
              f"{drafts} drafts, none lost; verify clean each time")
        assert ledger.saved, "nothing was saved before any kill: the test shows nothing"


if __name__ == "__main__":
    main()
