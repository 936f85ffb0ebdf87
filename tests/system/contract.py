#!/usr/bin/env python3
"""The contract of the API and the real calldeckd, with Prism between: every operation, every documented status, every documented code. Whatever Prism finds fails;
so does what the contract says and nothing has shown, and so does a check that notices nothing."""

import argparse
import atexit
import concurrent.futures
import json
import os
import pathlib
import shutil
import sqlite3
import sys
import time

import contract_calls
import contract_jobs
import contract_people
import contract_scenes
from calldeckd import WIDE, Socket, folder
from contract_scenes import Stage
from prism import Client, Contract, Deviation, Prism

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import postgres  # noqa: E402

RANK = ["AGENT", "DISPATCHER", "MANAGER", "ADMIN"]
EXCUSED = {("showHealth", 503): "the queue before the workers must be full at that moment"}
EXCUSED_WITHOUT_POSTGRES = {("*", 500): "needs a broken store: PostgreSQL is not installed", ("*", 503): "needs a store that goes away: PostgreSQL is not installed"}


def allowed_role(operation):
    """The least role that gets past the door."""
    return {"admin_or_service": "ADMIN"}.get(operation.door, operation.role or "AGENT")


def at_the_door(operation, stage, client):
    """Who is let in."""
    path = operation.sample()
    for token, code in ((None, "token_missing"), ("a_" + "0" * 64, "token_unknown"), (stage.revoked, "token_revoked")):
        answer = client.ask(operation.method, path, token=token, expect=401, code=code, wrong=True)
        assert "status" in answer
    least = allowed_role(operation)
    for role in RANK[:RANK.index(least)]:
        client.ask(operation.method, path, token=stage.tokens[role], expect=403, code="forbidden", wrong=True)
    if operation.role and operation.method != "GET":
        client.ask(operation.method, path, token=stage.service, expect=403, code="forbidden", wrong=True)


def bad_forms(operation, stage, client):
    """What any route refuses: a parameter that it does not know, one given twice, a body that is none."""
    path, method = operation.sample(), operation.method
    token = None if operation.open else stage.tokens[allowed_role(operation)]

    def refused(expect, code, field=None, query="", body=None, headers=None):
        answer = client.ask(method, path + query, body, token, headers, expect, code, wrong=True)
        fields = [error["field"] for error in answer.get("errors", [])]
        assert field is None or fields == [field], (method, path, answer)

    refused(400, "invalid", "surprise", "?surprise=1")
    for name in operation.query()[:1]:
        refused(400, "invalid", name, f"?{name}=1&{name}=1")
    if operation.body is None:
        return
    refused(415, "content_type", body=b"{}", headers={"Content-Type": "text/plain"})
    if operation.takes_file():
        client.ask(method, path, None, token, {"Content-Length": str(operation.most_bytes + 1), "Content-Type": "multipart/form-data; boundary=x"}, 413, "body_too_big", directly=stage.backend.port)
    if operation.takes_json():
        refused(400, "json", body=[])
        refused(400, "invalid", "surprise", body={"surprise": 1})
        refused(413, "body_too_big", body={"surprise": "x" * operation.most_bytes})


def refusals(stage, client):
    for operation in client.contract.operations:
        if operation.door == "ticket":
            continue
        if not operation.open:
            at_the_door(operation, stage, client)
        bad_forms(operation, stage, client)
        if operation.most_bytes and operation.body is None:
            token = stage.tokens[allowed_role(operation)]
            client.ask(operation.method, operation.sample(), {"surprise": "x" * operation.most_bytes}, token, expect=413, code="body_too_big", wrong=True)
    for operation in client.contract.absent:
        client.ask(operation.method, operation.sample(), expect=405, code="method")


def sockets(stage, client):
    """Prism does not forward a WebSocket: asked for directly, judged afterwards with the rest."""
    operation = client.contract.named("GET", "/ws/calls")
    port = stage.backend.port

    def opened(ticket, expect, headers=(), **changed):
        link = Socket(port, ticket, headers, **changed)
        assert link.status == expect, (expect, link.status)
        client.contract.note(operation, link.status, link.headers, link.body())
        link.close()

    def ticket():
        return client.ask("POST", "/api/ws-ticket", token=stage.tokens["AGENT"])["ticket"]

    used = ticket()
    opened(used, 101)
    opened(used, 401)
    opened("t_00", 401)
    opened(ticket(), 403, ["Origin: https://evil.example"])
    opened(ticket(), 426, version=8)
    opened(ticket(), 400, key="short")
    opened(ticket(), 101, path="/ws/calls?only=hint")
    opened(ticket(), 400, path="/ws/calls?only=all")
    opened(ticket(), 404, path="/ws/nothing")


def everywhere(stage, client, expect, code, headers=None, leave_out=()):
    """One answer from every operation."""
    for operation in client.contract.operations:
        if operation.door == "ticket":
            link = Socket(stage.backend.port, "t_" + "0" * 64)
            assert link.status == expect, (expect, link.status)
            client.contract.note(operation, link.status, link.headers, link.body())
        elif operation.name not in leave_out and expect in operation.responses:
            token = None if operation.open else stage.tokens[allowed_role(operation)]
            client.ask(operation.method, operation.sample(), stage.plain_body(operation), token, headers, expect, code, wrong=True)


def expired(stage, client):
    stage.restart(CALLDECK_CLOCK_OFFSET_MS=str(20 * 60_000))
    for operation in client.contract.operations:
        if not operation.open:
            client.ask(operation.method, operation.sample(), token=stage.tokens["ADMIN"], expect=401, code="token_expired", wrong=True)


def too_many(stage, client):
    stage.restart(limits={**WIDE, "peer_rate": 0.001, "peer_burst": 1})
    client.ask("GET", "/healthz")
    everywhere(stage, client, 429, "too_many_requests")


def no_folder(stage, client):
    """A store without a folder of files beside it: nothing can be exported."""
    client.ask("POST", "/api/calls/export", {"format": "csv"}, stage.tokens["AGENT"], expect=503, code="no_folder")


def damaged_store(stage, client):
    """500 from a file of which a page cannot be read."""
    stage.restart()
    stage.renew_tokens()
    stage.backend.stop()
    path = stage.store.removeprefix("sqlite:")
    store = sqlite3.connect(path)
    pages = [row[0] for row in store.execute("SELECT rootpage FROM sqlite_schema WHERE tbl_name = 'entity'")]
    size = store.execute("PRAGMA page_size").fetchone()[0]
    store.close()
    with open(path, "r+b") as file:
        for page in pages:
            file.seek((page - 1) * size)
            file.write(b"\xff" * size)
    stage.backend.start()
    client.ask("GET", "/api/sync/digest?kind=call", token=stage.tokens["AGENT"], expect=500, code="damaged", wrong=True)


def broken_store(stage, client, cluster):
    """500 from a store that lost its tables of tokens, 503 from one that went away."""
    stage.move_to(cluster.url)
    stage.renew_tokens()
    no_folder(stage, client)
    admin = ("-h", str(cluster.folder), "-p", str(cluster.port), "-U", "probe", "-d", "calldeck", "-c")
    cluster.run("psql", *admin, "ALTER TABLE token RENAME TO token_away; ALTER TABLE file_ticket RENAME TO file_ticket_away")
    everywhere(stage, client, 500, "internal")
    cluster.run("psql", *admin, "ALTER TABLE token_away RENAME TO token; ALTER TABLE file_ticket_away RENAME TO file_ticket")
    cluster.stop("fast")
    everywhere(stage, client, 503, None, leave_out=("showHealth",))
    stage.backend.kill()
    cluster.start()


def a_lie(contract):
    """The contract of one operation with a role that is a number."""
    spec = json.loads(json.dumps(contract.spec))
    spec["paths"] = {"/api/session": {"get": spec["paths"]["/api/session"]["get"]}}
    spec["components"]["schemas"]["User"]["properties"]["role"] = {"type": "integer"}
    file = contract.file.with_name("lie.json")
    file.write_text(json.dumps(spec), encoding="utf-8")
    return file


def notices_a_lie(stage, client, liar):
    """Under a wrong contract a good answer must fail, and under the right one a wrong request; otherwise all this proves nothing."""
    token = stage.tokens["AGENT"]
    with liar:
        attempts = [lambda: Client(client.contract, liar, liar).ask("GET", "/api/session", token=token), lambda: client.ask("GET", "/api/sync/changes?limit=many", token=token)]
        for attempt in attempts:
            try:
                attempt()
            except Deviation:
                continue
            raise AssertionError("a deviation was not noticed")


def timed(scene, *arguments):
    began = time.monotonic()
    scene(*arguments)
    print(f"{scene.__name__}: ok, {time.monotonic() - began:.1f} s", flush=True)


def some_postgres():
    """Made beside the first scenes; nothing where there is none."""
    if not postgres.installed():
        return None
    cluster = postgres.Cluster().__enter__()
    atexit.register(cluster.__exit__)
    return cluster


def run(program, only=None):
    place = folder()
    aside = concurrent.futures.ThreadPoolExecutor(2)
    cluster = aside.submit(some_postgres)
    contract = Contract(place)
    atexit.register(contract.judge.kill)
    stage = Stage(program, place)
    atexit.register(stage.stop)
    excused = dict(EXCUSED)
    strict, loose, liar = [Prism(file, stage.backend.port, mode) for file, mode in ((contract.file, True), (contract.file, False), (a_lie(contract), False))]
    with strict, loose:
        client = Client(contract, strict, loose)
        timed(notices_a_lie, stage, client, liar)
        # What is refused changes nothing: it goes on beside the scenes, since Prism is slow with what it sees for the first time.
        refused = None if only else aside.submit(timed, refusals, stage, client)
        for scene in contract_scenes.SCENES + contract_calls.SCENES + contract_jobs.SCENES + contract_people.SCENES:
            timed(scene, stage, client)
            if scene.__name__ == only:
                return
        timed(sockets, stage, client)
        refused.result()
        timed(expired, stage, client)
        timed(contract_scenes.no_provider, stage, client)
        timed(too_many, stage, client)
        timed(damaged_store, stage, client)
        if cluster.result():
            timed(broken_store, stage, client, cluster.result())
        else:
            excused.update(EXCUSED_WITHOUT_POSTGRES)
    timed(contract.judged)
    for (name, status), reason in excused.items():
        print(f"not provoked: {name} {status}: {reason}")
    missing = sorted(contract.unproved(excused))
    assert not missing, "\n".join(["The contract says what nothing has shown:", *missing])
    documented = sum(len(one.responses) for one in contract.operations)
    print(f"{len(contract.operations)} operations, {documented - len(excused)} of {documented} documented answers seen", flush=True)
    shutil.rmtree(place)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--only", help="stop after this scene")
    options = parser.parse_args()
    run(os.path.join(options.bin, "calldeckd"), options.only)
