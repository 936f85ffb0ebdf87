"""A row of the route matrix for every route: a request that its own workspace answers with success to the least role that may ask, and another workspace with nothing.
Names in braces are ids of the secret workspace, see `secrets()`. A route without a row fails the matrix."""

import json

from calldeckd import PASSWORD, ask, attach, form, missed_call, moment, wait_for

NUMBER = "+442079460958"


def later(days=2):
    """A moment at which a number of London may be called."""
    return moment(days * 86400)[:11] + "14:00:00.000Z"


def edit(name):
    return {"mid": name, "lseq": 1, "kind": "call", "id": "{call}", "op": "note", "args": {"text": "x"}, "base_ver": 0, "at": moment()}


UPLOAD = form(b"TOPSECRET", name="more.txt", kind="text/plain")

# (method, path): (path to ask, body; of an upload its bytes and headers). In an order in which they work in one workspace, one after the other.
ROWS = {
    ("GET", "/healthz"): ("/healthz", None),
    ("GET", "/readyz"): ("/readyz", None),
    ("GET", "/metrics"): ("/metrics", None),
    ("POST", "/api/auth/login"): ("/api/auth/login", {"email": "{email}", "password": PASSWORD}),
    ("GET", "/api/auth/oidc"): ("/api/auth/oidc", None),
    ("POST", "/api/auth/oidc"): ("/api/auth/oidc", {"code": "{code}", "code_verifier": "v" * 43, "redirect_uri": "http://127.0.0.1:49152/x", "nonce": "n" * 43}),
    ("POST", "/api/auth/refresh"): ("/api/auth/refresh", {"refresh_token": "{refresh}"}),
    ("GET", "/api/session"): ("/api/session", None),
    ("POST", "/api/ws-ticket"): ("/api/ws-ticket", None),
    ("GET", "/ws/calls"): ("/ws/calls", None),
    ("GET", "/api/sync/changes"): ("/api/sync/changes?cursor=1.0", None),
    ("GET", "/api/sync/snapshot"): ("/api/sync/snapshot?epoch=1", None),
    ("GET", "/api/sync/rows"): ("/api/sync/rows?kind=call&ids={call}", None),
    ("GET", "/api/sync/digest"): ("/api/sync/digest?kind=call", None),
    ("POST", "/api/sync/push"): ("/api/sync/push", {"device": "push-{who}", "epoch": 1, "schema_ver": 1, "ms": [edit("push-{who}")]}),
    ("POST", "/api/sync/park"): ("/api/sync/park", {"device": "park-{who}", "epoch": 1, "edit": edit("park-{who}")}),
    ("POST", "/api/calls/intake"): ("/api/calls/intake", {"calls": [dict(missed_call(), provider="vapi", provider_call_id="i1")]}),
    ("PUT", "/api/workspace"): ("/api/workspace", {"settings": "{settings}"}),
    ("POST", "/api/calls/bulk"): ("/api/calls/bulk", {"callIds": ["{call}"], "operation": "tag", "tag": "x"}),
    ("GET", "/api/bulk-jobs/{jobId}"): ("/api/bulk-jobs/{job}", None),
    ("DELETE", "/api/bulk-jobs/{jobId}"): ("/api/bulk-jobs/{job}", None),
    ("POST", "/api/calls/export"): ("/api/calls/export", {"format": "csv", "filters": {}}),
    ("GET", "/api/exports/{jobId}"): ("/api/exports/{export}", None),
    ("GET", "/api/exports/{jobId}/file"): ("/api/exports/{export}/file?ticket={export_ticket}", None),
    ("DELETE", "/api/exports/{jobId}"): ("/api/exports/{export}", None),
    ("POST", "/api/calls/{id}/attachments"): ("/api/calls/{call}/attachments", UPLOAD),
    ("GET", "/api/calls/{id}/attachments"): ("/api/calls/{call}/attachments", None),
    ("GET", "/api/attachments/{id}"): ("/api/attachments/{attachment}", None),
    ("GET", "/api/attachments/{id}/file"): ("/api/attachments/{attachment}/file?ticket={attachment_ticket}", None),
    ("DELETE", "/api/attachments/{id}"): ("/api/attachments/{attachment}", None),
    ("GET", "/api/calls"): ("/api/calls", None),
    ("GET", "/api/calls/{id}"): ("/api/calls/{call}", None),
    ("PATCH", "/api/calls/{id}"): ("/api/calls/{call}", {"tags_add": ["vip"], "value_cents": 100}),
    ("GET", "/api/calls/{id}/followups"): ("/api/calls/{call}/followups", None),
    ("POST", "/api/calls/{id}/followups"): ("/api/calls/{call}/followups", {"due_at": moment(9999)}),
    ("GET", "/api/followups"): ("/api/followups", None),
    ("PATCH", "/api/followups/{id}"): ("/api/followups/{task}", {"due_at": moment(8888)}),
    ("GET", "/api/notifications/follow-ups"): ("/api/notifications/follow-ups", None),
    ("GET", "/api/calls/views"): ("/api/calls/views", None),
    ("POST", "/api/calls/views"): ("/api/calls/views", {"name": "Missed", "filter": "status:missed"}),
    ("PATCH", "/api/calls/views/{id}"): ("/api/calls/views/{view}", {"filter": "is:triage"}),
    ("GET", "/api/contacts/search"): ("/api/contacts/search?q=top", None),
    ("POST", "/api/contacts/{id}/dnc"): ("/api/contacts/{contact}/dnc", {"reason": "asked"}),
    ("PATCH", "/api/contacts/{id}/dnc"): ("/api/contacts/{contact}/dnc", {"reason": "asked twice"}),
    ("DELETE", "/api/contacts/{id}/dnc"): ("/api/contacts/{contact}/dnc", None),
    ("GET", "/api/blocked-numbers"): ("/api/blocked-numbers", None),
    ("POST", "/api/blocked-numbers"): ("/api/blocked-numbers", {"number": "+442079460100", "reason": "asked"}),
    ("DELETE", "/api/blocked-numbers/{number}"): ("/api/blocked-numbers/" + NUMBER.replace("+", "%2B"), None),
    ("GET", "/api/users"): ("/api/users", None),
    ("POST", "/api/users"): ("/api/users", {"email": "new-{who}@x.org", "name": "New", "role": "AGENT", "password": "a long enough word"}),
    ("PATCH", "/api/users/{id}"): ("/api/users/{user}", {"name": "Benjamin"}),
    ("GET", "/api/sessions"): ("/api/sessions", None),
    ("DELETE", "/api/sessions/{id}"): ("/api/sessions/{session}", None),
    ("GET", "/api/analytics/calls"): ("/api/analytics/calls", None),
    ("GET", "/api/analytics/calls/recent"): ("/api/analytics/calls/recent", None),
    ("GET", "/api/analytics/calls/outcomes"): ("/api/analytics/calls/outcomes", None),
    ("GET", "/api/analytics/overview"): ("/api/analytics/overview", None),
    ("GET", "/api/analytics/campaigns/{id}"): ("/api/analytics/campaigns/topsecret", None),
    ("POST", "/api/outbound/schedule"): ("/api/outbound/schedule", {"phoneNumber": "+442079460111", "callType": "OUTBOUND_LEAD", "scheduledAt": later(), "purpose": "offer"}),
    ("GET", "/api/outbound/scheduled"): ("/api/outbound/scheduled", None),
    ("POST", "/api/call-tracking/conversations"): ("/api/call-tracking/conversations", {"conversation": dict(missed_call(), provider="elevenlabs", provider_call_id="t1", turns=[{"speaker": "AGENT", "content": "x", "at_ms": 1}])}),
    ("GET", "/api/call-tracking/conversations"): ("/api/call-tracking/conversations", None),
    ("GET", "/api/call-tracking/export"): ("/api/call-tracking/export?format=csv", None),
    ("PUT", "/api/call-tracking/conversations/{id}/comments"): ("/api/call-tracking/conversations/{call}/comments", {"comments": "polite"}),
    ("PUT", "/api/call-tracking/conversations/{id}/lead-status"): ("/api/call-tracking/conversations/{call}/lead-status", {"leadStatus": "interested"}),
    ("DELETE", "/api/calls/views/{id}"): ("/api/calls/views/{view}", None),
    ("DELETE", "/api/calls/{id}"): ("/api/calls/{call}", None),
    ("POST", "/api/auth/logout"): ("/api/auth/logout", None),
}

# Whose answer shows the secret to its own people: that others do not see it there says something.
SHOWING = {("GET", path) for path in (
    "/api/sync/changes", "/api/sync/snapshot", "/api/sync/rows", "/api/exports/{jobId}/file", "/api/calls/{id}/attachments", "/api/attachments/{id}", "/api/attachments/{id}/file", "/api/calls",
    "/api/calls/{id}", "/api/calls/{id}/followups", "/api/followups", "/api/calls/views", "/api/contacts/search", "/api/blocked-numbers", "/api/analytics/calls/recent",
    "/api/call-tracking/conversations", "/api/call-tracking/export")}


def files_of(backend, token, call, name):
    """An export, a bulk edit and an attachment that the person of the token made and may fetch; ids for the rows."""
    job = ask(backend, token, "POST", "/api/calls/bulk", {"callIds": [call], "operation": "tag", "tag": "secret"}, 202)["jobId"]
    wait_for(backend, token, f"/api/bulk-jobs/{job}", ("completed",))
    export = ask(backend, token, "POST", "/api/calls/export", {"format": "csv"}, 202)["jobId"]
    exported = wait_for(backend, token, f"/api/exports/{export}", ("ready",))["downloadUrl"]
    attachment = attach(backend, token, call, name.encode(), name=name + ".txt", kind="text/plain")["attachment"]["id"]
    attached = ask(backend, token, "GET", f"/api/attachments/{attachment}")["downloadUrl"]
    return {"job": job, "export": export, "export_ticket": exported.split("ticket=")[1], "attachment": attachment, "attachment_ticket": attached.split("ticket=")[1]}


def secrets(backend, ana, agent):
    """Fills the workspace of `ana` with what nobody else may see; ids for the rows. `agent` is a token."""
    ana.one("create", dict(missed_call(), caller_name="TOPSECRET", campaign_id="topsecret"), record="secret1")
    task = ana.one("follow_up", {"due_at": moment(7777), "note": "TOPSECRET"}, record="secret1")["mid"]
    ana.push(ana.edit("create", {"name": "TOPSECRET", "number": "+442079460122"}, record="k1", kind="contact"))
    ana.push(ana.edit("create", {"name": "TOPSECRET", "filter": ""}, record="v1", kind="view"))
    ana.push(ana.edit("create", {"reason": "TOPSECRET"}, record=NUMBER, kind="number"))
    ben = backend.login("ben@x.org")
    session = [one["id"] for one in ask(backend, agent, "GET", "/api/sessions")["sessions"] if not one["current"]][0]
    settings = ana.get("/api/sync/rows?kind=workspace&ids=settings")["rows"][0]["row"]
    return {"call": "secret1", "settings": settings, "task": task, "contact": "k1", "view": "v1", "session": session, "user": ben["user"]["id"], **files_of(backend, agent, "secret1", "TOPSECRET")}


def request_of(route, ids):
    """(path, body, headers) for a route."""
    row = ROWS.get((route["method"], route["path"]))
    assert row, f"no row for {route['method']} {route['path']}"
    text = json.dumps(row[0] if row[1] is UPLOAD else row)
    for name, value in ids.items():
        text = text.replace('"{' + name + '}"', json.dumps(value)).replace("{" + name + "}", str(value))
    return (json.loads(text), *UPLOAD) if row[1] is UPLOAD else (*json.loads(text), None)


