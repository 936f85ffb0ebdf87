#!/usr/bin/env python3
"""The data of a signed-in desk is damaged while it holds work that was not sent: the person is asked, the file goes aside, the work goes out under its own ids and
the calls come again. The store of a desk that works by itself is damaged: it is made anew of the desk's calls. Real programs, a real keyring, real damage in encrypted
files; pressed through AT-SPI."""

import json
import os
import sqlite3
import subprocess
import sys

import account
import desk

PAGE = 4096


def pages_of(bin_dir, folder, table):
    """Pages of a table, as a plain copy shows them: a copy is made page by page."""
    copy = os.path.join(os.path.dirname(folder), "plain.db")
    # The last one that writes takes the journal in: else what is damaged in the file would be read from there.
    for words in (["verify"], ["backup", "--plain", copy]):
        subprocess.run([os.path.join(bin_dir, "calldeck-cli"), "--data-dir", folder, *words], check=True, capture_output=True)
    journal = os.path.join(folder, "calldeck.db-wal")
    assert not os.path.exists(journal) or os.path.getsize(journal) == 0
    store = sqlite3.connect(copy)
    root = store.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[0]
    waiting = [row[0] for row in store.execute("SELECT mid FROM outbox WHERE state = 'pending' ORDER BY lseq")]
    store.close()
    os.remove(copy)
    return root, waiting


def page_in(path, page):
    with open(path, "rb") as file:
        file.seek((page - 1) * PAGE)
        return file.read(PAGE)


def damage(path, page):
    with open(path, "r+b") as file:
        file.seek((page - 1) * PAGE + 100)
        file.write(os.urandom(200))


def triage_unsent(server, ana, run, count):
    server.kill()
    server.listen = server.port
    ana.press("Triage")
    for number in range(count):
        ana.press("Left voicemail, key 4")
        run.wait_saved(number)
        ana.press("Save and next")
        run.wait_saved(number + 1)


def calls_in(cli):
    found = subprocess.run([*cli, "stats", "--json"], capture_output=True, text=True, check=False)
    return json.loads(found.stdout)["calls"] if found.returncode == 0 else None


def store_of_a_desk_by_itself(arguments, pyatspi, screen):
    folder = os.path.join(arguments.folder, "alone")
    cli = [os.path.join(arguments.bin, "calldeck-cli"), "--data-dir", folder]
    subprocess.run([*cli, "generate", "--calls", "40", "--seed", "1"], check=True, capture_output=True)
    store = os.path.join(folder, "backend", "calldeckd.db")
    with open(store, "r+b") as file:
        # All but the page that says what the file is.
        file.seek(PAGE)
        file.write(os.urandom(os.path.getsize(store) - PAGE))
    run = account.start(arguments, screen, "--data-dir", folder)
    try:
        dana = account.Person(pyatspi, run)
        dana.reads("The desk's own store is damaged.")
        assert not [name for name in os.listdir(folder) if "aside" in name], "moved before anybody said so"
        dana.press("Make it anew")
        desk.wait_for("another store", lambda: os.path.exists(store) and len([name for name in os.listdir(folder) if name.startswith("backend.aside-")]) == 1)
    finally:
        run.close()
    # What the new store has comes back to a desk that has nothing.
    calls = calls_in(cli)
    assert calls == 40, calls
    for name in ("calldeck.db", "calldeck.db-wal", "calldeck.db-shm"):
        if os.path.exists(os.path.join(folder, name)):
            os.remove(os.path.join(folder, name))
    run = account.start(arguments, screen, "--data-dir", folder)
    try:
        desk.wait_for("the calls of the new store", lambda: calls_in(cli) == 40, 60)
    finally:
        run.close()
    print("a damaged store was made anew of the desk's calls", flush=True)


def scene(arguments):
    import pyatspi
    home = os.path.join(arguments.folder, "home")
    server, address, token, ids = account.serve(arguments)
    run = None
    try:
        with desk.XServer() as screen:
            os.environ["DISPLAY"] = screen.display
            run = account.start(arguments, screen, "--server", address)
            ana = account.Person(pyatspi, run)
            ana.signs_in(address, "ana@day.test")
            run.focus()
            ana.press("Calls")
            ana.reads("Wolpertinger")
            triage_unsent(server, ana, run, 3)
            run.close()
            data = account.account_folders(home)[0]
            root, waiting = pages_of(arguments.bin, data, "calls")
            assert len(waiting) == 3, waiting
            cache = os.path.join(data, "calldeck.db")
            damage(cache, root)
            damaged = page_in(cache, root)
            run = account.start(arguments, screen)
            ana = account.Person(pyatspi, run)
            ana.reads("The data of this desk is damaged.")
            ana.press("Make it anew")
            ana.reads("3 of 3 unsent changes were carried over", 60)
            aside = [name for name in os.listdir(data) if name.startswith("damaged-")]
            # What the desk wrote until it met the damage, such as the stamp of a push, stands in other pages.
            assert len(aside) == 1 and page_in(os.path.join(data, aside[0], "calldeck.db"), root) == damaged, "the damaged file was not kept as it was"
            ana.press("OK")
            server.start()
            ana.reads("Bayline Plumbing")
            run.focus()
            ana.press("Calls")
            ana.reads("Wolpertinger", 60)
            desk.wait_for("the unsent work at the server", lambda: sum(account.outcome_of(server, token, call) == "left_voicemail" for call in ids) == 3, 60)
            print("damaged, made anew, and nothing was lost", flush=True)
            run.close()
            store_of_a_desk_by_itself(arguments, pyatspi, screen)
    finally:
        for process in (run and run.process, server.process):
            if process and process.poll() is None:
                process.kill()
                process.wait()


if __name__ == "__main__":
    sys.exit(account.play(__file__, scene))
