#!/usr/bin/env python3
"""Jobs of the real backend: bulk edits and exports, over a file and over PostgreSQL with two processes, killed in the middle. `--only NAME` runs one scene."""

import atexit
import csv
import io
import pathlib
import re
import stat
import time
import zlib

import scenes
from backend import Stage
from calldeckd import Calldeckd, Desk, ask, moment, wait_for


def make_calls(backend, count, **fields):
    """Through the intake, as a provider."""
    ada = Desk(backend, "ada@x.org", "intake")
    for begin in range(0, count, 500):
        calls = [dict({"provider": "p", "provider_call_id": f"{fields.get('queue', 'x')}-{index}", "status": "COMPLETED", "call_type": "INBOUND", "started_at": moment(-index),
                       "customer_number_raw": f"+1415555{index % 10000:04d}"}, **fields) for index in range(begin, min(begin + 500, count))]
        status, answer = backend.request("POST", "/api/calls/intake", {"calls": calls}, token=ada.token)
        assert status == 200 and {one["status"] for one in answer["results"]} == {"created"}, answer


def pdf_text(pdf):
    """What stands on the pages of a PDF with the letters of one byte."""
    pages = [zlib.decompress(part) for part in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S) if part[:1] == b"x"]
    texts = [text for page in pages for text in re.findall(rb"\(((?:[^()\\]|\\.)*)\) Tj", page, re.S)]
    letters = [re.sub(rb"\\(\d{3}|.)", lambda found: bytes([int(found[1], 8)]) if len(found[1]) == 3 else found[1], text, flags=re.S) for text in texts]
    return [text.decode("cp1252") for text in letters]


def download(backend, link):
    status, body = backend.request("GET", link)
    assert status == 200, (status, body)
    return body


def bulk(program, cluster):
    with Stage(program, cluster) as backend:
        make_calls(backend, 120, queue="north")
        make_calls(backend, 10, queue="south")
        ben, mia = Desk(backend, "ben@x.org", "d1"), Desk(backend, "mia@x.org", "d2")
        key = {"Idempotency-Key": "once"}
        order = {"filters": {"queue": "north"}, "operation": "tag", "tag": "leak"}
        begun = ask(backend, ben.token, "POST", "/api/calls/bulk", order, 202, key)
        assert begun["affectedCount"] == 120
        done = wait_for(backend, ben.token, f"/api/bulk-jobs/{begun['jobId']}", ("completed",))
        assert (done["progress"], done["total"], done["done"], done["failed"], done["errors"]) == (100, 120, 120, 0, []), done
        assert ask(backend, ben.token, "POST", "/api/calls/bulk", order, 202, key) == begun
        ask(backend, ben.token, "POST", "/api/calls/bulk", dict(order, tag="other"), 422, key)
        ben.pull()
        tagged = [name for name, row in ben.rows.items() if name[0] == "call" and row["row"].get("tags") == ["leak"]]
        assert len(tagged) == 120
        begun = ask(backend, ben.token, "POST", "/api/calls/bulk", {"callIds": [tagged[0][1], "nothing"], "operation": "tag", "tag": "leak", "remove": True}, 202)
        done = wait_for(backend, mia.token, f"/api/bulk-jobs/{begun['jobId']}", ("completed",))
        assert done["failed"] == 1 and done["errors"][0]["callId"] == "nothing" and done["errors"][0]["code"] == "gone", done
        begun = ask(backend, mia.token, "POST", "/api/calls/bulk", {"filters": {"queue": "south"}, "operation": "disposition", "disposition": "other"}, 202)
        done = wait_for(backend, mia.token, f"/api/bulk-jobs/{begun['jobId']}", ("completed",))
        assert done["failed"] == 10 and done["errors"][0]["code"] == "invalid", done
        ask(backend, ben.token, "GET", f"/api/bulk-jobs/{begun['jobId']}", expect=404)
        begun = ask(backend, mia.token, "POST", "/api/calls/bulk", {"filters": {"queue": "south"}, "operation": "spam", "reason": "robot"}, 202)
        wait_for(backend, mia.token, f"/api/bulk-jobs/{begun['jobId']}", ("completed",))
        ben.pull()
        assert len([row for row in ben.rows.values() if row["kind"] == "call" and row["row"].get("spam")]) == 10
        for wrong in ({"operation": "fly", "callIds": ["c"]}, {"operation": "tag", "tag": "x"}, {"operation": "tag", "tag": "x", "callIds": ["c"], "filters": {}}, {"operation": "tag", "callIds": ["c"]},
                      {"operation": "tag", "tag": "x", "callIds": []}, {"operation": "tag", "tag": "x", "filters": {"colour": "red"}}, {"operation": "tag", "tag": "x", "callIds": ["c"], "notes": "n"}):
            ask(backend, ben.token, "POST", "/api/calls/bulk", wrong, 400)
        assert "whole" in backend.command("audit", "verify")


def bulk_killed(program, cluster):
    """Killed before and after the first commit of a step, then done by another process: each call is edited once."""
    for point in ("J0", "J1"):
        with Stage(program, cluster) as backend:
            make_calls(backend, 130, queue="north")
            mia = Desk(backend, "mia@x.org", "d1")
            head = mia.get("/api/session")["head"]
            backend.stop()
            backend.start(CRASH_AT=point)
            begun = ask(backend, mia.token, "POST", "/api/calls/bulk", {"filters": {"queue": "north"}, "operation": "tag", "tag": "leak"}, 202)
            backend.process.wait(timeout=20)
            # The lease of the dead one has run out for a clock that is a minute further.
            backend.start(CALLDECK_CLOCK_OFFSET_MS="60000")
            second = Calldeckd(program, backend.store, backend.folder, name="second").start(CALLDECK_CLOCK_OFFSET_MS="60000") if cluster else None
            if second:
                atexit.register(second.process.kill)
            done = wait_for(backend, mia.token, f"/api/bulk-jobs/{begun['jobId']}", ("completed",))
            assert (done["done"], done["failed"]) == (130, 0), done
            assert mia.get("/api/session")["head"] == head + 130, (point, mia.get("/api/session")["head"], head)
            mia.pull()
            assert all(row["row"]["tags"] == ["leak"] for row in mia.rows.values() if row["kind"] == "call")
            if second:
                second.stop()
            assert "whole" in backend.command("audit", "verify")


def bulk_shared(program, cluster):
    """Two processes, several jobs, cancel: what is cancelled stops, the rest is done once."""
    if not cluster:
        return
    with Stage(program, cluster) as backend:
        second = Calldeckd(program, backend.store, backend.folder, name="second").start()
        atexit.register(second.process.kill)
        make_calls(backend, 400, queue="north")
        mia = Desk(backend, "mia@x.org", "d1")
        head = mia.get("/api/session")["head"]
        jobs = [ask(backend, mia.token, "POST", "/api/calls/bulk", {"filters": {"queue": "north"}, "operation": "tag", "tag": f"t{index}"}, 202)["jobId"] for index in range(4)]
        status = mia.backend.request("DELETE", f"/api/bulk-jobs/{jobs[3]}", token=mia.token)[0]
        assert status == 204
        for job in jobs[:3]:
            assert wait_for(second, mia.token, f"/api/bulk-jobs/{job}", ("completed",))["done"] == 400
        cancelled = wait_for(second, mia.token, f"/api/bulk-jobs/{jobs[3]}", ("cancelled", "completed"))
        assert cancelled["status"] == "cancelled", cancelled
        assert mia.get("/api/session")["head"] == head + 1200 + cancelled["done"], cancelled
        second.stop()


def exports(program, cluster):
    with Stage(program, cluster) as backend:
        make_calls(backend, 2500, queue="north")
        make_calls(backend, 20, queue="south", caller_name="=HYPERLINK(\"http://x\")", agent_name="Bartholomew Featherstonehaugh-Cholmondeley")
        ben, ana = Desk(backend, "ben@x.org", "d1"), Desk(backend, "ana@x.org", "d2")
        begun = ask(backend, ben.token, "POST", "/api/calls/export", {"format": "csv"}, 202)
        assert begun["estimatedTime"] >= 1
        ready = wait_for(backend, ben.token, f"/api/exports/{begun['jobId']}", ("ready",))
        assert ready["rows"] == 2520 and ready["progress"] == 100
        lines = list(csv.DictReader(io.StringIO(download(backend, ready["downloadUrl"]).decode())))
        assert len(lines) == 2520 and [line["started_at"] for line in lines] == sorted(line["started_at"] for line in lines)
        assert len({line["call_id"] for line in lines}) == 2520 and not any(line["caller_name"].startswith("=") for line in lines)
        files = [path for path in pathlib.Path(backend.folder).rglob(begun["jobId"] + "*")]
        assert len(files) == 1 and stat.S_IMODE(files[0].stat().st_mode) == 0o600 and stat.S_IMODE(files[0].parent.stat().st_mode) == 0o700, files
        begun = ask(backend, ben.token, "POST", "/api/calls/export", {"filters": {"queue": "south"}, "format": "pdf"}, 202)
        second = wait_for(backend, ben.token, f"/api/exports/{begun['jobId']}", ("ready",))
        pdf = download(backend, second["downloadUrl"])
        assert pdf.startswith(b"%PDF-1.") and b"%%EOF" in pdf[-64:] and second["rows"] == 20
        shown = pdf_text(pdf)
        assert {"Completed", "Inbound", "Page 1 of 1", "=HYPERLINK(\"http://x\")"} < set(shown) and "COMPLETED" not in shown and "INBOUND" not in shown, shown
        assert any("America/New_York" in line for line in shown) and not any("UTC" in line for line in shown), shown
        assert sum(line.startswith("Bartholomew") and line.endswith("\u2026") for line in shown) == 20, shown
        # A link opens its own file for a quarter of an hour; others' exports are not there.
        ask(backend, ana.token, "GET", f"/api/exports/{begun['jobId']}", expect=404)
        ticket = second["downloadUrl"].split("ticket=")[1]
        assert backend.request("GET", ready["downloadUrl"].split("?")[0] + "?ticket=" + ticket)[0] == 404
        assert backend.request("GET", ready["downloadUrl"].split("?")[0])[0] == 404
        assert ticket not in open(backend.log_file, encoding="utf-8").read()
        ask(backend, ben.token, "POST", "/api/calls/export", {"format": "xls"}, 400)
        ask(backend, ben.token, "POST", "/api/calls/export", {"format": "csv", "filters": {"colour": "red"}}, 400)
        ask(backend, ben.token, "POST", "/api/calls/export", {"format": "csv", "email": True}, 400)
        backend.stop()
        backend.start(CALLDECK_CLOCK_OFFSET_MS=str(16 * 60_000))
        assert backend.request("GET", ready["downloadUrl"])[0] == 404
        ben = Desk(backend, "ben@x.org", "d1")
        again = wait_for(backend, ben.token, f"/api/exports/{ready['jobId']}", ("ready",))
        download(backend, again["downloadUrl"])
        assert backend.request("DELETE", f"/api/exports/{ready['jobId']}", token=ben.token)[0] == 204
        ask(backend, ben.token, "GET", f"/api/exports/{ready['jobId']}", expect=404)
        assert backend.request("GET", again["downloadUrl"])[0] == 404
        assert not [path for path in pathlib.Path(backend.folder).rglob(ready["jobId"] + "*")]
        assert "whole" in backend.command("audit", "verify")


def export_killed(program, cluster):
    """Killed with the file in its place and the job still open: done again, one file, one line in the audit trail."""
    with Stage(program, cluster) as backend:
        make_calls(backend, 300, queue="north")
        backend.stop()
        backend.start(CRASH_AT="X1")
        ben = Desk(backend, "ben@x.org", "d1")
        begun = ask(backend, ben.token, "POST", "/api/calls/export", {"format": "csv"}, 202)
        backend.process.wait(timeout=20)
        backend.start(CALLDECK_CLOCK_OFFSET_MS="60000")
        ready = wait_for(backend, ben.token, f"/api/exports/{begun['jobId']}", ("ready",))
        assert len(list(csv.reader(io.StringIO(download(backend, ready["downloadUrl"]).decode())))) == 301
        assert len([path for path in pathlib.Path(backend.folder).rglob(begun["jobId"] + "*")]) == 1


SCENES = [bulk, bulk_killed, bulk_shared, exports, export_killed]

if __name__ == "__main__":
    scenes.run(__doc__, SCENES)
