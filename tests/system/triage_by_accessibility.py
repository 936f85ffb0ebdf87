#!/usr/bin/env python3
"""Triage through AT-SPI alone, as a screen reader or a voice control would do it: no key, no mouse.

Also walks the whole window: whatever can be pressed, typed in or focused has a name. Starts itself again under a D-Bus session."""

import os
import shutil
import sys
import time

import desk

NAMELESS_ROLES = {"filler", "panel", "frame", "application", "scroll pane", "viewport", "separator", "split pane", "layered pane", "unknown", "scroll bar", "label", "text"}


def everything(node, depth=0):
    yield node
    if depth > 40:
        return
    for index in range(min(node.childCount, 400)):
        child = node.getChildAtIndex(index)
        if child is not None:
            yield from everything(child, depth + 1)


class Window:
    def __init__(self, pyatspi, pid):
        self.atspi = pyatspi
        self.pid = pid
        self.root = desk.wait_for("the desk on the accessibility bus", self._find, 30)

    def _find(self):
        registry = self.atspi.Registry.getDesktop(0)
        for index in range(registry.childCount):
            application = registry.getChildAtIndex(index)
            if application is not None and application.get_process_id() == self.pid and application.childCount:
                return application
        return None

    def showing(self, node):
        states = node.getState()
        return states.contains(self.atspi.STATE_SHOWING) and states.contains(self.atspi.STATE_VISIBLE)

    def find(self, name, role=None):
        def look():
            for node in everything(self.root):
                if node.name == name and (role is None or node.getRoleName() == role) and self.showing(node):
                    return node
            return None
        return desk.wait_for(f"\"{name}\" in the tree", look)

    def press(self, name):
        node = self.find(name)
        actions = node.queryAction()
        for index in range(actions.nActions):
            if actions.getName(index).lower() in ("press", "toggle", "click"):
                actions.doAction(index)
                return
        raise AssertionError(f"\"{name}\" has no action that presses it: {[actions.getName(i) for i in range(actions.nActions)]}")

    def nameless(self):
        found = []
        for node in everything(self.root):
            role = node.getRoleName()
            focusable = node.getState().contains(self.atspi.STATE_FOCUSABLE)
            if self.showing(node) and not node.name and (focusable or role in ("push button", "check box", "toggle button")) and role not in NAMELESS_ROLES:
                found.append(f"{role} in {node.parent.name if node.parent else '?'}")
        return found


def triage(window, desk_run):
    for index, presses in enumerate((["No answer, key 5"], ["Left voicemail, key 4"], ["Callback requested, key 3", "Follow up: 2 h"])):
        for name in presses:
            window.press(name)
        window.press("Save and next")
        desk_run.wait_saved(index + 1)


def check_table(window):
    table = window.find("Calls", "table")
    cells = table.queryTable()
    assert cells.nRows > 0, "the table has no rows for a screen reader"
    names = [cells.getAccessibleAt(0, column).name for column in range(min(cells.nColumns, 6))]
    assert any(name.startswith("SLA:") for name in names) and any(name.startswith("Caller:") for name in names), names


def main():
    arguments = desk.arguments_on_a_bus()
    with desk.XServer() as screen, desk.Workplace() as data_dir:
        os.environ["DISPLAY"] = screen.display
        import pyatspi  # after the display is known: it connects when it is imported
        run = desk.Desk(arguments.bin, screen.display, data_dir, "--demo", "--no-feed", "--view", "triage",
                        env={"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1", "QT_ACCESSIBILITY": "1"})
        run.wait_until_painted()
        window = Window(pyatspi, run.process.pid)
        check_table(window)
        nameless = window.nameless()
        assert not nameless, "without a name: " + "; ".join(nameless)
        triage(window, run)
        for view in ("Calls", "Follow-ups", "Settings"):
            window.press(view)
            time.sleep(0.5)
            nameless = window.nameless()
            assert not nameless, f"{view}, without a name: " + "; ".join(nameless)
        assert run.keystrokes == 0
        run.close()
        assert [disposition for _, disposition, _ in run.saved] == ["no_answer", "left_voicemail", "callback_requested"], run.saved
        desk.Cli(arguments.bin, data_dir).verify()
        print("3 calls triaged through AT-SPI actions, every control has a name")


if __name__ == "__main__":
    if not shutil.which("dbus-run-session"):
        sys.exit("dbus-run-session is missing")
    main()
