#!/usr/bin/env python3
"""A day at a desk with a backend, from signing in to a crash: names, numbers, notes, transcripts, passwords and tokens stand in no file, log,
command line, environment or core dump. Only the backend's own store may hold them."""

import argparse
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time

import calldeckd
import desk

CANARIES = ["Wolpertinger", "4155559876", "marmalade", "quixotic", "Zebulon", calldeckd.PASSWORD]
TOKEN = re.compile(rb"\b[art]_[A-Za-z0-9_-]{24,}")
INSIDE_THE_BUS = r"""
set -eu
eval "$(printf 'test password' | gnome-keyring-daemon --unlock --components=secrets)" >/dev/null
exec "$@"
"""


def found_in(content):
    hits = [canary for canary in CANARIES if canary.encode() in content or canary.encode("utf-16-le") in content]
    return hits + (["a token"] if TOKEN.search(content) else [])


class ProcessWatch:
    """Looks at the command lines and environments of all programs of the day as long as it goes on."""

    def __init__(self, mark):
        self.mark = mark.encode()
        self.hits = set()
        self.looked = set()
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self.ended.wait(0.05):
            for process in filter(str.isdigit, os.listdir("/proc")):
                self._look(process)

    def _look(self, process):
        try:
            with open(f"/proc/{process}/cmdline", "rb") as file:
                line = file.read()
            with open(f"/proc/{process}/environ", "rb") as file:
                environment = file.read()
        except OSError:
            return
        program = os.path.basename(line.split(b"\0")[0])
        if self.mark not in environment or program not in (b"calldeck", b"calldeckd", b"calldeck-cli"):
            return
        self.looked.add(program.decode())
        # The password of an account that is being made comes in the environment of that one command, and is told so.
        for hit in found_in(line) + [hit for hit in found_in(environment) if hit != calldeckd.PASSWORD]:
            self.hits.add((program.decode(), hit))

    def end(self):
        self.ended.set()
        self.thread.join()


def calls():
    turns = [{"speaker": "AGENT", "content": "How can I help?", "at_ms": 0}, {"speaker": "CUSTOMER", "content": "the quixotic plumber left marmalade", "at_ms": 900}]
    return [{"provider": "day", "provider_call_id": f"d{number}", "call_type": "INBOUND", "status": "MISSED", "caller_name": f"Wolpertinger {number}",
             "customer_number": "+14155559876" if number == 0 else f"+1415555{2000 + number}", "started_at": calldeckd.moment(-60 * number - 60), "turns": turns,
             "raw": {"caller": "Zebulon"}} for number in range(12)]


def triage(window, count, done):
    for number in range(count):
        window.keys("4", "n")
        window.type(f"marmalade {number}")
        window.keys("ctrl+Return")
        window.wait_saved(done + number + 1)


def visible(window, name):
    found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", name], env=dict(os.environ, DISPLAY=window.display), capture_output=True, text=True, check=False)
    return found.stdout.split()


def sign_in(window):
    try:
        dialog = desk.wait_for("the dialog", lambda: visible(window, "Sign in to Calldeck"))
    except AssertionError as late:
        raise AssertionError(f"{late}; the desk ({window.process.poll()}) said: {window.lines}") from late
    window.xdotool("windowactivate", "--sync", dialog[-1])
    for _ in range(3):
        # A key that comes before the field has the focus is lost: then once more from the beginning.
        time.sleep(0.5)
        window.keys("ctrl+a", "BackSpace")
        window.type(calldeckd.PASSWORD)
        window.keys("Return")
        try:
            return desk.wait_for("the data", lambda: window.said("data open"), 15)
        except AssertionError:
            continue
    raise AssertionError(f"nobody could sign in; the desk ({window.process.poll()}) said: {window.lines}")


def day(arguments):
    """Inside a session with a keyring."""
    folder = arguments.folder
    server = calldeckd.Calldeckd(os.path.join(arguments.bin, "calldeckd"), "sqlite:" + os.path.join(folder, "store", "server.db"), os.path.join(folder, "server"))
    server.command("init", "--workspace", "Day", "--admin-email", "ana@day.test", "--admin-name", "Ana")
    watch = ProcessWatch("CALLDECK_CANARY_DAY=" + folder)
    server.start()
    token = server.login("ana@day.test")["access_token"]
    status, answer = server.request("POST", "/api/calls/intake", {"calls": calls()}, token=token)
    assert status == 200 and len(answer["results"]) == 12, answer
    window = None
    try:
        with desk.XServer() as screen:
            window = desk.Desk(arguments.bin, screen.display, None, "--server", f"http://127.0.0.1:{server.port}", "--email", "ana@day.test", "--view", "triage",
                               log=os.path.join(folder, "server", "desk.log"), cwd=os.path.join(folder, "server"))
            sign_in(window)
            work(window, server)
    finally:
        for process in (window and window.process, server.process):
            if process and process.poll() is None:
                process.kill()
                process.wait()
        watch.end()
    assert watch.looked >= {"calldeck", "calldeckd"}, f"of the programs of the day only these were seen: {watch.looked}"
    assert not watch.hits, f"in a command line or environment: {sorted(watch.hits)}"


def work(window, server):
    window.wait_until_painted()
    triage(window, 3, 0)
    # What is looked for.
    window.keys("ctrl+k")
    window.type("quixotic")
    time.sleep(0.5)
    window.keys("Escape", "Escape")
    # An hour without the backend, then both crash: the desk with work that waits, the backend as soon as it is there again.
    server.kill()
    triage(window, 2, 3)
    window.process.send_signal(signal.SIGABRT)
    assert window.process.wait() == -signal.SIGABRT
    # There is no core to look into: this is what says where.
    desk.wait_for("where the desk ended", lambda: window.said("ended by signal 06") and window.said("libQt6Core"))
    server.start()
    server.process.send_signal(signal.SIGABRT)
    assert server.process.wait() == -signal.SIGABRT


def look_at_files(folder):
    """Names of files and what they must not hold; the backend's own store is left out."""
    hits, cores, files = [], [], 0
    for path, _, names in os.walk(folder):
        if os.path.basename(path) == "store":
            continue
        for name in names:
            where = os.path.join(path, name)
            if not os.path.isfile(where):
                continue
            files += 1
            cores += [where] if name.startswith("core") else []
            with open(where, "rb") as file:
                hits += [f"{os.path.relpath(where, folder)}: {hit}" for hit in found_in(file.read())]
    return hits, cores, files


def check_the_look_can_fail(folder):
    path = os.path.join(folder, "home", "careless.txt")
    with open(path, "wb") as out:
        out.write("call Zebulon".encode("utf-16-le") + b" r_" + b"A" * 43)
    hits, _, _ = look_at_files(folder)
    assert len(hits) == 2, hits
    os.remove(path)


def read_arguments():
    """--bin, and --folder where in_session() runs the program again."""
    options = argparse.ArgumentParser()
    options.add_argument("--bin", required=True)
    options.add_argument("--folder", help=argparse.SUPPRESS)
    arguments = options.parse_args()
    arguments.bin = os.path.abspath(arguments.bin)
    return arguments


def in_session(folder, program, bin_dir, capture=True):
    """Runs a program again with --folder, in a home of its own below it, on a bus of its own with a real keyring."""
    for name in ("home", "home/data", "home/config", "home/cache", "run", "store", "server", "tmp"):
        os.mkdir(os.path.join(folder, name), mode=0o700)
    environment = {name: value for name, value in os.environ.items() if name not in ("DBUS_SESSION_BUS_ADDRESS", "CALLDECK_KEY_FILE", "DISPLAY")}
    home = os.path.join(folder, "home")
    environment.update(HOME=home, XDG_DATA_HOME=home + "/data", XDG_CONFIG_HOME=home + "/config", XDG_CACHE_HOME=home + "/cache", TMPDIR=os.path.join(folder, "tmp"),
                       XDG_RUNTIME_DIR=os.path.join(folder, "run"), CALLDECK_CANARY_DAY=folder)
    return subprocess.run(["dbus-run-session", "--", "bash", "-c", INSIDE_THE_BUS, "bash", sys.executable, program, "--bin", bin_dir, "--folder", folder],
                          env=environment, capture_output=capture, text=True, timeout=300, check=False, cwd=os.path.join(folder, "server"))


def main():
    arguments = read_arguments()
    if arguments.folder:
        day(arguments)
        return 0
    with tempfile.TemporaryDirectory(prefix="calldeck-day-") as folder:
        # As much of a core dump as the system gives: the programs themselves must say no.
        resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
        done = in_session(folder, __file__, arguments.bin)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        hits, cores, files = look_at_files(folder)
        assert not cores, f"core dumps: {cores}"
        assert not hits, f"{len(hits)} places: {hits}"
        assert any(name == "calldeck.db" for _, _, names in os.walk(os.path.join(folder, "home")) for name in names), "the desk kept nothing: this was no day"
        check_the_look_can_fail(folder)
        print(f"{files} files looked at, nothing readable in them")
    return 0


if __name__ == "__main__":
    sys.exit(main())
