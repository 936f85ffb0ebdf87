"""A row of the route matrix for every route beside the sync: a request that its own workspace answers with success, and another workspace with nothing.
Names in braces are ids of the secret workspace, see `secrets()`. A route without a row fails the matrix."""

from calldeckd import missed_call, moment

NUMBER = "+442079460958"


def later(days=2):
    """A moment at which a number of London may be called."""
    return moment(days * 86400)[:11] + "14:00:00.000Z"


# (method, path): (path to ask, body). In an order in which they work in one workspace, one after the other.
ROWS = {
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
    ("POST", "/api/users"): ("/api/users", {"email": "new-{workspace}@x.org", "name": "New", "role": "AGENT", "password": "a long enough word"}),
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
}


def secrets(backend, ana, admin_token):
    """Fills the workspace of `ana` with what nobody else may see; ids for the rows."""
    ana.one("create", dict(missed_call(), caller_name="TOPSECRET", campaign_id="topsecret"), record="secret1")
    task = ana.one("follow_up", {"due_at": moment(7777), "note": "TOPSECRET"}, record="secret1")["mid"]
    ana.push(ana.edit("create", {"name": "TOPSECRET", "number": "+442079460122"}, record="k1", kind="contact"))
    ana.push(ana.edit("create", {"name": "TOPSECRET", "filter": ""}, record="v1", kind="view"))
    ana.push(ana.edit("create", {"reason": "TOPSECRET"}, record=NUMBER, kind="number"))
    users = backend.request("GET", "/api/users", token=admin_token)[1]["users"]
    backend.login("ada@x.org")
    session = [one["id"] for one in backend.request("GET", "/api/sessions", token=admin_token)[1]["sessions"] if not one["current"]][0]
    return {"call": "secret1", "task": task, "contact": "k1", "view": "v1", "session": session, "user": [user["id"] for user in users if user["email"] == "ben@x.org"][0]}


def request_of(route, ids, workspace):
    """(path, body) for a route of the table; None for a route that has no row."""
    row = ROWS.get((route["method"], route["path"]))
    if row is None:
        return None
    path, body = row
    for name, value in ids.items():
        path = path.replace("{" + name + "}", value)
    return path, {key: value.replace("{workspace}", workspace) if isinstance(value, str) else value for key, value in body.items()} if body else body
