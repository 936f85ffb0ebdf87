#!/usr/bin/env python3
"""A person signs in to a team from a desk that worked by itself, signs out with work that was not sent, comes back, and leaves for good: real programs, a real
keyring, pressed through AT-SPI. Starts itself again under a session bus with a keyring of its own."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time

import calldeckd
import canary_day
import desk
from triage_by_accessibility import Window, everything


class Person:
    """Whoever sits at the desk. Windows come and go under their hands: what was gone while it was looked at is looked for again."""

    def __init__(self, pyatspi, run):
        from gi.repository import GLib
        self.atspi, self.run, self.gone = pyatspi, run, GLib.GError

    def on_the_window(self, act):
        """What `act` gives for the window as it is, or nothing when it went away meanwhile."""
        try:
            return act(Window(self.atspi, self.run.process.pid))
        except self.gone:
            return None

    def press(self, name):
        def act(window):
            # A dialog may be called as its button is.
            for node in everything(window.root):
                if node.name == name and window.showing(node) and node.getRoleName() in ("push button", "radio button", "page tab", "toggle button", "check box"):
                    node.queryAction().doAction(0)
                    return True
            return False
        desk.wait_for(f"{name} to press", lambda: self.on_the_window(act))

    def reads(self, words, seconds=30):
        """Waits until the words stand somewhere on the screen."""
        try:
            desk.wait_for(f"\"{words}\" on the screen", lambda: self.shows(words), seconds)
        except AssertionError as late:
            raise AssertionError(f"{late}; the desk ({self.run.process.poll()}) said: {self.run.lines[-20:]}") from late

    def shows(self, words):
        """Whether the words stand somewhere on the screen now."""
        return self.on_the_window(lambda window: any(words in (node.name or "") and window.showing(node) for node in everything(window.root)))

    def fills(self, name, text):
        """Types into the field of that name."""
        def fill(window):
            field = window.find(name)
            field.queryEditableText().setTextContents(text)
            return field.queryText().characterCount == len(text)
        desk.wait_for(f"the text in {name}", lambda: self.on_the_window(fill))

    def choices(self):
        """What the list on the screen offers, and what is chosen of it: Qt gives a list that for its name, and what it is for by a relation to its label."""
        def look(window):
            box = next((node for node in everything(window.root) if node.getRoleName() == "combo box" and window.showing(node)), None)
            return box and ([node.name for node in everything(box) if node.getRoleName() == "list item"], box.name)
        return desk.wait_for("something to choose", lambda: self.on_the_window(look))

    def signs_in(self, server, email):
        self.reads("Sign in to Calldeck")
        self.fills("Server", server)
        self.fills("Email", email)
        self.fills("Password", calldeckd.PASSWORD)
        self.press("Sign in")

    def settings(self, button):
        self.press("Settings")
        self.press(button)


def account_folders(home):
    root = os.path.join(home, "data", "calldeck", "accounts")
    return [os.path.join(root, name) for name in os.listdir(root) if os.path.isdir(os.path.join(root, name))]


def records():
    """Of the accounts that are known on this machine."""
    found = []
    for folder in account_folders(os.environ["HOME"]):
        path = os.path.join(folder, "account.json")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                found.append(json.load(file))
    return found


def refresh_tokens():
    """How many the keyring holds."""
    found = subprocess.run(["secret-tool", "search", "--all", "--unlock", "xdg:schema", "org.qt.keychain"], capture_output=True, text=True, check=False)
    return (found.stdout + found.stderr).count("session http")


def outcome_of(server, token, call):
    status, answer = server.request("GET", f"/api/calls/{call}", token=token)
    assert status == 200, answer
    return answer["call"].get("disposition", "")


def serve(arguments):
    """A backend with Ana and the calls of a day: the process, its address, a token of hers, the ids of the calls."""
    folder = arguments.folder
    server = calldeckd.Calldeckd(os.path.join(arguments.bin, "calldeckd"), "sqlite:" + os.path.join(folder, "store", "server.db"), os.path.join(folder, "server"))
    server.command("init", "--workspace", "Bayline Plumbing", "--admin-email", "ana@day.test", "--admin-name", "Ana")
    server.start()
    token = server.login("ana@day.test")["access_token"]
    status, answer = server.request("POST", "/api/calls/intake", {"calls": canary_day.calls()}, token=token)
    assert status == 200, answer
    return server, f"http://127.0.0.1:{server.port}", token, [result["id"] for result in answer["results"]]


def scene(arguments):
    import pyatspi  # under the bus of the scene: it connects when it is imported
    home = os.path.join(arguments.folder, "home")
    server, address, token, ids = serve(arguments)
    run = None
    try:
        with desk.XServer() as screen:
            os.environ["DISPLAY"] = screen.display
            run = start(arguments, screen)
            ana = Person(pyatspi, run)
            ana.reads("Triage")
            ana.settings("Sign in to a team\u2026")
            ana.signs_in(address, "ana@day.test")
            ana.reads("Bayline Plumbing")
            # Before the first sync brought them, and without another start.
            run.focus()
            ana.press("Calls")
            ana.reads("Wolpertinger")
            print("signed in from a desk that worked by itself", flush=True)

            settings_change(server, token, ana)
            leaves_with_work(server, ana, run, home)
            comes_back(server, token, ana, address, ids)
            leaves_for_good(ana, home)
            run.close()
            run = start(arguments, screen)
            ana = Person(pyatspi, run)
            ana.reads("Triage")
            ana.settings("Sign in to a team\u2026")
            ana.reads("Sign in to Calldeck")
            print("the next start works without a server and asks nobody", flush=True)
            run.close()
            chooses_a_workspace(arguments, screen, pyatspi, server, address)
            leaves_a_chosen_folder(arguments, screen, pyatspi, server, address)
            run = dies_while_leaving(arguments, screen, pyatspi, address, home)
    finally:
        for process in (run and run.process, server.process):
            if process and process.poll() is None:
                process.kill()
                process.wait()


def start(arguments, screen, *options, **environment):
    return desk.Desk(arguments.bin, screen.display, None, *options, env={"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1", "QT_ACCESSIBILITY": "1", **environment})


def settings_change(server, token, ana):
    status, answer = server.request("GET", "/api/sync/rows?kind=workspace&ids=settings", token=token)
    assert status == 200, answer
    settings = dict(answer["rows"][0]["row"], name="Bayline Heating")
    status, answer = server.request("PUT", "/api/workspace", {"settings": settings}, token=token)
    assert status == 200, answer
    ana.reads("Bayline Heating")
    print("other settings of the workspace reached the open desk", flush=True)


def leaves_unsent(server, ana, run):
    """Signs out with a saved disposition while the server is away."""
    server.kill()
    server.listen = server.port
    ana.press("Triage")
    ana.press("Left voicemail, key 4")
    run.wait_saved(0)
    ana.press("Save and next")
    run.wait_saved(1)
    ana.settings("Sign out\u2026")
    ana.reads("not sent yet")
    ana.press("Sign out")
    ana.reads("the server could not be told", 60)


def leaves_with_work(server, ana, run, home):
    leaves_unsent(server, ana, run)
    folders = account_folders(home)
    assert len(folders) == 1 and os.path.exists(os.path.join(folders[0], "calldeck.db")), folders
    with open(os.path.join(folders[0], "account.json"), encoding="utf-8") as file:
        assert json.load(file)["signed_out"] is True
    assert refresh_tokens() == 0, "the refresh token stayed in the keyring"
    print("signed out with unsent work, which is kept", flush=True)


def comes_back(server, token, ana, address, ids):
    server.start()
    assert not any(outcome_of(server, token, call) for call in ids)
    ana.signs_in(address, "ana@day.test")
    ana.reads("Bayline Heating")
    desk.wait_for("the kept disposition at the server", lambda: any(outcome_of(server, token, call) == "left_voicemail" for call in ids))
    print("signed in again, the kept work was sent", flush=True)


def leaves_for_good(ana, home):
    folder = account_folders(home)[0]
    assert os.path.exists(os.path.join(folder, "calldeck.key-id")) and refresh_tokens() == 1
    time.sleep(1)
    ana.settings("Sign out\u2026")
    ana.reads("Everything is sent")
    ana.press("Sign out")
    ana.reads("Work without a server", 60)
    assert not ana.shows("could not be told")
    left = [name for name in os.listdir(folder) if name.startswith("calldeck.") and name != "calldeck.lock"]
    assert not left and not os.path.exists(os.path.join(folder, "account.json")), os.listdir(folder)
    assert refresh_tokens() == 0
    ana.press("Work without a server")
    ana.reads("Triage")
    print("signed out for good: no call and no key stayed", flush=True)


def chooses_a_workspace(arguments, screen, pyatspi, server, address):
    """One address and one password in two workspaces: the person is asked which, and gets in there."""
    server.command("init", "--workspace", "Twin Roofing", "--admin-email", "twin@day.test", "--admin-name", "Tess")
    home = server.command("init", "--workspace", "Twin Gutters", "--admin-email", "twin@day.test", "--admin-name", "Tess")
    run = start(arguments, screen, "--server", address)
    tess = Person(pyatspi, run)
    tess.signs_in(address, "twin@day.test")
    tess.reads("in several workspaces")
    tess.reads("Workspace")
    assert tess.choices() == (["Twin Roofing", "Twin Gutters"], "Twin Roofing")
    # Another password, another question: what was offered goes.
    tess.fills("Password", "wrong wrong wrong")
    assert not tess.shows("Twin Roofing")
    tess.press("Sign in")
    tess.reads("do not fit together")
    tess.fills("Password", calldeckd.PASSWORD)
    tess.press("Sign in")
    tess.reads("in several workspaces")
    run.focus()
    run.keys("Down")
    desk.wait_for("the second one chosen", lambda: tess.choices()[1] == "Twin Gutters")
    tess.press("Sign in")
    tess.reads("Triage")
    tess.press("Settings")
    tess.reads("Twin Gutters")
    assert not tess.shows("Twin Roofing")
    assert home in (record["workspace_id"] for record in records()), "not the workspace that was chosen"
    leaves(tess)
    run.close()
    print("signed in to one of two workspaces that the same password opens", flush=True)


def leaves(person):
    person.settings("Sign out\u2026")
    person.reads("Everything is sent")
    person.press("Sign out")
    person.reads("Sign in to Calldeck", 60)


def leaves_a_chosen_folder(arguments, screen, pyatspi, server, address):
    """--data-dir: what goes is what lies there, and nobody sees it without its account."""
    folder = os.path.join(arguments.folder, "chosen")

    def opens(*options, chosen=("--data-dir", folder), **environment):
        run = start(arguments, screen, *chosen, *options, **environment)
        return run, Person(pyatspi, run)

    wiped_by_the_next_start(opens, address, folder)
    kept_for_its_account(opens, server, address, folder)
    assert names_in(folder) == ["calldeck.lock"]
    # Nobody's, now that the last of it is gone.
    run, anybody = opens()
    anybody.reads("Triage")
    run.close()
    print("a chosen folder belongs to its account until the last of it is gone", flush=True)


def wiped_by_the_next_start(opens, address, folder):
    run, ana = opens("--server", address)
    ana.signs_in(address, "ana@day.test")
    ana.reads("Bayline Heating")
    run.close()
    refused_without_the_account(opens)
    run, ana = opens("--server", address, CRASH_AT="C12")
    ana.reads("Bayline Heating")
    ana.settings("Sign out\u2026")
    ana.reads("Everything is sent")
    ana.press("Sign out")
    assert run.process.wait(60) == -signal.SIGKILL, run.process.returncode
    assert "calldeck.owner" in names_in(folder) and [record["wipe"] for record in records()] == [folder], records()
    # As if the kill had come before the calls and their lock went. Any start removes them, wherever it works.
    for name in ("calldeck.db", "calldeck.idle-lock"):
        with open(os.path.join(folder, name), "wb") as out:
            out.write(b"still there")
    run, anybody = opens(chosen=())
    anybody.reads("Work without a server", 60)
    assert names_in(folder) == ["calldeck.lock"] and records() == [], (names_in(folder), records())
    run.close()


def kept_for_its_account(opens, server, address, folder):
    run, ana = opens("--server", address)
    ana.signs_in(address, "ana@day.test")
    ana.reads("Bayline Heating")
    leaves_unsent(server, ana, run)
    run.close()
    server.start()
    refused_without_the_account(opens)
    run, ana = opens("--server", address)
    ana.signs_in(address, "ana@day.test")
    ana.reads("Bayline Heating")
    leaves(ana)
    run.close()


def names_in(folder):
    return sorted(name for name in os.listdir(folder) if name.startswith("calldeck."))


def refused_without_the_account(opens):
    run, anybody = opens()
    anybody.reads("holds the calls of an account")
    assert not anybody.shows("Triage")
    run.close()


def dies_while_leaving(arguments, screen, pyatspi, address, home):
    """KILL-C12: the calls are gone, their key and the account's record are not yet."""
    run = start(arguments, screen, "--server", address, CRASH_AT="C12")
    ana = Person(pyatspi, run)
    ana.signs_in(address, "ana@day.test")
    ana.reads("Bayline Heating")
    ana.settings("Sign out\u2026")
    ana.reads("Everything is sent")
    ana.press("Sign out")
    assert run.process.wait(60) == -signal.SIGKILL, run.process.returncode
    assert not any(os.path.exists(os.path.join(folder, "calldeck.db")) for folder in account_folders(home))
    run = start(arguments, screen)
    ana = Person(pyatspi, run)
    ana.reads("Work without a server", 60)
    ana.signs_in(address, "ana@day.test")
    ana.reads("Bayline Heating")
    print("a desk that died while somebody signed out asks who is there, and works again", flush=True)
    return run


def play(program, scene_of_it):
    """The main() of a program with one scene: in a session with a keyring of its own."""
    arguments = canary_day.read_arguments()
    if arguments.folder:
        scene_of_it(arguments)
        return 0
    with tempfile.TemporaryDirectory(prefix="calldeck-scene-") as folder:
        done = canary_day.in_session(folder, program, arguments.bin, capture=False)
        assert done.returncode == 0, f"the scene ended with {done.returncode}"
    return 0


if __name__ == "__main__":
    sys.exit(play(__file__, scene))
