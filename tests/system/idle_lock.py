#!/usr/bin/env python3
"""The idle lock of the real desk: set in Settings by keys, locked by its key, by being left alone and by a kill; what is behind it is looked for over AT-SPI.

Starts itself again under a D-Bus session."""

import json
import os
import shutil
import signal
import sys
import threading
import time

import canary_day
import desk
from account import Person
from triage_by_accessibility import Window, everything

PASSPHRASE = "a marmalade of letters"
NAME = "Wolpertinger"
NOTE = "half a quixotic note"
BEHIND = (NAME, "555-2", "5552", NOTE)


class Clerk(Person):
    """Somebody at a desk that can be locked."""

    def texts(self):
        """All that assistive technology can read of the program: names, descriptions and contents, of what is shown and of what is not."""
        def look(window):
            found = []
            for node in everything(window.root):
                found += [node.name or "", node.description or ""]
                try:
                    found.append(node.queryText().getText(0, -1))
                except NotImplementedError:
                    pass
            return found
        return desk.wait_for("the program's texts", lambda: self.on_the_window(look))

    def reads_nothing_behind(self):
        texts = self.texts()
        assert len(texts) > 5 and any("Locked since" in text for text in texts), texts
        seen = [text for text in texts if any(words in text for words in BEHIND)]
        assert not seen, f"behind the lock: {seen}"

    def is_locked(self):
        self.reads("Locked since")
        self.reads_nothing_behind()

    def unlocks(self, passphrase=PASSPHRASE):
        self.run.type(passphrase)
        self.run.keys("Return")

    def is_at_work(self):
        self.reads(NAME)
        assert not self.shows("Locked since")


class Hands:
    """Hands that go on pressing a key, or moving the mouse, whatever else happens."""

    def __init__(self, run, key=None):
        self.run, self.key = run, key
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._work, daemon=True)

    def _work(self):
        turn = 0
        while not self.ended.wait(0.3):
            turn += 1
            self.run.keys(self.key) if self.key else self.run.xdotool("mousemove", str(400 + turn), "400")

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()


class Scene:
    def __init__(self, arguments, screen, data_dir, pyatspi):
        self.arguments, self.screen, self.data_dir, self.pyatspi = arguments, screen, data_dir, pyatspi
        self.record = os.path.join(data_dir, "calldeck.idle-lock")
        self.run = None

    def start(self, *options):
        self.run = desk.Desk(self.arguments.bin, self.screen.display, self.data_dir, *options, env={"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1", "QT_ACCESSIBILITY": "1"})
        desk.wait_for("the window", lambda: canary_day.visible(self.run, "My business") or self.run.process.poll() is not None)
        assert self.run.process.poll() is None, self.run.lines
        Window(self.pyatspi, self.run.process.pid)
        self.run.focus()
        return Clerk(self.pyatspi, self.run)

    def change_record(self, **values):
        """Its plain part, as a test may."""
        with open(self.record, encoding="utf-8") as file:
            record = json.load(file)
        record.update(values)
        with open(self.record, "w", encoding="utf-8") as file:
            json.dump(record, file)


def calls(folder):
    path = os.path.join(folder, "calls.csv")
    with open(path, "w", encoding="utf-8") as out:
        out.write("provider_call_id,started_at,call_type,status,caller_name,customer_number\n")
        for index in range(20):
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60 * index - 60))
            out.write(f"c{index},{at},INBOUND,MISSED,{NAME} {index},+1415555{2000 + index}\n")
    return path


def set_in_settings(scene):
    clerk = scene.start("--view", "triage")
    clerk.is_at_work()
    scene.run.keys("ctrl+shift+l")
    clerk.reads("Set a passphrase in Settings first.")
    scene.run.keys("ctrl+8")
    clerk.press("Set a passphrase\u2026")
    clerk.reads("Without it this desk stays locked")
    scene.run.type(PASSPHRASE)
    scene.run.keys("Tab")
    scene.run.type(PASSPHRASE)
    scene.run.keys("Return")
    clerk.reads("The lock is on")
    assert os.stat(scene.record).st_mode & 0o777 == 0o600
    with open(scene.record, "rb") as file:
        assert PASSPHRASE.encode() not in file.read()
    return clerk


def locked_by_its_key(scene, clerk):
    """Nothing is reachable, a wrong passphrase opens nothing; gives what stood in the drawer."""
    scene.run.keys("ctrl+1")
    clerk.reads(NAME)
    scene.run.keys("n")
    scene.run.type(NOTE)
    desk.wait_for("the note in the tree", lambda: any(NOTE in text for text in clerk.texts()))
    assert any("5552" in text or "555-2" in text for text in clerk.texts()), "the look behind the lock could not fail"
    scene.run.keys("ctrl+shift+l")
    clerk.is_locked()
    titles = scene.run.xdotool("getwindowname", scene.run.xdotool("search", "--onlyvisible", "--pid", str(scene.run.process.pid)).split()[-1])
    assert NAME not in titles, titles
    # Keys that mean something at an open desk.
    scene.run.keys("ctrl+2", "ctrl+k", "F1", "Escape", "ctrl+s")
    clerk.reads_nothing_behind()
    clerk.unlocks("a marmelade of letters")
    clerk.reads("That is not the passphrase.")
    clerk.is_locked()
    clerk.reads("Passphrase")


def killed(scene):
    """Locked again after a kill, whatever the options ask for; what was typed is there when it is open."""
    scene.run.kill()
    with open(scene.record, "rb") as file:
        record = file.read()
    call = desk.Cli(scene.arguments.bin, scene.data_dir).list("status:missed")[0]["call_id"]
    clerk = scene.start("--view", "calls", "--call", call)
    clerk.is_locked()
    scene.run.kill()
    clerk = scene.start("--view", "triage", "--demo", "--no-feed")
    clerk.is_locked()
    scene.run.kill()
    clerk = scene.start("--view", "triage")
    clerk.is_locked()
    clerk.unlocks()
    clerk.is_at_work()
    desk.wait_for("the note that was typed before", lambda: any(NOTE in text for text in clerk.texts()))
    with open(scene.record, "rb") as file:
        assert file.read() == record, "looking at it wrote the record"
    return clerk


def left_alone(scene):
    """With four seconds in its record it locks by itself, and not while somebody works."""
    scene.run.close()
    scene.change_record(idle_seconds=4)
    clerk = scene.start("--view", "calls")
    clerk.is_locked()
    clerk.unlocks()
    desk.wait_for("the desk to open", lambda: scene.run.said("first rows painted"))
    # A key that is a shortcut of this view is no less a hand than the mouse.
    for key in (None, "j"):
        with Hands(scene.run, key):
            time.sleep(6)
            clerk.is_at_work()
    clerk.is_locked()
    # A machine that slept: the hand that wakes it comes too late.
    with Hands(scene.run):
        clerk.unlocks()
        clerk.is_at_work()
    scene.run.process.send_signal(signal.SIGSTOP)
    time.sleep(5)
    with Hands(scene.run):
        scene.run.process.send_signal(signal.SIGCONT)
        clerk.is_locked()
    scene.run.close()
    scene.change_record(idle_seconds=600)


def damaged(scene):
    with open(scene.record, "rb") as file:
        whole = file.read()
    for bytes_ in (whole[:len(whole) // 2], b"", whole.replace(b'"version": 1', b'"version": 9').replace(b'"version":1', b'"version":9')):
        assert bytes_ != whole
        with open(scene.record, "wb") as file:
            file.write(bytes_)
        clerk = scene.start("--view", "triage")
        clerk.reads("is damaged")
        clerk.reads(scene.record)
        clerk.is_locked()
        scene.run.type(PASSPHRASE)
        scene.run.keys("Return", "Escape")
        clerk.is_locked()
        scene.run.close()
        with open(scene.record, "rb") as file:
            assert file.read() == bytes_, "the damaged file was touched"
    with open(scene.record, "wb") as file:
        file.write(whole)


def turned_off(scene):
    clerk = scene.start("--view", "calls")
    clerk.is_locked()
    clerk.unlocks()
    clerk.is_at_work()
    scene.run.keys("ctrl+8")
    clerk.press("Turn off\u2026")
    clerk.reads("stays open to whoever comes by")
    clerk.unlocks("not the passphrase")
    clerk.reads("That is not the passphrase.")
    assert os.path.exists(scene.record)
    time.sleep(1.1)  # the pause after a wrong one
    clerk.unlocks()
    clerk.reads("The lock is off.")
    assert not os.path.exists(scene.record)
    scene.run.close()
    scene.start("--view", "calls").is_at_work()
    scene.run.close()


def main():
    arguments = desk.arguments_on_a_bus()
    with desk.XServer() as screen, desk.Workplace() as data_dir:
        os.environ["DISPLAY"] = screen.display
        import pyatspi  # after the display is known: it connects when it is imported
        desk.Cli(arguments.bin, data_dir).run("import", calls(os.path.dirname(data_dir)))
        scene = Scene(arguments, screen, data_dir, pyatspi)
        try:
            clerk = set_in_settings(scene)
            print("set in Settings", flush=True)
            locked_by_its_key(scene, clerk)
            print("locked by its key: nothing behind it can be read, and a wrong passphrase opens nothing", flush=True)
            killed(scene)
            print("killed, started with other options: locked; then open, with what was typed", flush=True)
            left_alone(scene)
            print("left alone it locks, and not while somebody works", flush=True)
            damaged(scene)
            print("a damaged record keeps it locked and says what to do", flush=True)
            turned_off(scene)
            print("turned off by its passphrase", flush=True)
        finally:
            if scene.run and scene.run.process.poll() is None:
                scene.run.kill()


if __name__ == "__main__":
    if not shutil.which("dbus-run-session"):
        sys.exit("dbus-run-session is missing")
    main()
