"""Drives the real desk: a private X server, the real program, real key events, and what the program says it saved."""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

SAVED = re.compile(r"saved (\S+) (\S+) (\S+)$")


class XServer:
    """A screen of its own, with a window manager so that focus behaves as on a desktop."""

    def __init__(self, size="1600x1000"):
        read, write = os.pipe()
        # Without a reset: whoever asks for the window manager before it is there would otherwise, as the last client that leaves, end it at its start.
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", size + "x24", "-nolisten", "tcp", "-noreset"],
            pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as pipe:
            self.display = ":" + pipe.readline().strip()
        if self.display == ":":
            raise RuntimeError("Xvfb did not start")
        self.manager = subprocess.Popen(["openbox"], env=dict(os.environ, DISPLAY=self.display),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # A window that is shown while the manager takes over the screen is shown by neither.
        wait_for("the window manager", self._is_managed)

    def _is_managed(self):
        found = subprocess.run(["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"], env=dict(os.environ, DISPLAY=self.display), capture_output=True, text=True, check=False)
        return "window id" in found.stdout

    def close(self):
        for process in (self.manager, self.server):
            process.terminate()
            process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def wait_for(what, condition, seconds=30):
    """Polls until `condition` holds; a desk that never gets there is a failure, not a slow machine."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds} s in vain: {what}")


def arguments_on_a_bus():
    """The arguments of a program that looks at a desk through AT-SPI; the program starts itself again under a session bus of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    arguments = parser.parse_args()
    if "CALLDECK_TEST_BUS" not in os.environ:
        os.environ["CALLDECK_TEST_BUS"] = "1"
        os.execvp("dbus-run-session", ["dbus-run-session", "--", sys.executable, *sys.argv])
    return arguments


class Desk:
    """One run of the program on a data directory; without one it is a desk with a backend that keeps its data where it does by itself.
    `log`: a file for what it says."""

    def __init__(self, bin_dir, display, data_dir, *options, agent="Robin Tester", env=None, log=None, cwd=None):
        self.bin_dir = bin_dir
        self.data_dir = data_dir
        self.display = display
        self.lines = []
        self.saved = []
        self.keystrokes = 0
        self.log = log
        program = [os.path.join(bin_dir, "calldeck"), *options]
        environment = dict(os.environ, DISPLAY=display, QT_QPA_PLATFORM="xcb", QT_LOGGING_RULES="calldeck.*=true", **(env or {}))
        if data_dir:
            program[1:1] = ["--data-dir", data_dir, "--agent", agent]
            environment["XDG_RUNTIME_DIR"] = data_dir + ".run"
            os.makedirs(data_dir + ".run", mode=0o700, exist_ok=True)
        self.process = subprocess.Popen(program, env=environment, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace")
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stderr:
            if self.log:
                with open(self.log, "a", encoding="utf-8") as out:
                    out.write(line)
            self.lines.append(line.rstrip("\n"))
            found = SAVED.search(line.strip())
            if found:
                self.saved.append(found.groups())

    def wait_until_painted(self):
        try:
            wait_for("rows on the screen", lambda: self.said("first rows painted") or self._gone())
        except AssertionError as late:
            raise AssertionError(f"{late}; the desk said: {self.lines}") from late
        assert self.process.poll() is None, "the desk ended: " + "\n".join(self.lines)
        self.focus()

    def _gone(self):
        return self.process.poll() is not None

    def said(self, words):
        return any(words in line for line in self.lines)

    def windows(self):
        """Those that are visible now; between two dialogs there may be none."""
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--pid", str(self.process.pid)], env=dict(os.environ, DISPLAY=self.display), check=False, capture_output=True, text=True)
        return found.stdout.split()

    def xdotool(self, *arguments):
        return subprocess.run(["xdotool", *arguments], env=dict(os.environ, DISPLAY=self.display), check=True,
                              capture_output=True, text=True).stdout.strip()

    def focus(self):
        windows = wait_for("a window", self.windows)
        self.xdotool("windowfocus", "--sync", windows[-1])

    def keys(self, *names):
        """Presses keys one after the other, as a person's hands would, without waiting for the program."""
        self.keystrokes += len(names)
        self.xdotool("key", "--delay", "12", *names)

    def type(self, text):
        self.keystrokes += len(text)
        self.xdotool("type", "--delay", "8", text)

    def wait_saved(self, count):
        try:
            wait_for(f"{count} saved dispositions", lambda: len(self.saved) >= count or self._gone())
        except AssertionError as late:
            raise AssertionError(f"{late}; {len(self.saved)} are; the desk said last: " + "\n".join(self.lines[-30:])) from late
        assert len(self.saved) >= count, "the desk ended: " + "\n".join(self.lines[-5:])

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self._end()

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
        self._end()

    def _end(self):
        self.process.wait()
        self.reader.join()


class Cli:
    """The command line on the same data directory."""

    def __init__(self, bin_dir, data_dir):
        self.program = [os.path.join(bin_dir, "calldeck-cli"), "--data-dir", data_dir]

    def run(self, *arguments, check=True):
        done = subprocess.run([*self.program, *arguments], capture_output=True, text=True)
        if check and done.returncode != 0:
            raise AssertionError(f"calldeck-cli {' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
        return done

    def show(self, call_id):
        return json.loads(self.run("show", call_id, "--json").stdout)

    def list(self, expression):
        return [json.loads(line) for line in self.run("list", "--filter", expression, "--json").stdout.splitlines()]

    def plain_copy(self, path):
        """A copy that other programs can open."""
        self.run("backup", "--plain", path)
        return path

    def verify(self):
        done = self.run("verify", check=False)
        assert done.returncode == 0, "verify found: " + done.stdout + done.stderr


def use_key_file(folder):
    """The key for every program that is started from here on; returns its path. None for a build without encryption."""
    path = os.path.join(folder, "test.key")
    if "CALLDECK_TEST_PLAIN" in os.environ:
        return None
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
        out.write(os.urandom(32).hex() + "\n")
    os.environ["CALLDECK_KEY_FILE"] = path
    return path


class Workplace:
    """A folder that goes away at the end, and a key for the data in it."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="calldeck-test-")
        use_key_file(self.path)
        return os.path.join(self.path, "desk")

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)
