#!/usr/bin/env python3
"""Runs the real calldeckd: desks that push and pull, swallowed answers, conflicts, restores, kills, other workspaces, hostile bodies, two backends over one
PostgreSQL. `--only NAME,NAME` runs some scenes, `--store postgres` all that can be over PostgreSQL; seeds are printed and can be given."""

import argparse
import atexit
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

from calldeckd import PASSWORD, WIDE, Calldeckd, Desk, Socket, ask, attach, folder, missed_call, moment, wait_for
import rest_scenes
from lying_provider import CLIENT, LyingProvider
from rest_rows import ROWS, SHOWING, files_of, request_of, secrets

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import postgres  # noqa: E402

PEOPLE = [("ana@x.org", "Ana", "dispatcher"), ("ben@x.org", "Ben", "agent"), ("mia@x.org", "Mia", "manager")]


class Stage:
    """A fresh store with people in it, and a backend over it."""

    def __init__(self, program, cluster=None, limits=None, **environment):
        self.folder = folder()
        if cluster:
            self.cluster = cluster
            cluster.run("dropdb", "-h", str(cluster.folder), "-p", str(cluster.port), "-U", "probe", "--if-exists", "--force", "calldeck")
            cluster.run("createdb", "-h", str(cluster.folder), "-p", str(cluster.port), "-U", "probe", "-O", "calldeck", "calldeck")
        store = cluster.url if cluster else "sqlite:" + os.path.join(self.folder, "store", "server.db")
        self.backend = Calldeckd(program, store, self.folder, **({"limits": limits} if limits else {}))
        # Over a file they lie beside it.
        self.backend.extra = ["--data", os.path.join(self.folder, "files")] if cluster else []
        self.workspace = self.backend.command("init", "--workspace", "Acme", "--admin-email", "ada@x.org", "--admin-name", "Ada")
        for email, name, role in PEOPLE:
            self.backend.command("user", "add", "--workspace", self.workspace, "--email", email, "--name", name, "--role", role)
        self.backend.start(**environment)

    def __enter__(self):
        return self.backend

    def __exit__(self, failed, *_):
        if self.backend.process.poll() is None:
            self.backend.kill() if failed else self.backend.stop()
        if not failed:
            shutil.rmtree(self.folder)


def round_trip(program, cluster):
    with Stage(program, cluster) as backend:
        ana, ben = Desk(backend, "ana@x.org", "d1"), Desk(backend, "ben@x.org", "d2")
        assert ana.one("create", missed_call())["status"] == "applied"
        ben.pull()
        assert ben.one("note", {"text": "called back – voicemail"})["status"] == "applied"
        assert ben.one("tag+", {"tag": "leak"})["status"] == "applied"
        ana.pull()
        row = ana.row()
        assert [note["text"] for note in row["notes"]] == ["called back – voicemail"] and row["notes"][0]["author"] == "Ben" and row["tags"] == ["leak"], row
        ana.snapshot()
        ben.pull()
        assert ana.rows == ben.rows
        assert ana.get("/api/sync/digest?kind=call") == ben.get("/api/sync/digest?kind=call")
        assert ana.get("/api/sync/rows?kind=call&ids=c1,none")["rows"] == [ana.rows[("call", "c1")]]
        status, answer = backend.request("POST", "/api/sync/park", {"device": "d1", "epoch": 1, "edit": ana.edit("note", {"text": "heavy"})}, token=ana.token)
        assert status == 200 and answer["results"][0]["code"] == "parked", answer
        kept = [json.loads(line) for line in backend.command("parked").splitlines()]
        assert [(one["email"], one["edit"]["args"]) for one in kept] == [("ana@x.org", {"text": "heavy"})] and kept[0]["device"].endswith("/d1"), kept
        assert "whole" in backend.command("audit", "verify")
        log = open(backend.log_file, encoding="utf-8").read()
        assert "voicemail" not in log and PASSWORD not in log and ana.token not in log


def swallowed_answer(program, cluster):
    with Stage(program, cluster) as backend:
        ana = Desk(backend, "ana@x.org", "d1")
        edits = [ana.edit("create", missed_call()), ana.edit("note", {"text": "once"})]
        body = json.dumps(ana.envelope(edits)).encode()
        connection = socket.create_connection(("127.0.0.1", backend.port))
        connection.sendall(b"POST /api/sync/push HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer " + ana.token.encode() +
                           b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        deadline = time.monotonic() + 10
        while ana.get("/api/session")["head"] < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
        connection.close()
        assert [result["status"] for result in ana.push(*edits)] == ["duplicate", "duplicate"]
        ana.pull()
        assert len(ana.row()["notes"]) == 1


def conflict(program, cluster):
    with Stage(program, cluster) as backend:
        ana, ben = Desk(backend, "ana@x.org", "d1"), Desk(backend, "ben@x.org", "d2")
        ana.one("create", missed_call())
        ana.pull()
        ben.pull()
        assert ana.one("disposition", {"disposition": "booked"})["status"] == "applied"
        second = ben.one("disposition", {"disposition": "other", "notes": "wrong trade"})
        assert second["status"] == "conflict" and second["row"]["disposition"] == "booked", second
        ben.pull()
        assert ben.row(second["mid"], "conflict")["state"] == "OPEN"
        assert ben.one("resolve", {"conflict": second["mid"], "replace": True})["status"] == "applied"
        ana.pull()
        assert ana.row()["disposition"] == "other" and ana.row(second["mid"], "conflict")["state"] == "REPLACED"


def restore(program, _):
    with Stage(program) as backend:
        ana = Desk(backend, "ana@x.org", "d1")
        early = ana.edit("create", missed_call())
        ana.push(early)
        copy = os.path.join(backend.folder, "copy.db")
        backend.command("backup", copy)
        late = [ana.edit("note", {"text": "after the copy"}), ana.edit("tag+", {"tag": "leak"})]
        ana.push(*late)
        ana.pull()
        for round_ in range(2):
            backend.stop()
            backend.command("restore", copy)
            backend.start()
            desk = Desk(backend, "ana@x.org", "d1")
            assert desk.epoch == 2 + round_
            answer = ana.get(f"/api/sync/changes?cursor=1.{ana.cursor}", expect=409) if round_ == 0 else desk.get("/api/sync/changes?cursor=2.5", expect=409)
            assert answer["epoch"] == 2 + round_ and answer["base"] == 2, answer
            ana.token, ana.epoch = desk.token, desk.epoch
            assert [result["status"] for result in ana.push(early, *late)] == ["duplicate", "applied", "applied"]
            ana.snapshot()
            assert len(ana.row()["notes"]) == 1 and ana.row()["tags"] == ["leak"]
        old = ana.envelope([])
        old["epoch"] = 1
        status, answer = backend.request("POST", "/api/sync/push", old, token=ana.token)
        assert status == 409 and answer["base"] == 2, answer


def compaction(program, cluster):
    with Stage(program, cluster) as backend:
        ana = Desk(backend, "ana@x.org", "d1")
        for index in range(20):
            ana.one("create", missed_call(), record=f"c{index}")
        backend.command("compact", "--keep", "5")
        assert ana.get("/api/sync/changes?cursor=1.0", expect=410)["min"] == 16
        ana.snapshot()
        ana.one("tag+", {"tag": "x"}, record="c3")
        assert ana.pull() == 22 and len([key for key in ana.rows if key[0] == "call"]) == 20


def concrete(path):
    """A pattern with the other workspace's names in its places."""
    return re.sub(r"\{\w+\}", "secret1", path)


RANK = ["AGENT", "DISPATCHER", "MANAGER", "ADMIN"]


def least(route):
    """The least role that may ask; None where nobody has to sign in."""
    return {"open": None, "role": route.get("role"), "admin_or_service": "ADMIN", "ticket": "AGENT"}[route["door"]]


def hidden(answer):
    return "TOPSECRET" not in (answer.decode() if isinstance(answer, bytes) else json.dumps(answer))


def from_elsewhere(backend, routes, ids, emails, tokens):
    """Every route x every role of another workspace, a service token of it, no token, an unknown one: nothing comes out."""
    services = {role: backend.command("token", "--user", emails[role]) for role in RANK}
    cells = 0
    for route in routes:
        for role in RANK:
            path, body, headers = request_of(route, dict(ids, who=f"other-{role.lower()}", email=emails[role]))
            status, answer = backend.request(route["method"], path, body, token=tokens[role], headers=headers)
            if route["path"] == "/api/auth/logout":
                tokens[role] = backend.login(emails[role])["access_token"]
            allowed = least(route) is None or RANK.index(role) >= RANK.index(least(route))
            assert (status == 403) != allowed and status < 500, (route, role, status, answer)
            assert hidden(answer), (route, role)
            assert not allowed or "{" not in route["path"] or status == 404, (route, role, status, answer)
            status, answer = backend.request(route["method"], path, body, token=services[role], headers=headers)
            allowed = (allowed and route["method"] == "GET") or route["door"] in ("open", "admin_or_service")
            assert (status == 403) != allowed and status < 500, (route, "service of", role, status, answer)
            assert hidden(answer), (route, "service of", role)
            cells += 2
        for token, code in ((None, "token_missing"), ("a_" + "0" * 64, "token_unknown")):
            status, answer = backend.request(route["method"], path, body, token=token, headers=headers)
            closed = route["door"] != "open"
            assert (status == 401 and answer["code"] == code) if closed else status != 403, (route, status, answer)
            assert hidden(answer), (route, token)
            cells += 1
    return cells


def asked_wrongly(backend, routes, ids, agent, admin):
    """A method that is not there, a parameter and a field that nobody knows."""
    for route in routes:
        path, body, headers = request_of(route, ids)
        bare = path.split("?")[0]
        if route["door"] != "open":
            taken = {one["method"] for one in routes if one["path"] == route["path"]}
            free = next(method for method in ("DELETE", "PATCH", "PUT", "POST") if method not in taken)
            assert backend.request(free, bare)[0] == 405, (free, path)
        status, answer = backend.request(route["method"], bare + "?surprise=1", body, token=agent, headers=headers)
        assert status in (400, 403), (route, status)
        if "body" in route:
            status, answer = backend.request(route["method"], path, dict(body, surprise=1), token=admin)
            assert status == 400 and answer["errors"][0]["field"] == "surprise", (route, status, answer)


def from_within(backend, routes, ids, emails):
    """Every route in its own workspace: a success for the least role that may ask, a refusal for those below it."""
    known = {(route["method"], route["path"]): route for route in routes}
    assert set(ROWS) == set(known), f"rows for no route: {set(ROWS) - set(known)}; routes without a row: {set(known) - set(ROWS)}"
    tokens = {role: backend.login(email)["access_token"] for role, email in emails.items()}
    cells = 0
    for key, route in known.items():
        if route.get("websocket"):
            continue
        path, body, headers = request_of(route, dict(ids, who="own"))
        role = least(route)
        for below in RANK[:RANK.index(role)] if role else []:
            assert backend.request(route["method"], path, body, token=tokens[below], headers=headers)[0] == 403, (key, below)
            cells += 1
    for key in ROWS:
        route = known[key]
        if not route.get("websocket"):
            path, body, headers = request_of(route, dict(ids, who="own"))
            status, answer = backend.request(route["method"], path, body, token=tokens.get(least(route)), headers=headers)
            assert status < 300, (key, status, answer)
            assert hidden(answer) == (key not in SHOWING) or route["method"] != "GET", (key, answer)
            cells += 1
    return cells


def sockets_apart(backend, ana, eve):
    """A socket is told of its own workspace alone."""
    theirs, own = Socket(backend.port, eve.ticket()), Socket(backend.port, ana.ticket())
    before, head = theirs.hint()["head"], own.hint()["head"]
    ana.one("tag+", {"tag": "news"}, record="secret1")
    assert own.hint()["head"] == head + 1
    eve.one("create", missed_call(), record="theirs")
    assert theirs.hint()["head"] == before + 1, "what comes first is their own"


def matrix(program, cluster):
    """Every route x every role and a service token of another workspace, no token, expired and unknown tokens: nothing comes out of any and nothing is changed; then the own workspace is answered."""
    with LyingProvider() as provider, Stage(program, cluster) as backend:
        backend.stop()
        backend.extra += ["--oidc-issuer", provider.issuer, "--oidc-client-id", CLIENT]
        backend.start()
        ana = Desk(backend, "ana@x.org", "d1")
        agent = backend.login("ben@x.org")
        ids = secrets(backend, ana, agent["access_token"])
        workspace = backend.command("init", "--workspace", "Other", "--admin-email", "eve@y.org", "--admin-name", "Eve")
        for role in RANK[:3]:
            backend.command("user", "add", "--workspace", workspace, "--email", f"{role.lower()}@y.org", "--name", role, "--role", role.lower())
        others = {"ADMIN": "eve@y.org", **{role: f"{role.lower()}@y.org" for role in RANK[:3]}}
        expired = backend.login("agent@y.org")["access_token"]
        tokens = {role: backend.login(email)["access_token"] for role, email in others.items()}
        eve = Desk(backend, "eve@y.org", "d1")
        eve.one("create", missed_call(), record="theirs0")
        # Their own tickets open their own files, and not these.
        tickets = files_of(backend, tokens["AGENT"], "theirs0", "theirs")
        foreign = dict(ids, **{name: value for name, value in tickets.items() if name.endswith("_ticket")}, refresh="r_0", code="none")
        for what in ("export", "attachment"):
            status, answer = backend.request("GET", f"/api/{what}s/{tickets[what]}/file?ticket={tickets[what + '_ticket']}")
            assert status == 200 and hidden(answer), (what, status, answer)
        routes = json.loads(backend.command("routes", "--json"))
        assert len(routes) >= 50
        plain = [route for route in routes if not route.get("websocket")]
        head = ana.get("/api/session")["head"]
        cells = from_elsewhere(backend, plain, foreign, others, tokens)
        asked_wrongly(backend, plain, dict(foreign, who="x", email="nobody@x.org"), ana.token, backend.login("ada@x.org")["access_token"])
        eve.token = backend.login("eve@y.org")["access_token"]
        assert eve.push(eve.edit("note", {"text": "x"}, record="secret1"))[0]["code"] == "gone"
        eve.snapshot()
        assert hidden(str(eve.rows)) and ("call", "secret1") not in eve.rows and ("number", "+442079460958") not in eve.rows
        assert ana.get("/api/session")["head"] == head, "somebody else changed something"
        sockets_apart(backend, ana, eve)
        people = {"AGENT": "ben@x.org", "DISPATCHER": "ana@x.org", "MANAGER": "mia@x.org", "ADMIN": "ada@x.org"}
        # The least role that may ask is the agent's, and the things of the secret are the agent's.
        cells += from_within(backend, routes, dict(ids, email="ben@x.org", refresh=agent["refresh_token"], code=provider.grant("c1", sub="b1", email="ben@x.org")), people)
        backend.stop()
        backend.start(CALLDECK_CLOCK_OFFSET_MS=str(20 * 60_000))
        for route in [route for route in routes if route["door"] in ("role", "admin_or_service")]:
            path, body, headers = request_of(route, dict(foreign, who="late", email="nobody@x.org"))
            status, answer = backend.request(route["method"], path, body, token=expired, headers=headers)
            assert status == 401 and answer["code"] == "token_expired", (route, status, answer)
            cells += 1
        print(f"  {cells} cells")


def answer_to_head(backend, method, path, *headers, length=1000):
    """What the head of a request is answered of whose body not a byte comes."""
    with socket.create_connection(("127.0.0.1", backend.port), timeout=20) as connection:
        connection.sendall("\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", f"Content-Length: {length}", *headers, "", ""]).encode())
        answer = b""
        while more := connection.recv(65536):
            answer += more
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"\r\nConnection: close" in head, head
    return int(head.split()[1]), json.loads(body)


def before_bodies(program, cluster):
    """Who may not come in is answered by the head alone, and nothing of the body is put on the disk."""
    with Stage(program, cluster) as backend:
        backend.stop()
        files = pathlib.Path(backend.folder) / "files"
        backend.extra = ["--data", str(files)]
        backend.start()
        expired, revoked = (backend.login("ben@x.org")["access_token"] for _ in range(2))
        assert backend.request("POST", "/api/auth/logout", token=revoked)[0] == 204
        routes = [route for route in json.loads(backend.command("routes", "--json")) if route.get("most_bytes") and route["door"] != "open"]
        assert len(routes) > 20 and any(route.get("uploads") for route in routes)
        for route in routes:
            path = concrete(route["path"])
            for header, code in (((), "token_missing"), (("Authorization: Basic eDp5",), "token_missing"), (("Authorization: Bearer x",), "token_unknown"),
                                 (("Authorization: Bearer a_" + "0" * 63 + "z",), "token_unknown")):
                status, answer = answer_to_head(backend, route["method"], path, *header)
                assert status == 401 and answer["code"] == code, (route, header, status, answer)
        heavy = [(route["method"], concrete(route["path"]), route["most_bytes"]) for route in routes if route.get("uploads") or route["most_bytes"] > 1024 * 1024]
        assert len(heavy) >= 4
        for method, path, most in heavy:
            for token, code in (("a_" + "0" * 64, "token_unknown"), (revoked, "token_revoked")):
                status, answer = answer_to_head(backend, method, path, "Authorization: Bearer " + token, "Content-Type: application/json", length=most)
                assert status == 401 and answer["code"] == code, (path, status, answer)
        agent = backend.login("ben@x.org")["access_token"]
        assert answer_to_head(backend, "POST", "/api/calls/intake", "Authorization: Bearer " + agent, length=5_000_000)[0] == 403
        backend.stop()
        backend.start(CALLDECK_CLOCK_OFFSET_MS=str(20 * 60_000))
        with socket.create_connection(("127.0.0.1", backend.port), timeout=20) as upload:
            upload.sendall(f"POST /api/calls/c1/attachments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {expired}\r\nContent-Length: 9000000\r\n\r\n".encode() + b"x" * 8000)
            assert b"token_expired" in upload.recv(65536)
            open_files = pathlib.Path(f"/proc/{backend.process.pid}/fd")
            assert not [one for one in open_files.iterdir() if os.path.exists(one) and os.readlink(one).startswith(str(files / "spool") + "/")]


def sessions(program, cluster):
    with Stage(program, cluster, limits={"logins_per_minute": 5}) as backend:
        for _ in range(2):
            backend.login("ana@x.org", "wrong wrong wrong", expect=401)
        backend.login("nobody@x.org", "wrong wrong wrong", expect=401)
        first = backend.login("ana@x.org")
        status, second = backend.request("POST", "/api/auth/refresh", {"refresh_token": first["refresh_token"]})
        assert status == 200 and second["refresh_token"] != first["refresh_token"]
        assert backend.request("POST", "/api/auth/logout", token=second["access_token"])[0] == 204
        status, answer = backend.request("GET", "/api/session", token=first["access_token"])
        assert status == 401 and answer["code"] == "token_revoked", answer
        for _ in range(2):
            backend.login("ana@x.org", "wrong wrong wrong", expect=401)
        backend.login("ana@x.org", expect=429)
        backend.command("user", "disable", "--email", "ben@x.org")
        backend.login("ben@x.org", expect=401)


def hints(program, cluster):
    with Stage(program, cluster) as backend:
        ana, ben = Desk(backend, "ana@x.org", "d1"), Desk(backend, "ben@x.org", "d2")
        ticket = ben.ticket()
        listening = Socket(backend.port, ticket)
        assert listening.status == 101 and listening.hint()["head"] == 1
        assert Socket(backend.port, ticket).status == 401
        assert Socket(backend.port, "t_00").status == 401
        assert Socket(backend.port, ben.ticket(), ["Origin: https://evil.example"]).status == 403
        began = time.monotonic()
        for index in range(40):
            ana.one("create", missed_call(), record=f"c{index}")
        spent = time.monotonic() - began
        heard = 1
        while listening.hint()["head"] < 41:
            heard += 1
        assert heard <= spent / 0.1 + 3, (heard, spent)
        for change, code in ((("user", "role", "--email", "ben@x.org", "--role", "manager"), 4403), (("user", "disable", "--email", "ben@x.org"), 4401)):
            backend.command(*change)
            began = time.monotonic()
            assert listening.hint(timeout=6) == code
            assert time.monotonic() - began <= 5
            if code == 4403:
                listening = Socket(backend.port, ben.ticket())
                listening.hint()
        watching = Socket(backend.port, ana.ticket())
        watching.hint()
        backend.stop()
        assert watching.hint() == 1001


def stolen(program, cluster):
    """A session that its owner ends from elsewhere is over within 5 s: its token, its refresh token, its tickets and its open socket. The owner's other session goes on."""
    with Stage(program, cluster) as backend:
        thief, ana = Desk(backend, "ana@x.org", "d1"), Desk(backend, "ana@x.org", "d2")
        login = backend.login("ana@x.org")
        thief.token = login["access_token"]
        sessions = ana.get("/api/sessions")["sessions"]
        taken = next(one["id"] for one in thief.get("/api/sessions")["sessions"] if one["current"])
        assert len(sessions) == 3 and not next(one for one in sessions if one["id"] == taken)["current"]
        listening, own, unused = Socket(backend.port, thief.ticket()), Socket(backend.port, ana.ticket()), thief.ticket()
        listening.hint(), own.hint()
        assert backend.request("DELETE", f"/api/sessions/{taken}", token=ana.token)[0] == 204
        began = time.monotonic()
        assert backend.request("GET", "/api/session", token=thief.token)[1]["code"] == "token_revoked"
        assert backend.request("POST", "/api/auth/refresh", {"refresh_token": login["refresh_token"]})[0] == 401
        assert Socket(backend.port, unused).status == 401
        assert listening.hint(timeout=6) == 4401
        assert time.monotonic() - began <= 5
        assert ana.one("create", missed_call())["status"] == "applied" and own.hint()["head"] == 2


def forged_lines(program, cluster):
    """Whatever comes in by whatever door: the log holds lines of the backend's own, with no text of a stranger's that a reader or a terminal takes for more."""
    forged = "x\r\n{\"event\":\"forged\"}\n\x1b]0;forged\x07\x9b2Jforged\u2028"
    with LyingProvider() as provider, Stage(program, cluster) as backend:
        backend.stop()
        backend.extra += ["--oidc-issuer", provider.issuer, "--oidc-client-id", CLIENT]
        backend.start()
        ana, ada = Desk(backend, "ana@x.org", "d1"), backend.login("ada@x.org")["access_token"]
        for lines in (["GET /api/%0d%0a%7b%22event%22:%22forged%22%7d HTTP/1.1"], ["GET /forged\n{\"event\":\"forged\"} HTTP/1.1"], ["FORGED\x1b[2J /x HTTP/1.1"], ["GET /\x9bforged HTTP/1.1"],
                      *(["GET /api/session HTTP/1.1", f"{header}: forged\n{{\"event\":\"forged\"}}\x1b\x9b"] for header in ("X-Request-Id", "X-Forwarded-For", "User-Agent", "Host", "Authorization"))):
            with socket.create_connection(("127.0.0.1", backend.port), timeout=20) as connection:
                connection.sendall("\r\n".join([*lines, "Host: x", "Connection: close", "", ""]).encode("latin-1"))
                assert connection.recv(65536).startswith(b"HTTP/1.1 4"), lines
        backend.request("POST", "/api/auth/login", {"email": forged, "password": forged, "device_name": forged})
        backend.login("ana@x.org")
        provider.fault["/token"] = lambda handler: provider.send(handler, 400, {"error": forged, "error_description": forged})
        backend.request("POST", "/api/auth/oidc", {"code": forged.encode("ascii", "ignore").decode(), "code_verifier": "v" * 43, "redirect_uri": "http://127.0.0.1:1/x", "nonce": "n" * 43})
        backend.request("POST", "/api/auth/oidc", {"code": "forged", "code_verifier": "v" * 43, "redirect_uri": "http://127.0.0.1:49152/x", "nonce": "n" * 43})
        ana.push(ana.edit("create", dict(missed_call(), caller_name=forged, queue=forged), record="forged"), ana.edit("note", {"text": forged}, record="forged"))
        backend.request("POST", "/api/sync/push", dict(ana.envelope([]), device=forged), token=ana.token)
        backend.request("POST", "/api/users", {"email": "f@x.org", "name": forged, "role": "AGENT", "password": PASSWORD}, token=ada)
        attach(backend, ana.token, "forged", b"forged", name="forged\x1b.txt", kind="text/plain", expect=400)
        events = {line["event"] for line in backend.lines()}
        with open(backend.log_file, "rb") as log:
            written = log.read()
        assert {"request", "listening", "openid_failed"} <= events and "forged" not in events, events
        lines = written.decode().split("\n")
        assert lines.pop() == "" and all("event" in json.loads(line) for line in lines), "not whole lines"
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", written.decode()) and b"forged" not in written.lower(), "somebody else's text"


def sockets(program, cluster):
    """A person has five sockets; the sixth takes the place of the oldest, which may be one whose network is gone. Others' are not touched."""
    with Stage(program, cluster, limits={key: rate for key, rate in WIDE.items() if key != "sockets_per_user"}) as backend:
        ana, ben = Desk(backend, "ana@x.org", "d1"), Desk(backend, "ben@x.org", "d2")
        others = Socket(backend.port, ana.ticket())
        open_ones = []
        for _ in range(7):
            one = Socket(backend.port, ben.ticket())
            assert one.status == 101 and one.hint()["head"] == 1
            open_ones.append(one)
        assert [one.hint() for one in open_ones[:2]] == [4429, 4429]
        ana.one("create", missed_call())
        for one in open_ones[2:]:
            assert one.hint()["head"] == 2
        while others.hint()["head"] < 2:
            pass


def crash_points(program, cluster):
    for point in ("S1", "S2", "S3"):
        with Stage(program, cluster) as backend:
            ana = Desk(backend, "ana@x.org", "d1")
            edit = ana.edit("create", missed_call())
            backend.kill()
            backend.start(CRASH_AT=point)
            try:
                ana.push(edit)
                raise AssertionError("answered at " + point)
            except (ConnectionError, OSError, Exception) as error:  # whatever a killed peer looks like
                assert not isinstance(error, AssertionError), error
            backend.process.wait(timeout=10)
            backend.start()
            assert ana.push(edit)[0]["status"] == ("applied" if point == "S1" else "duplicate"), point
            ana.pull()
            assert ana.row() and "whole" in backend.command("audit", "verify")


def upkeep_killed(program, cluster):
    """A compaction and an erasure that die before or after their commit are done or not, never between; and done again."""
    for point in ("S1", "S2"):
        done = point == "S2"
        with Stage(program, cluster) as backend:
            ana, ben = Desk(backend, "ana@x.org", "d1"), Desk(backend, "ben@x.org", "d2")
            for index in range(8):
                ana.one("create", missed_call(f"+1415555{2000 + index}"), record=f"c{index}")
            backend.command("compact", "--keep", "3", expect=-signal.SIGKILL, CRASH_AT=point)
            ana.get("/api/sync/changes?cursor=1.0", expect=410 if done else 200)
            backend.command("erase", "--number", "+14155552001", expect=-signal.SIGKILL, CRASH_AT=point)
            backend.kill()
            backend.start()
            ben.snapshot()
            calls = {key[1] for key, row in ben.rows.items() if key[0] == "call" and not row.get("deleted")}
            assert calls == {f"c{index}" for index in range(8)} - ({"c1"} if done else set()), calls
            assert "whole" in backend.command("audit", "verify")
            backend.command("compact", "--keep", "3")
            ana.get("/api/sync/changes?cursor=1.0", expect=410)
            if not done:
                backend.command("erase", "--number", "+14155552001")
            ben.snapshot()
            assert ben.row("c1") is None and ben.row("c2"), "the erasure is not done"
            ana.one("tag+", {"tag": "x"}, record="c3")
            assert "whole" in backend.command("audit", "verify")


def backup_killed(program, _):
    """A backup that dies leaves nothing that looks like one; the next tells of what was left and removes it."""
    for point in ("S8a", "S8"):
        with Stage(program) as backend:
            Desk(backend, "ana@x.org", "d1").one("create", missed_call())
            copy = os.path.join(backend.folder, "copy.db")
            backend.command("backup", copy, expect=-signal.SIGKILL, CRASH_AT=point)
            assert not os.path.exists(copy) and os.path.getsize(copy + ".part") > 0
            said = backend.command("backup", copy)
            assert copy + ".part was left by a backup that was cut off" in said, said
            assert sorted(name for name in os.listdir(backend.folder) if name.startswith("copy.db")) == ["copy.db"]
            # Whole: the backend restores it.
            backend.stop()
            backend.command("restore", copy)
            backend.start()
            ana = Desk(backend, "ana@x.org", "d2")
            ana.snapshot()
            assert ana.row() is not None


def one_backend_per_file(program, _):
    with Stage(program) as backend:
        second = Calldeckd(program, backend.store, backend.folder, name="second")
        try:
            second.start()
            raise RuntimeError("two backends over one file")
        except AssertionError as refused:
            assert "in use" in str(refused), refused


def bad_limits(program, _):
    """A limit that cannot be meant is refused by its name: nothing is made to fit, nothing is passed over."""
    place = folder()
    path = os.path.join(place, "bad.json")
    cases = [("limits.connections", {"limits": {"connections": wrong}}) for wrong in (0, -1, 1_000_001, 1.5, 1e300, "many", True)]
    cases += [("limits.peer_connections", {"limits": {"peer_connections": wrong}}) for wrong in (-1, 1_000_001, 0.5)]
    cases += [(f"limits.{name}", {"limits": {name: wrong}}) for name in WIDE for wrong in (0, -5, 1_000_001, "5")]
    cases += [("workers", {"workers": wrong}) for wrong in (0, 65, 4_294_967_297)]
    cases += [("limits.peer_conections", {"limits": {"peer_conections": 0}}), ("liste", {"liste": "127.0.0.1:0"})]
    for name, config in cases:
        with open(path, "w", encoding="utf-8") as out:
            json.dump(config, out)
        done = subprocess.run([program, "--store", "sqlite:" + os.path.join(place, "s.db"), "--config", path], stderr=subprocess.PIPE, text=True, timeout=20, check=False)
        assert done.returncode == 2 and name + " " in done.stderr, (config, done.returncode, done.stderr)
    # The ends of the ranges are good ones, and what is asked for is what there is.
    with Stage(program, limits=dict(WIDE, connections=2, peer_connections=0)) as backend:
        held = [socket.create_connection(("127.0.0.1", backend.port), timeout=10) for _ in range(2)]
        refused = socket.create_connection(("127.0.0.1", backend.port), timeout=10)
        try:
            refused.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert not refused.recv(4096).startswith(b"HTTP/1.1 200"), "a third connection is one too many"
        except ConnectionError:
            pass
        for connection in (*held, refused):
            connection.close()
    shutil.rmtree(place)


def wreck(chance, value):
    """A JSON value with something in it made wrong."""
    odd = [None, True, -1, 0, 1e308, 9007199254740993, "", "x" * 300, "\u0000", "\ud83d", [], {}, [[]], {"a": {}}, "2026-13-45T99:99:99Z", "1970-01-01T00:00:00.000Z", "call", "../../etc"]
    if isinstance(value, dict) and value and chance.random() < 0.8:
        key = chance.choice(list(value))
        changed = dict(value)
        pick = chance.random()
        if pick < 0.6:
            changed[key] = wreck(chance, value[key])
        elif pick < 0.8:
            del changed[key]
        else:
            changed[chance.choice(["", "x", "\u0000", "mid", "args"])] = chance.choice(odd)
        return changed
    if isinstance(value, list) and value and chance.random() < 0.8:
        changed = list(value)
        changed[chance.randrange(len(value))] = wreck(chance, changed[0])
        return changed
    return chance.choice(odd)


OPS = [("create", missed_call()), ("set", {"caller_name": "Zoe", "priority": 2}), ("tag+", {"tag": "leak"}), ("tag-", {"tag": "leak"}), ("note", {"text": "hello"}),
       ("disposition", {"disposition": "booked", "notes": "x"}), ("skip", {"reason": "later"}), ("follow_up", {"due_at": moment(9999)}), ("flag+", {"flag": "do_not_contact"}),
       ("flag-", {"flag": "do_not_contact"}), ("link", {"contact": "k1"}), ("note_edit", {"note": "n", "text": "y"}), ("resolve", {"conflict": "x", "replace": True}),
       ("undo", {"fields": {"caller_name": ["Zoe", ""]}, "retract": ["x"], "unlist": True, "relist": {"reason": "", "set_at": moment(), "set_by": ""}}), ("del", {})]


def hostile(program, cluster, bodies=10_000, seed=None):
    seed = seed or random.randrange(10**6)
    print(f"  seed {seed}")
    chance = random.Random(seed)
    with Stage(program, cluster) as backend:
        mia = Desk(backend, "mia@x.org", "d1")
        service = backend.command("token", "--user", "ada@x.org")
        import http.client
        connection = http.client.HTTPConnection("127.0.0.1", backend.port, timeout=30)
        seen = {}
        for index in range(bodies):
            op, args = chance.choice(OPS)
            path, token = "/api/sync/push", mia.token
            good = mia.envelope([mia.edit(op, args, record=f"c{chance.randrange(5)}", kind=chance.choice(["call"] * 5 + ["contact", "view"]))])
            if chance.random() < 0.2:
                path, token = "/api/calls/intake", service
                good = {"calls": [dict(missed_call(), provider="vapi", provider_call_id=f"p{chance.randrange(9)}", tags=["a"], turns=[{"speaker": "AGENT", "content": "x", "at_ms": 1}], raw={"a": 1})]}
            bad = good
            for _ in range(chance.randrange(4)):
                bad = wreck(chance, bad)
            body = json.dumps(bad).encode("utf-8", "surrogatepass")
            if chance.random() < 0.1:
                cut = chance.randrange(len(body) + 1)
                body = body[:cut] + bytes(chance.randrange(256) for _ in range(chance.randrange(4))) + body[cut + chance.randrange(3):]
            connection.request("POST", path, body=body, headers={"Content-Type": "application/json", "Authorization": "Bearer " + token})
            response = connection.getresponse()
            data = response.read()
            assert response.status < 500, (seed, index, response.status, body, data)
            json.loads(data)
            seen[response.status] = seen.get(response.status, 0) + 1
        deep = b'{"device":"d","epoch":1,"schema_ver":1,"ms":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
        assert backend.request("POST", "/api/sync/push", deep, token=mia.token)[0] == 400
        assert backend.request("POST", "/api/sync/push", b" " * 300_000, token=mia.token)[0] == 413
        assert backend.request("POST", "/api/sync/push", mia.envelope([{}] * 101), token=mia.token)[0] == 413
        assert backend.request("POST", "/api/sync/push", dict(mia.envelope([]), schema_ver=99), token=mia.token)[0] == 426
        assert backend.request("GET", "/healthz")[0] == 200 and "whole" in backend.command("audit", "verify")
        mia.snapshot()
        print(f"  {seen}")


def storm(program, cluster, seed=None, rounds=250, **environment):
    """Three desks over a bad line and a backend that is killed: every note once, tags and views the same everywhere, the order of each desk kept."""
    seed = seed or random.randrange(10**6)
    print(f"  seed {seed}")
    chance = random.Random(seed)
    with Stage(program, cluster, **environment) as backend:
        desks = [Desk(backend, email, f"d{index}") for index, email in enumerate(("ana@x.org", "mia@x.org", "ada@x.org"))]
        desks[0].push(*[desks[0].edit("create", missed_call(f"+1415555267{index % 2}"), record=f"c{index}") for index in range(4)])
        open_edits = {desk.device: [] for desk in desks}
        notes, refused = {}, {}

        def send(desk):
            edits = open_edits[desk.device][:chance.randint(1, 6)]
            if not edits:
                return
            results = desk.push(*edits)
            if chance.random() < 0.2:
                return  # the answer is lost
            for result in results:
                open_edits[desk.device] = [edit for edit in open_edits[desk.device] if edit["mid"] != result["mid"]]
                if result["status"] == "rejected":
                    refused[result["mid"]] = result

        for _ in range(rounds):
            desk = chance.choice(desks)
            pick = chance.random()
            if pick < 0.5:
                op = chance.choice(["note", "note", "tag+", "tag-", "flag+", "flag-", "disposition", "set"])
                args = {"note": {"text": "n"}, "tag+": {"tag": chance.choice("abc")}, "tag-": {"tag": chance.choice("abc")}, "flag+": {"flag": "do_not_contact"}, "flag-": {"flag": "do_not_contact"},
                        "disposition": {"disposition": chance.choice(["booked", "other", "no_answer"]), "notes": "x"}, "set": {"caller_name": f"N{chance.random()}"}}[op]
                edit = desk.edit(op, args, record=f"c{chance.randrange(4)}")
                if op == "note":
                    edit["args"] = {"text": edit["mid"]}
                    notes[edit["mid"]] = edit["id"]
                open_edits[desk.device].append(edit)
            elif pick < 0.75:
                send(desk)
            elif pick < 0.97:
                desk.pull()
            else:
                backend.kill()
                backend.start(**environment)
        for _ in range(1000):
            for desk in desks:
                send(desk)
            if not any(open_edits.values()):
                break
        assert not any(open_edits.values())
        heads = {desk.pull() for desk in desks} | {desk.pull() for desk in desks}
        assert len(heads) == 1 and desks[0].rows == desks[1].rows == desks[2].rows
        fresh = Desk(backend, "ben@x.org", "d9")
        fresh.snapshot()
        living = {key: row for key, row in desks[0].rows.items() if not row.get("deleted")}
        assert fresh.rows == living
        found = [(note["text"], key[1]) for key, row in living.items() if key[0] == "call" for note in row["row"].get("notes", [])]
        assert sorted(found) == sorted(notes.items()), (seed, set(found) ^ set(notes.items()), len(found), len(notes))
        for record in range(4):
            for desk in desks:
                own = [int(text.rsplit("-", 1)[1]) for text in (note["text"] for note in living[("call", f"c{record}")]["row"].get("notes", [])) if text.startswith(desk.device + "-")]
                assert own == sorted(own), own
        assert not refused, list(refused.values())[:3]
        assert "whole" in backend.command("audit", "verify")


def two_backends(program, _):
    if not postgres.installed():
        print("  PostgreSQL is not installed: left out")
        return
    with postgres.Cluster() as cluster, Stage(program, cluster) as first:
        second = Calldeckd(program, first.store, first.folder, name="second").start()
        atexit.register(second.process.kill)
        ana, ben = Desk(first, "ana@x.org", "d1"), Desk(second, "ben@x.org", "d2")
        listening = Socket(second.port, ben.ticket())
        assert listening.hint()["head"] == 1
        ana.one("create", missed_call())
        assert listening.hint()["head"] == 2
        ben.pull()
        assert ben.row()
        # Both write the same call at once: no seq is lost or doubled.
        desks = [Desk(backend, email, f"w{index}") for index, (backend, email) in enumerate([(first, "ana@x.org"), (second, "mia@x.org")] * 2)]
        workers = [threading.Thread(target=lambda desk=desk: [desk.one("note", {"text": "x"}) for _ in range(25)]) for desk in desks]
        for worker in workers:
            worker.start()
        while any(worker.is_alive() for worker in workers):
            ben.pull()
        assert ben.pull() == 102 and len(ben.row()["notes"]) == 100
        # The database goes away and comes back: requests fail meanwhile, hints come again after it.
        cluster.stop("fast")
        assert first.request("GET", "/readyz")[0] == 503 and first.request("GET", "/healthz")[0] == 200
        cluster.start()
        deadline = time.monotonic() + 15
        while first.request("GET", "/readyz")[0] != 200 and time.monotonic() < deadline:
            time.sleep(0.1)
        began = len([line for line in second.lines() if line["event"] == "listening_for_heads"])
        while began < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
            began = len([line for line in second.lines() if line["event"] == "listening_for_heads"])
        assert ana.one("tag+", {"tag": "back"})["seq"] == 103
        while listening.hint()["head"] < 103:
            pass
        second.stop()


def rest(program, cluster):
    for scene in (rest_scenes.calls, rest_scenes.repeats, rest_scenes.tasks, rest_scenes.lists, rest_scenes.people, rest_scenes.figures, rest_scenes.refused_edits, rest_scenes.strangers, rest_scenes.command_line, rest_scenes.disclosure, rest_scenes.broken_check):
        with Stage(program, cluster) as backend:
            print(f"  {scene.__name__}", flush=True)
            scene(backend)


def rest_hostile(program, cluster, seed=None):
    with Stage(program, cluster) as backend:
        rest_scenes.hostile(backend, seed or random.randrange(10**6))


SCENES = [round_trip, swallowed_answer, conflict, restore, compaction, matrix, before_bodies, rest, rest_hostile, sessions, hints, stolen, forged_lines, sockets, crash_points, upkeep_killed, backup_killed, one_backend_per_file, bad_limits, hostile, storm, two_backends]
FILE_ONLY = [restore, backup_killed, one_backend_per_file, bad_limits, two_backends]

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--store", choices=["sqlite", "postgres"], default="sqlite")
    options = parser.parse_args()
    program_path = os.path.join(options.bin, "calldeckd")
    if options.store == "postgres" and not postgres.installed():
        sys.exit(print("PostgreSQL is not installed: left out"))
    chosen = [scene for scene in SCENES if not options.only or scene.__name__ in options.only.split(",")]
    assert chosen, "no scene is called so"
    shared = postgres.Cluster().__enter__() if options.store == "postgres" else None
    try:
        for scene in [scene for scene in chosen if not shared or scene not in FILE_ONLY]:
            began_at = time.monotonic()
            print(scene.__name__, flush=True)
            if options.seed and scene in (hostile, storm, rest_hostile):
                scene(program_path, shared, seed=options.seed)
            else:
                scene(program_path, shared)
            print(f"  ok, {time.monotonic() - began_at:.1f} s", flush=True)
    finally:
        if shared:
            shared.__exit__()
