"""The contract's routes of bulk edits, exports and attachments: with success and with their own errors."""

import contextlib
import sqlite3
import time

from contract_calls import Person


def ended(person, path, open_states):
    """The answer once the job has ended."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        answer = person("GET", path)
        if answer["status"] not in open_states:
            return answer
        time.sleep(0.05)
    raise AssertionError(answer)


@contextlib.contextmanager
def five_open(stage, kind):
    """As many jobs of Ben as he may have open; no runner takes them."""
    with contextlib.closing(sqlite3.connect(stage.store.removeprefix("sqlite:"), timeout=10, isolation_level=None)) as store:
        for number in range(5):
            store.execute("INSERT INTO job(ws, id, kind, account, args, state, total, lease_until, created_at) SELECT ws, ?, ?, id, '{}', 'running', 1, 9000000000000000, 1 "
                          "FROM account WHERE email = 'ben@x.org'", (f"held-{number}", kind))
        try:
            yield
        finally:
            store.execute("DELETE FROM job WHERE id LIKE 'held-%'")


def bulk(stage, client):
    ben = Person(stage, client, "AGENT")
    order = {"callIds": ["r1", "r2", "none"], "operation": "tag", "tag": "roof"}
    begun = ben("POST", "/api/calls/bulk", order, 202, key="bulk")
    assert begun["affectedCount"] == 3 and ben("POST", "/api/calls/bulk", order, 202, key="bulk") == begun
    ben("POST", "/api/calls/bulk", dict(order, tag="tile"), 422, "key_reused", key="bulk")
    with five_open(stage, "bulk"):
        ben("POST", "/api/calls/bulk", order, 409, "conflict")
    job = ended(ben, f"/api/bulk-jobs/{begun['jobId']}", ("pending", "running"))
    assert (job["status"], job["done"], job["failed"]) == ("completed", 3, 1) and job["errors"][0]["callId"] == "none", job
    for order in ({"filters": {"tag": ["roof", "none"], "q": "rest"}, "operation": "tag", "tag": "roof", "remove": True}, {"callIds": ["r2"], "operation": "spam", "reason": "robot"},
                  {"callIds": ["r2"], "operation": "spam", "remove": True}, {"callIds": ["r2"], "operation": "disposition", "disposition": "booked", "notes": "all"}):
        begun = ben("POST", "/api/calls/bulk", order, 202)
        assert ended(ben, f"/api/bulk-jobs/{begun['jobId']}", ("pending", "running"))["status"] == "completed"
    ben("DELETE", f"/api/bulk-jobs/{begun['jobId']}", expect=204)
    for body, field in (({"callIds": ["r1"]}, "operation"), ({"callIds": [], "operation": "spam"}, "callIds"), ({"operation": "spam"}, "callIds"), ({"callIds": ["r1"], "operation": "tag"}, "tag"),
                        ({"callIds": ["r1"], "operation": "explode"}, "operation"), ({"filters": [], "operation": "spam"}, "filters"), ({"filters": {"odd": 1}, "operation": "spam"}, "odd"),
                        ({"filters": {"status": "ODD"}, "operation": "spam"}, "status")):
        ben("POST", "/api/calls/bulk", body, 400, "invalid", field, wrong=True)
    for method in ("GET", "DELETE"):
        ben(method, "/api/bulk-jobs/none", expect=404, code="not_found")
    Person(stage, client, "DISPATCHER")("GET", f"/api/bulk-jobs/{begun['jobId']}", expect=404, code="not_found")


def exports(stage, client):
    ben = Person(stage, client, "AGENT")
    for form, beginning in (("csv", "call_id,"), ("pdf", "%PDF")):
        order = {"filters": {"call_type": "INBOUND", "do_not_contact": False, "status": ["MISSED", "COMPLETED"]}, "format": form}
        begun = ben("POST", "/api/calls/export", order, 202, key=form)
        assert ben("POST", "/api/calls/export", order, 202, key=form) == begun
        ben("POST", "/api/calls/export", {"format": form}, 422, "key_reused", key=form)
        with five_open(stage, "export"):
            ben("POST", "/api/calls/export", order, 409, "conflict")
        ready = ended(ben, f"/api/exports/{begun['jobId']}", ("processing",))
        assert ready["status"] == "ready" and ready["rows"] >= 2, ready
        client.ask("GET", f"/api/exports/{begun['jobId']}/file?ticket=none", expect=404, code="not_found")
        content = client.ask("GET", ready["downloadUrl"])
        assert content.startswith(beginning), content[:80]
    client.ask("GET", f"/api/exports/{begun['jobId']}/file", expect=404, code="not_found", wrong=True)
    ben("DELETE", f"/api/exports/{begun['jobId']}", expect=204)
    for method in ("GET", "DELETE"):
        ben(method, f"/api/exports/{begun['jobId']}", expect=404, code="not_found")
    for body, field in (({}, "format"), ({"format": "xls"}, "format"), ({"format": "csv", "filters": []}, "filters"), ({"format": "csv", "filters": {"odd": 1}}, "odd"),
                        ({"format": "csv", "email": True}, "email")):
        ben("POST", "/api/calls/export", body, 400, "invalid", field, wrong=field != "email")


def multipart(name, content, kind="text/plain", part="file"):
    body = f'--zz\r\nContent-Disposition: form-data; name="{part}"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n{content}\r\n--zz--\r\n'
    return body.encode(), {"Content-Type": "multipart/form-data; boundary=zz"}


def attachments(stage, client):
    ben, ana = Person(stage, client, "AGENT"), Person(stage, client, "DISPATCHER")
    path = "/api/calls/r2/attachments"

    def attach(token, *file, expect=201, code=None, where=path, wrong=False):
        body, headers = multipart(*file)
        return client.ask("POST", where, body, token, headers, expect, code, wrong)

    first = attach(ben.token, "note.txt", "the boiler leaks")["attachment"]
    second = attach(ana.token, "list.csv", "a,b", "text/csv")["attachment"]
    assert [one["id"] for one in ben("GET", path)["attachments"]] == [first["id"], second["id"]]
    shown = ben("GET", f"/api/attachments/{first['id']}")
    assert shown["attachment"] == first and client.ask("GET", shown["downloadUrl"]) == "the boiler leaks"
    client.ask("GET", f"/api/attachments/{first['id']}/file?ticket=none", expect=404, code="not_found")
    client.ask("GET", f"/api/attachments/{second['id']}/file?{shown['downloadUrl'].split('?')[1]}", expect=404, code="not_found")
    for file in (("x.exe", "MZ", "application/x-msdownload"), ("x.png", "no picture", "image/png"), ("x.txt", ""), ("x.txt", "x", "text/plain", "other")):
        answer = attach(ben.token, *file, expect=400, code="invalid", wrong=True)
        assert answer["errors"][0]["field"] == "file", answer
    attach(ben.token, "big.txt", "x" * 1_000_001, expect=409, code="conflict")
    attach(ben.token, "x.txt", "x", expect=404, code="not_found", where="/api/calls/none/attachments")
    ben("GET", "/api/calls/none/attachments", expect=404, code="not_found")
    ben("DELETE", f"/api/attachments/{second['id']}", expect=403, code="forbidden")
    for one in (first, second):
        ana("DELETE", f"/api/attachments/{one['id']}", expect=204)
    for method in ("GET", "DELETE"):
        ana(method, f"/api/attachments/{first['id']}", expect=404, code="not_found")


SCENES = [bulk, exports, attachments]
