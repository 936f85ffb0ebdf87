#!/usr/bin/env python3
"""Fifty missed calls triaged with nothing but the keyboard: real key events to the real program, counted.

Every third call gets a callback with a time, every tenth a note; the rest a plain disposition. Afterwards the store must say
what the keys said, and a call takes at most three keystrokes at the median, six with a callback."""

import argparse
import datetime
import os
import statistics

import desk

CALLS = 50


def missed_calls(folder):
    """A call log of a bad morning, a few more than are triaged; returns its path."""
    path = os.path.join(folder, "missed.csv")
    now = datetime.datetime.now(datetime.timezone.utc)
    with open(path, "w", encoding="utf-8") as out:
        out.write("provider_call_id,started_at,call_type,status,caller_name,customer_number,queue_seconds\n")
        for index in range(CALLS + 10):
            at = (now - datetime.timedelta(minutes=7 * index + 3)).strftime("%Y-%m-%dT%H:%M:%SZ")
            out.write(f"m{index},{at},INBOUND,MISSED,Caller {index},+1415555{2000 + index},{index % 40}\n")
    return path


def triage(window, index):
    """One call; returns the disposition that was meant and the keystrokes it took."""
    before = window.keystrokes
    if index % 10 == 9:
        window.keys("4", "n")
        window.type(f"Note {index}")
        window.keys("ctrl+Return")
        return "left_voicemail", "note", window.keystrokes - before
    if index % 3 == 2:
        window.keys("3", "f", "2", "ctrl+Return")
        return "callback_requested", "callback", window.keystrokes - before
    window.keys("5", "ctrl+Return")
    return "no_answer", "plain", window.keystrokes - before


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    arguments = parser.parse_args()
    with desk.XServer() as screen, desk.Workplace() as data_dir:
        cli = desk.Cli(arguments.bin, data_dir)
        cli.run("import", missed_calls(os.path.dirname(data_dir)))
        window = desk.Desk(arguments.bin, screen.display, data_dir, "--view", "triage")
        window.wait_until_painted()
        taken = {"plain": [], "callback": [], "note": []}
        meant = []
        for index in range(CALLS):
            disposition, kind, strokes = triage(window, index)
            taken[kind].append(strokes)
            meant.append((disposition, kind, index))
            if index % 7 == 0:
                window.wait_saved(index + 1)
        window.wait_saved(CALLS)
        saved = list(window.saved)
        window.close()

        assert len({call for call, _, _ in saved}) == CALLS, "a call was saved twice"
        for (call, disposition, _), (wanted, kind, index) in zip(saved, meant):
            shown = cli.show(call)
            assert disposition == wanted, f"call {index}: {disposition} was saved, {wanted} was meant"
            assert shown["call"]["disposition"] == wanted, shown["call"]
            assert shown["call"]["status"] in ("MISSED", "VOICEMAIL", "COMPLETED")
            if kind == "callback":
                assert shown["follow_ups"], f"call {index} has no follow-up"
            if kind == "note":
                assert any(outcome["notes"] == f"Note {index}" for outcome in shown["outcomes"]), shown["outcomes"]
        cli.verify()
        plain, callback = statistics.median(taken["plain"]), statistics.median(taken["callback"])
        print(f"{CALLS} calls: {plain} keystrokes at the median for a plain disposition, {callback} with a callback")
        assert plain <= 3 and callback <= 6


if __name__ == "__main__":
    main()
