#!/usr/bin/env python3
"""An administrator moves a person to another workspace while their desk is away with work that was not sent: the desk learns it, opens the other workspace without a
trace of the first, and the work waits on the machine until the first workspace lets the person in again. Real programs, a real keyring; pressed through AT-SPI."""

import os
import sys

import account
import calldeckd
import canary_day
import desk

MIA = {"email": "mia@day.test", "name": "Mia", "role": "DISPATCHER", "password": calldeckd.PASSWORD}


class Shop:
    """A workspace as its administrator sees it."""

    def __init__(self, server, name, admin):
        self.server = server
        self.id = server.command("init", "--workspace", name, "--admin-email", admin, "--admin-name", "Boss")
        self.admin = admin

    def asks(self, method, path, body, expect=200):
        status, answer = self.server.request(method, path, body, token=self.server.login(self.admin)["access_token"])
        assert status == expect, (status, answer)
        return answer

    def takes_in(self, person):
        return self.asks("POST", "/api/users", person, 201)["user"]["id"]


def scene(arguments):
    import pyatspi
    server = calldeckd.Calldeckd(os.path.join(arguments.bin, "calldeckd"), "sqlite:" + os.path.join(arguments.folder, "store", "server.db"), os.path.join(arguments.folder, "server"))
    first, other = Shop(server, "Bayline Plumbing", "ana@day.test"), Shop(server, "Harbour Heating", "bea@day.test")
    server.start()
    ids = [result["id"] for result in first.asks("POST", "/api/calls/intake", {"calls": canary_day.calls()})["results"]]
    mia = first.takes_in(MIA)
    run = None
    try:
        with desk.XServer() as screen:
            os.environ["DISPLAY"] = screen.display
            run = account.start(arguments, screen, "--server", f"http://127.0.0.1:{server.port}")
            person = account.Person(pyatspi, run)
            person.signs_in(f"http://127.0.0.1:{server.port}", MIA["email"])
            person.reads("Bayline Plumbing")
            run.focus()
            works_while_away(server, person, run)
            moved(first, other, mia)
            person.reads("Signed out, 1 change waiting", 60)
            assert not any(decided(first, ids)), "work of somebody who is not let in was taken"
            signs_in_again(person)
            person.reads("Harbour Heating", 60)
            run.focus()
            person.press("Calls")
            person.reads("No calls")
            assert not person.shows("Wolpertinger"), "a call of the other workspace"
            print("moved to another workspace: nothing of the first is seen there", flush=True)
            lets_in_again(first, mia, person, run, ids)
    finally:
        for process in (run and run.process, server.process):
            if process and process.poll() is None:
                process.kill()
                process.wait()


def works_while_away(server, person, run):
    person.press("Triage")
    person.reads("Left voicemail")
    server.kill()
    person.press("Left voicemail, key 4")
    run.wait_saved(0)
    person.press("Save and next")
    run.wait_saved(1)


def moved(first, other, mia):
    """Where the desk does not reach the server: it would send what waits before it is let in no more."""
    server, known = first.server, first.server.port
    server.start()
    assert server.port != known
    first.asks("PATCH", f"/api/users/{mia}", {"disabled": True})
    other.takes_in(MIA)
    server.stop()
    server.listen = known
    server.start()


def decided(shop, ids):
    token = shop.server.login(shop.admin)["access_token"]
    return [account.outcome_of(shop.server, token, call) for call in ids]


def signs_in_again(person):
    person.press("Signed out, 1 change waiting")
    person.press("Sign in again")
    person.reads("Sign in to Calldeck")
    person.fills("Password", calldeckd.PASSWORD)
    person.press("Sign in")


def lets_in_again(first, mia, person, run, ids):
    first.asks("PATCH", f"/api/users/{mia}", {"disabled": False})
    account.leaves(person)
    person.fills("Email", MIA["email"])
    person.fills("Password", calldeckd.PASSWORD)
    person.press("Sign in")
    person.reads("in several workspaces")
    run.focus()
    if person.choices()[1] != "Bayline Plumbing":
        run.keys("Down" if person.choices()[0][1] == "Bayline Plumbing" else "Up")
        desk.wait_for("the first workspace chosen", lambda: person.choices()[1] == "Bayline Plumbing")
    person.press("Sign in")
    person.reads("Triage", 60)
    desk.wait_for("the kept disposition at the server", lambda: decided(first, ids).count("left_voicemail") == 1, 60)
    print("let in again: what had waited on the machine was sent", flush=True)


if __name__ == "__main__":
    sys.exit(account.play(__file__, scene))
