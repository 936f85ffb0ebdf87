"""What the REST routes beside the sync must hold, asked of a running backend. backend.py calls these with a stage."""

import contextlib
import csv
import io
import json
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import threading
import urllib.parse

from calldeckd import Desk, missed_call, moment
from rest_rows import ROWS, later

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import postgres  # noqa: E402


class Asker:
    """Requests of one person; `ok` insists on the status."""

    def __init__(self, backend, email):
        self.backend = backend
        self.token = backend.login(email)["access_token"]

    def ask(self, method, path, body=None, key=None):
        return self.backend.request(method, path, body, token=self.token, headers={"Idempotency-Key": key} if key else None)

    def ok(self, method, path, body=None, key=None, expect=200):
        status, answer = self.ask(method, path, body, key)
        assert status == expect, (method, path, status, answer)
        return answer

    def refused(self, method, path, body=None, field=None, status=400, code=None, key=None):
        answer = self.ok(method, path, body, key, expect=status)
        assert field is None or answer["errors"][0]["field"] == field, (path, field, answer)
        assert code is None or answer["code"] == code, answer


def calls(backend):
    ana, ben, mia = Desk(backend, "ana@x.org", "d1"), Asker(backend, "ben@x.org"), Asker(backend, "mia@x.org")
    for index in range(9):
        ana.one("create", dict(missed_call(f"+1415555267{index % 3}"), caller_name=f"Zoë no{index}"), record=f"c{index}")
    seen, cursor = [], ""
    while True:
        page = ben.ok("GET", f"/api/calls?status=MISSED,VOICEMAIL&sort=customer&order=asc&limit=4{'&cursor=' + cursor if cursor else ''}")
        seen += [row["id"] for row in page["calls"]]
        cursor = page["next"]
        if not cursor:
            break
    assert seen == [f"c{index}" for index in range(9)], seen
    for query, field in (("status=NO", "status"), ("limit=0", "limit"), ("limit=201", "limit"), ("cursor=zzz", "cursor"), ("sort=row", "sort"), ("order=up", "order"), ("spam=1", "spam"),
                         ("started_from=today", "started_from"), ("value_min=x", "value_min"), ("number=none", "number"), ("q=", "q"), ("surprise=1", "surprise"), ("status=MISSED&status=FAILED", "status")):
        ben.refused("GET", "/api/calls?" + query, field=field)
    assert [row["id"] for row in ben.ok("GET", "/api/calls?q=zo%C3%AB%20NO4")["calls"]] == ["c4"]
    # One request with several changes is one transaction: what is refused leaves nothing of the rest.
    before = ben.ok("GET", "/api/calls/c1")["call"]
    ben.refused("PATCH", "/api/calls/c1", {"tags_add": ["vip", ""], "value_cents": 5}, field="tags_add")
    ben.refused("PATCH", "/api/calls/c1", {"tags_add": ["vip"], "agent_performance_score": 5}, status=403, code="forbidden")
    ben.refused("PATCH", "/api/calls/c1", {"value_cents": "much"}, field="value_cents")
    ben.refused("PATCH", "/api/calls/c1", {"disposition": "none such"}, field="disposition")
    ben.refused("PATCH", "/api/calls/c1", {"notes": "x"}, field="notes")
    ben.refused("PATCH", "/api/calls/c1", {"disposition": "booked", "outcome": "BUSY"}, field="outcome")
    ben.refused("PATCH", "/api/calls/c1", {"started_at": moment()}, field="started_at")
    ben.refused("PATCH", "/api/calls/c1", {})
    assert ben.ok("GET", "/api/calls/c1")["call"] == before
    answer = ben.ok("PATCH", "/api/calls/c1", {"disposition": "booked", "notes": "tue", "tags_add": ["vip"], "value_cents": 500, "emergency": True, "note": "hello", "spam": False})
    assert answer["call"]["outcome"] == "BOOKED" and answer["call"]["tags"] == ["vip"] and answer["call"]["notes"][0]["author"] == "Ben", answer
    assert {one["status"] for one in answer["results"]} == {"applied"}
    ana.pull()
    assert ana.row("c1")["disposition"] == "booked", "the desks hear of it"
    # Who did not know of the first decision does not replace it.
    answer = ben.ok("PATCH", "/api/calls/c1", {"disposition": "other", "notes": "x", "base_ver": 1})
    assert answer["results"][0]["status"] == "applied", "the same device knew of its own decision"
    answer = mia.ok("PATCH", "/api/calls/c1", {"disposition": "no_answer", "base_ver": 1})
    assert answer["results"][0]["status"] == "conflict" and answer["call"]["disposition"] == "other", answer
    shown = mia.ok("GET", "/api/calls/c1")["conflicts"]
    assert len(shown) == 1 and shown[0]["losing"] == "no_answer"
    assert mia.ok("PATCH", "/api/calls/c1", {"resolve": {"conflict": shown[0]["id"], "replace": True}})["call"]["disposition"] == "no_answer"
    ben.refused("PATCH", "/api/calls/none", {"note": "x"}, status=404, code="not_found")
    ben.refused("DELETE", "/api/calls/c8", status=403)
    mia.ok("DELETE", "/api/calls/c8", expect=204)
    mia.ok("DELETE", "/api/calls/c8", expect=404)
    mia.ok("DELETE", "/api/calls/c7", {}, expect=204)
    ben.refused("DELETE", "/api/calls/views", status=405)


def repeats(backend):
    ana, ben, mia = Desk(backend, "ana@x.org", "d1"), Asker(backend, "ben@x.org"), Asker(backend, "mia@x.org")
    ana.one("create", missed_call())
    first = ben.ok("PATCH", "/api/calls/c1", {"note": "once", "tags_add": ["vip"]}, key="k-1")
    assert ben.ok("PATCH", "/api/calls/c1", {"note": "once", "tags_add": ["vip"]}, key="k-1") == first
    ana.one("tag-", {"tag": "vip"})
    again = ben.ok("PATCH", "/api/calls/c1", {"note": "once", "tags_add": ["vip"]}, key="k-1")
    assert again["results"] == first["results"] and len(again["call"]["notes"]) == 1
    ben.refused("PATCH", "/api/calls/c1", {"note": "twice"}, status=422, code="key_reused", key="k-1")
    assert len(mia.ok("PATCH", "/api/calls/c1", {"note": "mine"}, key="k-1")["call"]["notes"]) == 2, "a key is its account's"
    for bad in (" ", "x" * 129):
        ben.refused("PATCH", "/api/calls/c1", {"note": "x"}, field="Idempotency-Key", key=bad)
    ben.refused("PATCH", "/api/calls/c1", {"value_cents": "x"}, key="k-2")
    assert ben.ok("PATCH", "/api/calls/c1", {"value_cents": 7}, key="k-2")["call"]["value_cents"] == 7, "what was refused used up no key"
    view = ben.ok("POST", "/api/calls/views", {"name": "Mine", "filter": ""}, key="v", expect=201)
    assert ben.ok("POST", "/api/calls/views", {"name": "Mine", "filter": ""}, key="v", expect=201) == view
    plan = {"phoneNumber": "+442079460111", "callType": "OUTBOUND_LEAD", "scheduledAt": later()}
    call = ben.ok("POST", "/api/outbound/schedule", plan, key="p", expect=201)["call"]["id"]
    ben.ok("POST", "/api/blocked-numbers", {"number": "+442079460111"}, expect=201)
    assert ben.ok("POST", "/api/outbound/schedule", plan, key="p", expect=201)["call"]["id"] == call, "the answer of then, although it would be refused now"
    mia.ok("DELETE", "/api/calls/c1", key="d", expect=204)
    mia.ok("DELETE", "/api/calls/c1", key="d", expect=204)
    # At once from many hands: one effect.
    ana.one("create", missed_call(), record="c2")
    workers = [threading.Thread(target=lambda: ben.ok("PATCH", "/api/calls/c2", {"note": "once"}, key="race")) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(ben.ok("GET", "/api/calls/c2")["call"]["notes"]) == 1
    assert "whole" in backend.command("audit", "verify")


def tasks(backend):
    ana, ben = Desk(backend, "ana@x.org", "d1"), Asker(backend, "ben@x.org")
    ana.one("create", missed_call())
    ids = [ben.ok("POST", "/api/calls/c1/followups", {"due_at": moment(600 * (index + 1)), "note": f"n{index}"}, expect=201)["follow_up"]["id"] for index in range(3)]
    ben.refused("POST", "/api/calls/c1/followups", {"due_at": moment(-5)}, field="due_at")
    ben.refused("POST", "/api/calls/none/followups", {"due_at": moment(60)}, status=404)
    ben.refused("GET", "/api/calls/none/followups", status=404)
    listed = ben.ok("GET", "/api/calls/c1/followups?limit=2")
    assert [task["id"] for task in listed["follow_ups"]] == ids[:2] and listed["next"]
    assert [task["id"] for task in ben.ok("GET", "/api/calls/c1/followups?limit=2&cursor=" + listed["next"])["follow_ups"]] == ids[2:]
    assert ben.ok("GET", "/api/notifications/follow-ups") == {"overdueCount": 0, "dueSoonCount": 3}
    moved = ben.ok("PATCH", f"/api/followups/{ids[0]}", {"due_at": moment(90_000)})["follow_up"]
    assert moved["state"] == "OPEN" and ben.ok("GET", "/api/notifications/follow-ups")["dueSoonCount"] == 2
    assert ben.ok("PATCH", f"/api/followups/{ids[1]}", {"state": "DONE"}, key="f")["follow_up"]["state"] == "DONE"
    assert ben.ok("PATCH", f"/api/followups/{ids[1]}", {"state": "DONE"}, key="f")["follow_up"]["state"] == "DONE"
    ben.ok("PATCH", f"/api/followups/{ids[1]}", {"state": "DONE"})
    ben.refused("PATCH", f"/api/followups/{ids[1]}", {"state": "CANCELLED"}, status=409, code="closed")
    ben.refused("PATCH", f"/api/followups/{ids[1]}", {"due_at": moment(60)}, status=409, code="closed")
    ben.refused("PATCH", f"/api/followups/{ids[2]}", {"state": "OPEN"}, field="state")
    ben.refused("PATCH", f"/api/followups/{ids[2]}", {})
    ben.refused("PATCH", "/api/followups/none", {"state": "DONE"}, status=404)
    assert {task["id"] for task in ben.ok("GET", "/api/followups?state=OPEN&owner=Ben")["follow_ups"]} == {ids[0], ids[2]}
    for query, field in (("state=LATE", "state"), ("overdue=yes", "overdue"), ("due_from=x", "due_from"), ("cursor=x", "cursor")):
        ben.refused("GET", "/api/followups?" + query, field=field)


def lists(backend):
    ana, ben = Desk(backend, "ana@x.org", "d1"), Asker(backend, "ben@x.org")
    dispatcher = Asker(backend, "ana@x.org")
    view = ben.ok("POST", "/api/calls/views", {"name": "'; DROP TABLE entity; --", "filter": "status:missed"}, expect=201)["view"]
    assert ben.ok("GET", "/api/calls/views")["views"] == [view]
    ben.refused("POST", "/api/calls/views", {"name": view["name"]}, field="name")
    assert ben.ok("PATCH", f"/api/calls/views/{view['id']}", {"name": "Missed"})["view"]["filter"] == "status:missed"
    ben.refused("DELETE", f"/api/calls/views/{view['id']}", status=403)
    dispatcher.ok("DELETE", f"/api/calls/views/{view['id']}", expect=204)
    dispatcher.ok("DELETE", f"/api/calls/views/{view['id']}", expect=404)
    ana.push(ana.edit("create", {"name": "Zoë", "number": "(415) 555-2671"}, record="k1", kind="contact"), ana.edit("create", {"name": "Nobody"}, record="k2", kind="contact"))
    ana.one("create", missed_call("+14155552671"))
    assert [one["id"] for one in ben.ok("GET", "/api/contacts/search?q=555-2671")["contacts"]] == ["k1"]
    ben.refused("GET", "/api/contacts/search", field="q")
    assert ben.ok("POST", "/api/contacts/k1/dnc", {"reason": "asked"})["contact"]["do_not_contact_reason"] == "asked"
    assert ben.ok("GET", "/api/calls/c1")["call"]["do_not_contact"] is True
    assert ben.ok("PATCH", "/api/contacts/k1/dnc", {"reason": "by letter"})["contact"]["do_not_contact_reason"] == "by letter"
    ben.refused("POST", "/api/contacts/k2/dnc", {}, status=409, code="no_number")
    plan = {"phoneNumber": "(415) 555-2671", "callType": "OUTBOUND_LEAD", "scheduledAt": later(), "purpose": "offer"}
    ben.refused("POST", "/api/outbound/schedule", plan, status=409, code="do_not_contact")
    ben.refused("DELETE", "/api/contacts/k1/dnc", status=403)
    dispatcher.ok("DELETE", "/api/contacts/k1/dnc", expect=204)
    dispatcher.ok("DELETE", "/api/contacts/k1/dnc", expect=404)
    assert "do_not_contact" not in ben.ok("GET", "/api/calls/c1")["call"]
    ben.refused("POST", "/api/blocked-numbers", {"number": "nobody"}, field="number")
    ben.ok("POST", "/api/blocked-numbers", {"number": "020 7946 0111"}, expect=400)
    assert ben.ok("POST", "/api/blocked-numbers", {"number": "+44 20 7946 0111", "reason": "it's"}, expect=201)["blocked_number"]["number"] == "+442079460111"
    assert [one["number"] for one in ben.ok("GET", "/api/blocked-numbers")["blocked_numbers"]] == ["+442079460111"]
    ben.refused("POST", "/api/outbound/schedule", dict(plan, phoneNumber="+442079460111"), status=409, code="do_not_contact")
    dispatcher.ok("DELETE", "/api/blocked-numbers/%2B442079460111", expect=204)
    ben.refused("POST", "/api/outbound/schedule", dict(plan, phoneNumber="+442079460111", scheduledAt=later()[:11] + "03:00:00.000Z"), status=409, code="calling_hours")
    ben.refused("POST", "/api/outbound/schedule", dict(plan, scheduledAt=moment(-60)), field="scheduledAt")
    ben.refused("POST", "/api/outbound/schedule", dict(plan, callType="INBOUND"), field="callType")
    ben.refused("POST", "/api/outbound/schedule", dict(plan, phoneNumber="x"), field="phoneNumber")
    row = ben.ok("POST", "/api/outbound/schedule", dict(plan, phoneNumber="+442079460111", campaignId="spring"), expect=201)["call"]
    assert row["status"] == "SCHEDULED" and row["campaign_id"] == "spring" and row["call_purpose"] == "offer", row
    assert [one["id"] for one in ben.ok("GET", "/api/outbound/scheduled")["calls"]] == [row["id"]]
    assert ben.ok("GET", "/api/outbound/scheduled?endDate=2026-01-01")["calls"] == []
    ben.refused("GET", "/api/outbound/scheduled?startDate=soon", field="startDate")


def people(backend):
    ada, ben = Asker(backend, "ada@x.org"), Asker(backend, "ben@x.org")
    users = ada.ok("GET", "/api/users?limit=2")
    assert [user["email"] for user in users["users"]] == ["ada@x.org", "ana@x.org"] and users["next"]
    rest = ada.ok("GET", "/api/users?limit=2&cursor=" + users["next"])
    assert [user["email"] for user in rest["users"]] == ["ben@x.org", "mia@x.org"] and rest["next"] is None
    assert "password" not in str(users) and "argon" not in str(users)
    ids = {user["email"]: user["id"] for user in users["users"] + rest["users"]}
    new = {"email": "Zoe@X.org", "name": "Zoe", "role": "agent", "password": "a long enough word"}
    made = ada.ok("POST", "/api/users", new, expect=201)["user"]
    assert made["email"] == "zoe@x.org" and made["role"] == "AGENT" and made["disabled"] is False
    ada.refused("POST", "/api/users", new, status=409)
    ada.refused("POST", "/api/users", dict(new, email="x"), field="email")
    ada.refused("POST", "/api/users", dict(new, email="y@x.org", password="short"), field="password")
    ada.refused("POST", "/api/users", dict(new, email="y@x.org", role="KING"), field="role")
    backend.login("zoe@x.org", "a long enough word")
    ada.refused("PATCH", f"/api/users/{ids['ada@x.org']}", {"role": "AGENT"}, status=409)
    ada.refused("PATCH", f"/api/users/{ids['ada@x.org']}", {"disabled": True}, status=409)
    ada.ok("GET", "/api/users")
    assert ada.ok("PATCH", f"/api/users/{ids['ben@x.org']}", {"role": "MANAGER", "name": "Benjamin"})["user"]["role"] == "MANAGER"
    ada.ok("PATCH", f"/api/users/{ids['ben@x.org']}", {"disabled": True})
    ben.ok("GET", "/api/session", expect=401)
    backend.login("ben@x.org", expect=401)
    ada.ok("PATCH", f"/api/users/{ids['ben@x.org']}", {"disabled": False})
    ben = Asker(backend, "ben@x.org")
    second = Asker(backend, "ben@x.org")
    sessions = ben.ok("GET", "/api/sessions")["sessions"]
    assert len(sessions) == 2 and sum(one["current"] for one in sessions) == 1
    other = next(one["id"] for one in sessions if not one["current"])
    ada.ok("DELETE", f"/api/sessions/{other}", expect=404)
    ben.ok("DELETE", f"/api/sessions/{other}", expect=204)
    second.ok("GET", "/api/session", expect=401)
    assert len(ben.ok("GET", "/api/sessions")["sessions"]) == 1
    assert "whole" in backend.command("audit", "verify")


def figures(backend):
    ana, ben, ada = Desk(backend, "ana@x.org", "d1"), Asker(backend, "ben@x.org"), Asker(backend, "ada@x.org")
    for index in range(6):
        ana.one("create", {"customer_number_raw": "+14155552671", "status": "COMPLETED" if index else "MISSED", "call_type": "INBOUND", "started_at": moment(-60 - 5 * index), "duration_seconds": 30,
                           "agent_name": "Dana" if index % 2 else "Kim", "campaign_id": "spring"}, record=f"c{index}")
    ben.ok("PATCH", "/api/calls/c1", {"disposition": "booked"})
    all_ = ben.ok("GET", "/api/analytics/calls")
    assert all_["total"] == 6 and all_["successful"] == 5 and all_["failed"] == 1 and all_["booked"] == 1 and all_["average_duration"] == 30 and all_["booking_rate"] == 16.7, all_
    assert sum(day["calls"] for day in all_["by_day"]) == 6 and all_["this_month"] >= 0
    assert ben.ok("GET", "/api/analytics/calls?agentId=Dana")["total"] == 3
    assert ben.ok("GET", "/api/analytics/calls?endDate=2020-01-01")["total"] == 0
    outcomes = ben.ok("GET", "/api/analytics/calls/outcomes")
    assert outcomes["total"] == 6 and {"outcome": "BOOKED", "count": 1, "percentage": 16.7} in outcomes["outcomes"], outcomes
    assert [row["id"] for row in ben.ok("GET", "/api/analytics/calls/recent?limit=2&offset=1")["calls"]] == ["c1", "c2"]
    assert ben.ok("GET", "/api/analytics/overview")["total"] == 6
    assert ben.ok("GET", "/api/analytics/campaigns/spring")["total"] == 6
    ben.refused("GET", "/api/analytics/campaigns/none", status=404)
    for query, field in (("startDate=x", "startDate"), ("startDate=2026-02-01&endDate=2026-01-01", "endDate"), ("agentId=%01", "agentId")):
        ben.refused("GET", "/api/analytics/calls?" + query, field=field)
    told = {"conversation": {"provider": "elevenlabs", "provider_call_id": "t1", "status": "COMPLETED", "call_type": "INBOUND", "started_at": moment(-9), "business_name": "=Pipes, \"Ltd\"",
                             "turns": [{"speaker": "AGENT", "content": "hello", "at_ms": 1}]}}
    made = ada.ok("POST", "/api/call-tracking/conversations", told, expect=201)["conversation"]
    assert ada.ok("POST", "/api/call-tracking/conversations", told)["conversation"]["id"] == made["id"]
    ada.refused("POST", "/api/call-tracking/conversations", {"conversation": {"status": "COMPLETED"}})
    ben.refused("POST", "/api/call-tracking/conversations", told, status=403)
    path = "/api/call-tracking/conversations"
    assert [row["id"] for row in ben.ok("GET", path + "?search=pipes")["conversations"]] == [made["id"]]
    ben.refused("GET", path + "?search=", field="search")
    ben.refused("GET", path + "?from=x", field="from")
    assert ben.ok("PUT", f"{path}/{made['id']}/comments", {"comments": "polite"})["call"]["call_notes"] == "polite"
    led = ben.ok("PUT", f"{path}/{made['id']}/lead-status", {"leadStatus": "interested"})["call"]
    assert led["lead_status"] == "INTERESTED" and led["priority"] == 1 and len(led["follow_ups"]) == 1
    assert len(ben.ok("PUT", f"{path}/{made['id']}/lead-status", {"leadStatus": "interested"})["call"]["follow_ups"]) == 1, "the same once more makes no second task"
    assert ben.ok("PUT", f"{path}/c2/lead-status", {"leadStatus": "do_not_call"})["call"]["do_not_contact"] is True
    ben.refused("PUT", f"{path}/c2/lead-status", {"leadStatus": "x"}, field="leadStatus")
    ben.refused("PUT", f"{path}/c2/lead-status", {"leadStatus": "new", "priority": 9}, field="priority")
    assert [row["id"] for row in ben.ok("GET", path + "?lead_status=interested&sort=business")["conversations"]] == [made["id"]]
    for part in range(3):
        ana.push(*[ana.edit("create", missed_call(), record=f"x{part}-{index}") for index in range(90)])
    data = ben.ok("GET", "/api/call-tracking/export?format=csv")
    lines = list(csv.reader(io.StringIO(data.decode())))
    assert len(lines) == 1 + 7 + 270 and "business_name" in lines[0], len(lines)
    assert "'=Pipes, \"Ltd\"" in [line[lines[0].index("business_name")] for line in lines], "no formula runs"
    ben.refused("GET", "/api/call-tracking/export?format=xlsx", field="format")
    for begin in range(0, 9_724, 442):  # 10,001 with those that are there
        told = [{"provider": "p", "provider_call_id": str(index), "status": "COMPLETED", "call_type": "INBOUND", "started_at": moment(-index), "customer_number_raw": f"+1415{index:07d}"}
                for index in range(begin, begin + 442)]
        ada.ok("POST", "/api/calls/intake", {"calls": told})
    assert "POST /api/calls/export" in ben.ok("GET", "/api/call-tracking/export", expect=400)["detail"], "more than go out at once"
    lines = list(csv.reader(io.StringIO(ben.ok("GET", "/api/call-tracking/export?search=pipes").decode())))
    assert len(lines) == 2, lines


def strangers(backend):
    """Whether an address has an account in another workspace is told to nobody: not by the answer to adding it, and not by signing in."""
    other = backend.command("init", "--workspace", "Other", "--admin-email", "eve@y.org", "--admin-name", "Eve")
    eve = Asker(backend, "eve@y.org")
    told = []
    for address in ("ben@x.org", "free@x.org"):
        status, answer = eve.ask("POST", "/api/users", {"email": address, "name": "Somebody", "role": "AGENT", "password": "a word of eve's own"})
        told.append((status, {**answer["user"], "id": "", "email": ""}))
        assert backend.request("POST", "/api/auth/login", {"email": address, "password": "a word of eve's own"})[1]["user"]["id"] == answer["user"]["id"]
        eve.refused("POST", "/api/users", {"email": address, "name": "Somebody", "role": "AGENT", "password": "a word of eve's own"}, status=409, code="conflict")
    assert told[0] == told[1] and told[0][0] == 201, told
    # Ben is still Ben, at his own place and with his own word; what is done to his namesake is not done to him.
    ben = Asker(backend, "ben@x.org")
    assert ben.ok("GET", "/api/session")["workspace"]["name"] == "Acme"
    backend.command("user", "disable", "--email", "ben@x.org", expect=2)
    backend.command("user", "disable", "--email", "ben@x.org", "--workspace", other)
    assert backend.request("POST", "/api/auth/login", {"email": "ben@x.org", "password": "a word of eve's own"})[0] == 401
    assert Asker(backend, "ben@x.org").ok("GET", "/api/session")["workspace"]["name"] == "Acme"


def in_store(backend, sql):
    """Past the backend; the first column of what comes."""
    if backend.store.startswith("sqlite:"):
        with contextlib.closing(sqlite3.connect(backend.store.removeprefix("sqlite:"), timeout=30)) as store, store:
            return [row[0] for row in store.execute(sql)]
    words = urllib.parse.parse_qs(urllib.parse.urlsplit(backend.store).query)
    found = subprocess.run([str(postgres.programs() / "psql"), "-h", words["host"][0], "-p", words["port"][0], "-U", "probe", "-d", "calldeck", "-v", "ON_ERROR_STOP=1", "-qAtX", "-c", sql],
                           check=True, capture_output=True, text=True, timeout=30)
    return found.stdout.splitlines()


def audit_lines(backend):
    """The trail as it stands in the store of one workspace."""
    return [json.loads(entry) for entry in in_store(backend, "SELECT entry FROM audit ORDER BY n")]


def refused_edits(backend):
    """An edit that is refused leaves the same line in the audit trail, whether a desk pushed it or a REST route made it; and no value stands in it."""
    ana, pushing, asking = Desk(backend, "ana@x.org", "d1"), Desk(backend, "ben@x.org", "d2"), Asker(backend, "ben@x.org")
    ana.one("create", missed_call(), record="c1")
    ana.push(ana.edit("create", {"reason": "asked"}, record="+442079460100", kind="number"))
    secret = "TOPSECRET"
    begin = len(audit_lines(backend))
    for op, args, kind, record in (("flag-", {"flag": "do_not_contact"}, "call", "c1"), ("disposition", {"disposition": secret}, "call", "c1"), ("set", {"agent_performance_score": 7}, "call", "c1"),
                                   ("del", {}, "number", "+442079460100")):
        pushing.one(op, args, record, kind)
    asking.refused("PATCH", "/api/calls/c1", {"do_not_contact": False}, status=403)
    asking.refused("PATCH", "/api/calls/c1", {"disposition": secret})
    asking.ok("PATCH", "/api/calls/c1", {"agent_performance_score": 7}, expect=403)
    asking.refused("DELETE", "/api/blocked-numbers/%2B442079460100", status=403)
    lines = audit_lines(backend)[begin:]
    assert len(lines) == 8, lines
    kept = ("actor", "action", "kind", "id", "op", "status", "code", "fields", "flag")
    pushed, asked = ([{key: line[key] for key in kept if key in line} for line in part] for part in (lines[:4], lines[4:]))
    assert pushed[:3] == asked[:3], (pushed, asked)
    assert [line["code"] for line in pushed] == ["forbidden", "invalid", "forbidden", "forbidden"], pushed
    # This one is refused at the door, before it is an edit.
    assert asked[3]["code"] == "forbidden" and asked[3]["status"] == "rejected" and lines[7]["route"] == "DELETE /api/blocked-numbers/{number}", lines[7]
    asking.refused("POST", "/api/outbound/schedule", {"phoneNumber": "+442079460100", "callType": "OUTBOUND_LEAD", "scheduledAt": later()}, status=409, code="do_not_contact")
    asking.refused("POST", "/api/calls/bulk", {"callIds": ["c1"], "operation": "disposition", "disposition": "booked", "surprise": 1})
    asking.refused("GET", "/api/users", status=403)
    more = audit_lines(backend)[begin + 8:]
    assert [(line["op"], line["code"]) for line in more] == [("create", "do_not_contact")], "what is no edit, or is only read, is not told of"
    text = json.dumps(lines + more)
    assert secret not in text and "442079460100" not in text, text
    assert "whole" in backend.command("audit", "verify")


def command_line(backend):
    """What is done to accounts at the command line and to one's sessions stands in the trail, the last administrator stays, and the trail can be read without a client of the database."""
    def shown(*words):
        return [json.loads(line) for line in backend.command("audit", "show", "--json", *words).splitlines()]

    people = {row.split("\t")[0]: row.split("\t")[4] for row in backend.command("user", "list").splitlines()}
    begin = shown("--limit", "1")[0]["n"]
    new = backend.command("user", "add", "--email", "zoe@x.org", "--name", "Zoe", "--role", "agent")
    backend.command("user", "role", "--email", "zoe@x.org", "--role", "manager")
    token = backend.command("token", "--user", "zoe@x.org")
    backend.command("user", "unlink", "--email", "zoe@x.org")
    backend.command("user", "disable", "--email", "zoe@x.org")
    assert backend.request("GET", "/api/session", token=token)[0] == 401
    ben = Asker(backend, "ben@x.org")
    Asker(backend, "ben@x.org")
    other = [one["id"] for one in ben.ok("GET", "/api/sessions")["sessions"] if not one["current"]][0]
    ben.ok("DELETE", f"/api/sessions/{other}", expect=204)
    # An administrator may be demoted and disabled as long as there is another one; nothing of a refusal stays.
    last = people.pop("ada@x.org")
    for change in (("disable",), ("role", "--role", "manager")):
        backend.command("user", change[0], "--email", "ada@x.org", *change[1:], expect=1)
    told = [(line["actor"], line["action"], line["id"], line.get("fields")) for line in shown() if line["n"] > begin]
    assert told == [("calldeckd", "user_add", new, ["role"]), ("calldeckd", "user_change", new, ["role"]), ("calldeckd", "token_add", new, None), ("calldeckd", "identity_unlink", new, None),
                    ("calldeckd", "user_change", new, ["disabled"]), (people["ben@x.org"], "session_end", people["ben@x.org"], None)], (told, last)
    assert shown("--limit", "1")[0]["session"] == other
    text = backend.command("audit", "show")
    assert token not in text and "x.org" not in text and "Zoe" not in text, text
    # A client names fields as it likes: they get no line of their own and steer no terminal.
    ana = Desk(backend, "ana@x.org", "d1")
    ana.one("create", missed_call(), record="c1")
    for name in ("x\n2026-01-01T00:00:00.000Z\tada\terase\tid=c1", "\x1b[2J\u009b2J\u202e"):
        assert ana.one("set", {name: 7}, "c1")["code"] == "invalid"
    for line in backend.command("audit", "show", "--limit", "2").splitlines():
        assert line.count("\t") == 3 and 'fields="' in line and not set(line) & set("\x1b\u009b\u202e"), line
    assert len(backend.command("audit", "show", "--limit", "2").split("\n")) == 2
    for wrong in ((), ("look",), ("show", "--limit", "0"), ("show", "--limit", "x"), ("show", "--workspace", "none")):
        backend.command("audit", *wrong, expect=2)
    assert "audit show" in backend.command("--help")


def disclosure(backend):
    """A person's number: all of it in one new file for its owner alone, or no file at all."""
    number, out = "+442079460155", os.path.join(backend.folder, "about.json")
    ana = Desk(backend, "ana@x.org", "d1")
    ana.one("create", dict(missed_call(), customer_number_raw=number, caller_name="Zoe"), record="c1")
    ana.one("note", {"text": "likes tea"}, record="c1")
    ana.push(ana.edit("create", {"name": "Zoe Vega", "number": number}, record="k1", kind="contact"))
    begin = len(audit_lines(backend))
    for words, code, reason in ((("--number", "1234", "--out", out), 2, "form"), (("--number", "+442079460156", "--out", out), 1, "Nothing is known"), (("--number", number), 2, "--out"),
                                (("--out", out), 2, "one of them"), (("--number", number, "--contact", "k1", "--out", out), 2, "one of them")):
        done = subprocess.run([backend.program, "--store", backend.store, *backend.secret, "disclose", *words], capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == code and reason in done.stderr and not os.path.exists(out), (words, done)
    assert len(audit_lines(backend)) == begin
    assert backend.command("disclose", "--number", number, "--out", out) == "1 calls, 1 contacts"
    with open(out, encoding="utf-8") as told:
        text = told.read()
    document = json.loads(text)
    assert document["calls"][0]["notes"][0]["text"] == "likes tea" and document["contacts"][0]["name"] == "Zoe Vega" and document["number"] == number, document
    assert os.stat(out).st_mode & 0o777 == 0o600 and not [name for name in os.listdir(backend.folder) if name.startswith("about.json.")]
    line = audit_lines(backend)[-1]
    assert (line["actor"], line["action"], line["calls"], line["contacts"]) == ("calldeckd", "disclose", 1, 1) and "2079460155" not in json.dumps(audit_lines(backend)), line
    backend.command("disclose", "--number", number, "--out", out, expect=2)
    backend.command("disclose", "--number", number, "--out", os.path.join(backend.folder, "none", "about.json"), expect=1)
    with open(out, encoding="utf-8") as told:
        assert told.read() == text
    backend.command("disclose", "--contact", "k1", "--out", out + ".2")
    backend.command("erase", "--number", number, "--secret", os.path.join(backend.folder, "secret"))
    backend.command("disclose", "--number", number, "--out", out + ".3", expect=1)
    assert not os.path.exists(out + ".3") and "whole" in backend.command("audit", "verify")


def broken_check(backend):
    """Whether a number may be called cannot be told: nobody is called and nothing is taken in as if it were known, until it can be told again."""
    ana, ada = Desk(backend, "ana@x.org", "d1"), Asker(backend, "ada@x.org")
    ana.push(ana.edit("create", {"reason": "asked"}, record="+442079460100", kind="number"))
    plans = {number: {"phoneNumber": number, "callType": "OUTBOUND_LEAD", "scheduledAt": later(), "purpose": "offer"} for number in ("+442079460100", "+442079460111")}
    comes = {"calls": [dict(missed_call("+442079460111"), provider="p", provider_call_id="1")]}
    ada.refused("POST", "/api/outbound/schedule", plans["+442079460100"], status=409, code="do_not_contact")
    head = ana.get("/api/session")["head"]
    # The one column that only this check reads.
    in_store(backend, "ALTER TABLE erased RENAME COLUMN at TO away")
    for _ in range(2):
        ada.ok("POST", "/api/outbound/schedule", plans["+442079460111"], expect=500)
        assert ana.push(ana.edit("create", dict(missed_call("+442079460111"), status="SCHEDULED", scheduled_at=later(), call_type="OUTBOUND_LEAD")), expect=500)["code"]
        ana.lseq -= 1
        status, answer = ada.ask("POST", "/api/calls/intake", comes)
        assert status == 500 or status == 200 and answer["results"][0]["status"] not in ("created", "updated"), (status, answer)
    ada.refused("POST", "/api/outbound/schedule", plans["+442079460100"], status=409, code="do_not_contact")
    assert ana.get("/api/session")["head"] == head and not in_store(backend, "SELECT id FROM call_index"), "somebody passed"
    in_store(backend, "ALTER TABLE erased RENAME COLUMN away TO at")
    ada.ok("POST", "/api/outbound/schedule", plans["+442079460111"], expect=201)
    assert ada.ok("POST", "/api/calls/intake", comes)["results"][0]["status"] == "created"


def hostile(backend, seed, rounds=2500):
    """Random queries and bodies at every REST route: an answer below 500, and the store is whole after it."""
    chance = random.Random(seed)
    ana, mia = Desk(backend, "ana@x.org", "d1"), Asker(backend, "mia@x.org")
    for index in range(3):
        ana.one("create", missed_call(), record=f"c{index}")
    ana.push(ana.edit("create", {"name": "Zoe", "number": "+442079460133"}, record="k1", kind="contact"))
    odd = ["' OR '1'='1", "%00", "%01", "%25", "x" * 3000, "-1", "9" * 30, "%F0%9F%98%80", "../..", "", "null", "c1;DROP%20TABLE%20entity", "%5C", "[]", "true", moment(), "MISSED", "\"", "%ED%A0%80"]
    values = [None, True, -1, 1e308, 2 ** 53, "", "x" * 300, "\u0000", [], {}, [[]], ["a"], {"a": 1}, "' OR 1=1 --", moment(500), "DONE", "c1", {"id": "x", "text": "y"}, {"conflict": "x", "replace": True}]
    good = {"due_at": moment(600), "follow_up_at": moment(600), "state": "DONE", "name": "n", "filter": "", "number": "+442079460111", "reason": "r", "leadStatus": "new", "comments": "c", "phoneNumber": "+442079460122",
            "callType": "OUTBOUND_LEAD", "scheduledAt": later(), "note": "n", "disposition": "booked", "tags_add": ["a"], "emergency": True, "value_cents": 5, "caller_name": "x"}
    known = [route for route in json.loads(backend.command("routes", "--json")) if (route["method"], route["path"]) in ROWS and not route["path"].startswith(("/api/users", "/api/sessions", "/api/auth", "/ws"))
             and (route["method"], route["path"]) != ("DELETE", "/api/calls/{id}")]
    seen = {}
    for index in range(rounds):
        route = chance.choice(known)
        method, path, body = route["method"], route["path"], None
        if "body" in route:
            wanted = [key for key in route["body"] if key in good and key != "base_ver"] or route["body"]
            body = {key: good.get(key, 1) for key in chance.sample(wanted, min(len(wanted), 5))}
            for _ in range(chance.randrange(3)):
                body[chance.choice(route["body"])] = chance.choice(values)
        path = path.replace("{number}", "{id}").replace("{jobId}", "{id}").replace("{id}", chance.choice(["c1", "c1", "c2", "k1", "none", "%27%20OR%201%3D1", "%2e%2e%2f", "x" * 300]))
        if route["query"]:
            path += "?" + "&".join(f"{name}={chance.choice(odd)}".replace(" ", "%20").replace('"', "%22") for name in chance.sample(route["query"], chance.randrange(min(3, len(route["query"])) + 1)))
        status, answer = mia.ask(method, path, body)
        assert status < 500, (seed, index, method, path, body, status, answer)
        seen[status] = seen.get(status, 0) + 1
    assert seen.get(200, 0) > 50 and seen.get(201, 0) > 20, seen
    assert "calls" in mia.ok("GET", "/api/calls?limit=200") and "whole" in backend.command("audit", "verify")
    print(f"  seed {seed}: {seen}")
