#!/usr/bin/env python3
"""Runs the real calldeck-cli as a script would: every command, its exit codes, its output, and what it refuses to touch."""

import argparse
import gzip
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

import desk

OK, USAGE, BAD_INPUT, STORE, FINDINGS, INTERRUPTED = 0, 1, 2, 3, 4, 130
COMMANDS = ["import", "export", "list", "show", "stats", "generate", "verify", "migrate", "backup", "encrypt", "key"]
CALLS = ("provider_call_id,started_at,call_type,status,caller_name,customer_number,queue_seconds,talk_seconds\n"
         "a,2026-01-30T09:00:00-05:00,INBOUND,COMPLETED,Ann Vega,(415) 555-2671,10,100\n"
         "b,2026-01-31T23:30:00-05:00,INBOUND,MISSED,Beth Vega,(415) 555-2672,30,\n"
         "c,2026-02-01T00:30:00-05:00,INBOUND,COMPLETED,\"Cleo, \x1b[31mred\",(415) 555-2673,40,200\n")


class Scene:
    """A folder of files and the program; each check sets up what it needs in it."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        data = text if isinstance(text, bytes) else text.encode()
        with open(self.path(name), "wb") as out:
            out.write(data)
        return self.path(name)

    def run(self, *arguments, expect=OK, data="data", **how):
        how.setdefault("stdout", subprocess.PIPE)
        done = subprocess.run([self.program, "--data-dir", self.path(data), *arguments], stderr=subprocess.PIPE, timeout=120, **how)
        words = " ".join(arguments)
        assert done.returncode == expect, f"{words}: ended with {done.returncode}, not {expect}\n{done.stdout}\n{done.stderr.decode()}"
        if expect != OK:
            assert done.stderr.strip() or done.returncode == FINDINGS, f"{words}: failed without a word"
        return done

    def out(self, *arguments, **how):
        return self.run(*arguments, **how).stdout.decode()

    def refusal(self, *arguments, expect, **how):
        return self.run(*arguments, expect=expect, **how).stderr.decode()

    def ids(self, *arguments):
        return [json.loads(line)["provider_call_id"] for line in self.out("list", "--json", *arguments).splitlines()]

    def bytes(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()


def filled(scene):
    scene.run("import", scene.write("calls.csv", CALLS))


def check_help(scene):
    general = scene.out("--help")
    for command in COMMANDS:
        assert command in general, command
        text = scene.out(command, "--help")
        assert text.startswith("Usage: calldeck-cli"), text
        assert "130" in text and "verify found" in text, f"{command} --help lacks the exit codes"
        assert not os.path.exists(scene.path("data")), f"{command} --help made the data directory"
    assert scene.out("--version").startswith("calldeck-cli ")


def check_usage(scene):
    scene.refusal(expect=USAGE)
    assert "frobnicate" in scene.refusal("frobnicate", expect=USAGE)
    for wrong in (["list", "--colour"], ["list", "extra"], ["import"], ["show"], ["backup"], ["export", "--format", "csv"],
                  ["export", "--format", "xls", "--out", "x"], ["list", "--limit", "0"], ["list", "--limit", "x"],
                  ["generate", "--calls", "-5", "--seed", "1"], ["generate", "--calls", "5", "--seed", "x"], ["generate", "--seed", "1"],
                  ["stats", "--target-seconds", "-1"]):
        scene.refusal(*wrong, expect=USAGE)
    assert not os.path.exists(scene.path("data"))


def check_import(scene):
    file = scene.write("calls.csv", CALLS)
    assert json.loads(scene.out("import", file, "--json", "--dry-run"))["added"] == 3
    assert not os.path.exists(scene.path("data")), "a dry run made the data directory"
    first = json.loads(scene.out("import", file, "--json"))
    assert (first["read"], first["added"], first["refused"], first["changed"]) == (3, 3, 0, True), first
    second = json.loads(scene.out("import", file, "--json"))
    assert (second["added"], second["unchanged"], second["changed"]) == (0, 3, False), second
    packed = scene.write("calls.csv.gz", gzip.compress(CALLS.replace("a,2026", "d,2026").encode()))
    assert json.loads(scene.out("import", packed, "--json"))["added"] == 1
    assert scene.ids() == ["c", "b", "d", "a"] or scene.ids() == ["c", "b", "a", "d"], scene.ids()


def check_bad_rows(scene):
    filled(scene)
    rows = "provider_call_id,started_at,status\n" + "".join(
        f"n{i},2026-02-{'30' if i % 2 else '20'}T10:00:00Z,MISSED\n" for i in range(300))
    bad = scene.write("bad.csv", rows)
    told = scene.refusal("import", bad, expect=BAD_INPUT)
    assert "bad.csv:3: column started_at:" in told and "2026-02-30" in told, told
    assert len(scene.ids()) == 3, "a refused file came in"
    done = scene.run("import", bad, "--skip-bad", "--json")
    assert json.loads(done.stdout)["added"] == 150
    assert done.stderr.decode().count("bad.csv:") == 150, "each refused row is named"
    mapping = scene.write("map.json", '{"fields": {"started": "x"}}')
    assert "started_at" in scene.refusal("import", bad, "--mapping", mapping, expect=BAD_INPUT)
    scene.refusal("import", bad, "--mapping", scene.path("none.json"), expect=BAD_INPUT)
    scene.refusal("import", scene.path("none.csv"), expect=BAD_INPUT)
    scene.refusal("import", scene.write("empty.csv", ""), expect=BAD_INPUT)


def check_list_and_show(scene):
    filled(scene)
    assert scene.ids("--limit", "1") == ["c"]
    assert scene.ids("--filter", "status:missed") == ["b"]
    assert scene.ids("--filter", "vega") == ["b", "a"]
    assert scene.ids("--filter", "status:cancelled") == []
    assert "status" in scene.refusal("list", "--filter", "status:lost", expect=BAD_INPUT)
    assert "\x1b" not in scene.out("list") and "\x1b" not in scene.out("show", "c"), "a name steers the terminal"
    everything = json.loads(scene.out("show", "b", "--json"))
    assert sorted(everything) == ["call", "draft", "follow_ups", "outcomes", "tags", "turns"], sorted(everything)
    assert everything["call"]["customer_number"] == "+14155552672"
    assert everything["follow_ups"][0]["automatic"], "the missed call wants a follow-up"
    assert everything["draft"] is None and everything["outcomes"] == []
    assert json.loads(scene.out("show", everything["call"]["call_id"], "--json")) == everything
    assert "nobody" in scene.refusal("show", "nobody", expect=BAD_INPUT)


def check_stats(scene):
    filled(scene)

    def stats(*arguments):
        return json.loads(scene.out("stats", "--json", *arguments))
    whole = stats()
    assert (whole["calls"], whole["answered"]) == (3, 2) and whole["average_speed_of_answer_s"] == 25, whole
    assert whole["service_level"] == 0.5 and stats("--target-seconds", "40")["service_level"] == 1, whole
    assert whole["average_handle_time_s"] == 150 and whole["outcomes"]["NONE"] == {"count": 3, "percent": 100}, whole
    assert stats("--from", "2026-01-01", "--to", "2026-01-31")["calls"] == 2, "the last day counts whole, on the business's clock"
    assert stats("--from", "2026-02-01")["calls"] == 1
    assert stats("--from", "2026-01-30", "--to", "2026-01-31T23:30")["calls"] == 1, "a moment is the first that does not count"
    assert stats("--to", "2026-02-01T04:30:00Z")["calls"] == 1
    for date in ("2026-02-30", "yesterday-ish", "2026-01-01 status:missed", ""):
        scene.refusal("stats", "--from", date, expect=BAD_INPUT)
    assert "Answered" in scene.out("stats")


def check_export(scene):
    scene.run("generate", "--calls", "50", "--seed", "3", "--end", "2026-03-01")
    for form in ("csv", "jsonl"):
        out = scene.path("out." + form)
        scene.run("export", "--format", form, "--out", out)
        scene.refusal("export", "--format", form, "--out", out, expect=BAD_INPUT)
        scene.run("export", "--format", form, "--out", out, "--force")
        first = scene.bytes("out." + form)
        scene.run("import", out, data=form)
        scene.run("export", "--format", form, "--out", out, "--force", data=form)
        assert scene.bytes("out." + form) == first, f"{form} does not come back equal"
    few = scene.path("few.jsonl")
    scene.run("export", "--format", "jsonl", "--filter", "status:missed", "--out", few)
    assert {json.loads(line)["status"] for line in open(few, encoding="utf-8")} == {"MISSED"}
    scene.refusal("export", "--format", "csv", "--out", scene.path("no/folder/x.csv"), expect=STORE)


def check_generate(scene):
    for data in ("one", "two"):
        scene.run("generate", "--calls", "40", "--seed", "9", data=data)
        scene.run("export", "--format", "jsonl", "--out", scene.path(data + ".jsonl"), data=data)
    assert scene.bytes("one.jsonl") == scene.bytes("two.jsonl"), "the same seed gave other calls"
    assert scene.bytes("one.jsonl").count(b"\n") == 40
    scene.refusal("generate", "--calls", "5", "--seed", "1", "--end", "soon", expect=BAD_INPUT)


def check_verify_and_backup(scene):
    filled(scene)
    assert json.loads(scene.out("verify", "--json")) ["problems"] == []
    copy = scene.path("copy.db")
    scene.run("backup", copy)
    before = scene.bytes("copy.db")
    scene.refusal("backup", copy, expect=BAD_INPUT)
    assert scene.bytes("copy.db") == before, "a backup was replaced"
    scene.refusal("backup", scene.path("no/folder/copy.db"), expect=STORE)
    os.mkdir(scene.path("restored"))
    shutil.copy(copy, scene.path("restored/calldeck.db"))
    assert "no problems" in scene.out("verify", data="restored")
    os.remove(scene.path("restored/calldeck.db"))
    scene.run("backup", "--plain", scene.path("restored/calldeck.db"))
    store = sqlite3.connect(scene.path("restored/calldeck.db"))
    store.execute("UPDATE calls SET in_triage = 1 - in_triage")
    store.commit()
    store.close()
    assert "triage" in scene.run("verify", data="restored", expect=FINDINGS).stdout.decode()
    assert json.loads(scene.run("verify", "--json", data="restored", expect=FINDINGS).stdout)["problems"]


def check_damaged_store(scene):
    filled(scene)
    damaged = bytearray(scene.bytes("data/calldeck.db"))
    for at in range(4096 * 3, len(damaged), 4096 * 4):
        damaged[at:at + 64] = b"\xa5" * 64
    scene.write("data/calldeck.db", bytes(damaged))
    found = scene.run("verify", expect=FINDINGS)
    assert b"damaged" in found.stdout.lower(), found
    assert scene.bytes("data/calldeck.db") == bytes(damaged), "verify changed a damaged file"
    scene.write("data/calldeck.db", b"")
    assert scene.run("verify", expect=FINDINGS).stdout
    scene.refusal("import", scene.path("calls.csv"), expect=STORE)
    assert scene.bytes("data/calldeck.db") == b"", "an emptied file was filled anew"


def check_foreign_and_newer_store(scene):
    os.mkdir(scene.path("data"))
    scene.write("data/calldeck.db", "Dear diary, " * 500)
    file = scene.write("calls.csv", CALLS)
    for command in (["import", file], ["list"], ["verify"], ["migrate"], ["generate", "--calls", "1", "--seed", "1"], ["backup", scene.path("b")]):
        assert "not a Calldeck database" in scene.refusal(*command, expect=STORE)
    assert scene.bytes("data/calldeck.db").startswith(b"Dear diary"), "a foreign file was touched"
    scene.run("--no-encryption", "import", file, data="newer")
    store = sqlite3.connect(scene.path("newer/calldeck.db"))
    store.execute("PRAGMA user_version = 900")
    store.close()
    for command in (["list"], ["verify"], ["migrate"], ["import", file]):
        assert "newer" in scene.refusal(*command, data="newer", expect=STORE)


def check_missing_store(scene):
    for command in (["list"], ["show", "a"], ["stats"], ["verify"], ["migrate"], ["backup", scene.path("b")], ["export", "--format", "csv", "--out", scene.path("x")]):
        assert "no Calldeck data" in scene.refusal(*command, expect=STORE)
        assert os.listdir(scene.folder) == [], f"{command[0]} left something behind"
    file = scene.write("calls.csv", CALLS)
    assert "not a folder" in scene.refusal("import", file, data="calls.csv", expect=STORE)
    scene.refusal("import", file, data="calls.csv/below", expect=STORE)


def check_locked_store(scene):
    filled(scene)
    big = scene.write("big.csv", "provider_call_id,started_at,status\n" + "".join(f"z{i},2026-02-20T10:00:00Z,MISSED\n" for i in range(200000)))
    holder = subprocess.Popen([scene.program, "--data-dir", scene.path("data"), "import", big], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        while str(holder.pid).encode() not in scene.bytes("data/calldeck.lock"):
            assert holder.poll() is None, "the import was over before anyone could look"
            time.sleep(0.01)
        for command in (["import", scene.path("calls.csv")], ["generate", "--calls", "1", "--seed", "1"], ["migrate"]):
            said = scene.refusal(*command, expect=STORE)
            assert "in use by" in said and str(holder.pid) in said, said
        assert len(scene.ids()) == 3, "reading goes on, without the half of an import"
        holder.send_signal(signal.SIGINT)
        assert holder.wait(60) == INTERRUPTED
    finally:
        holder.kill()
        holder.communicate()
    assert len(scene.ids()) == 3, "an interrupted import came in by half"
    scene.run("verify")


def check_killed_writer(scene):
    filled(scene)
    big = scene.write("big.csv", "provider_call_id,started_at,status\n" + "".join(f"z{i},2026-02-20T10:00:00Z,MISSED\n" for i in range(200000)))
    for pause in (0.1, 0.5, 1.0):
        writer = subprocess.Popen([scene.program, "--data-dir", scene.path("data"), "import", big], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(pause)
        writer.kill()
        if writer.wait() != -signal.SIGKILL:
            break  # a fast machine was done before the blow
        assert len(scene.ids()) == 3, "half an import stayed"
        scene.run("verify")


def check_closed_output(scene):
    scene.run("generate", "--calls", "400", "--seed", "1")
    lister = subprocess.Popen([scene.program, "--data-dir", scene.path("data"), "list", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    lister.stdout.readline()
    lister.stdout.close()
    assert lister.stderr.read() == b"" and lister.wait(60) == OK, "a closed pipe is no failure"
    lister.stderr.close()
    with open("/dev/full", "wb") as full:
        assert "could not be written" in scene.refusal("list", expect=STORE, stdout=full)
    before = scene.bytes("data/calldeck.db")
    shell = f'"{scene.program}" --data-dir "{scene.path("data")}" list >&-; exit $?'
    assert subprocess.run(["sh", "-c", shell], stderr=subprocess.PIPE, check=False).returncode == STORE
    subprocess.run(["sh", "-c", shell.replace("list", "verify").replace(">&-", ">&- 2>&- <&-")], check=False)
    assert scene.bytes("data/calldeck.db") == before, "output went into the data file"


def check_plain_locale(scene):
    filled(scene)
    done = scene.run("list", env={name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))} | {"LC_ALL": "C"})
    assert b"locale" not in done.stderr.lower(), done.stderr


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", required=True)
    options.add_argument("only", nargs="*", help="names of checks without check_")
    arguments = options.parse_args()
    checks = {name[6:]: check for name, check in globals().items() if name.startswith("check_")}
    failed = 0
    keys = tempfile.TemporaryDirectory(prefix="calldeck-key-")
    desk.use_key_file(keys.name)
    for name in arguments.only or checks:
        with tempfile.TemporaryDirectory(prefix="calldeck-cli-") as folder:
            started = time.monotonic()
            try:
                checks[name](Scene(os.path.join(arguments.bin, "calldeck-cli"), folder))
                print(f"ok      {name} ({time.monotonic() - started:.1f} s)")
            except (AssertionError, subprocess.TimeoutExpired, OSError, ValueError, KeyError) as error:
                failed += 1
                print(f"FAILED  {name}: {error!r}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
