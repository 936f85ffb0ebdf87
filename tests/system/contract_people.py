"""The contract's routes of people, sessions, figures, calls to be made and call tracking: with success and with their own errors."""

from calldeckd import missed_call, moment
from contract_calls import Person


def people(stage, client):
    ada = Person(stage, client, "ADMIN")
    page = ada("GET", "/api/users?limit=2")
    assert len(page["users"]) == 2 and ada("GET", f"/api/users?limit=200&cursor={page['next']}")["next"] is None
    new = {"email": "zoe@x.org", "name": "Zoe", "role": "AGENT", "password": "correct-horse-battery"}
    zoe = ada("POST", "/api/users", new, 201)["user"]
    ada("POST", "/api/users", new, 409, "conflict")
    for key, value, form in (("email", "nobody", False), ("name", "", True), ("role", "KING", True), ("password", "short", True), ("password", "password1234", False)):
        ada("POST", "/api/users", dict(new, email="y@x.org", **{key: value}) if key != "email" else dict(new, email=value), 400, "invalid", key, wrong=form)
    changed = ada("PATCH", f"/api/users/{zoe['id']}", {"name": "Zoë", "role": "DISPATCHER", "disabled": True})["user"]
    assert changed["disabled"] and changed["role"] == "DISPATCHER"
    admin = client.ask("GET", "/api/session", token=ada.token)["user"]["id"]
    ada("PATCH", f"/api/users/{admin}", {"disabled": True}, 409, "conflict")
    for body, field in (({}, "body"), ({"name": ""}, "name"), ({"role": "KING"}, "role"), ({"disabled": "yes"}, "disabled")):
        ada("PATCH", f"/api/users/{zoe['id']}", body, 400, "invalid", field, wrong=bool(body))
    ada("PATCH", "/api/users/none", {"name": "x"}, 404, "not_found")
    ada("GET", "/api/users?cursor=x", expect=400, code="invalid", field="cursor")


def sessions(stage, client):
    ben = Person(stage, client, "AGENT")
    other = client.ask("POST", "/api/auth/login", {"email": "ben@x.org", "password": "correct-horse-battery", "device_name": "another"})["access_token"]
    found = ben("GET", "/api/sessions")["sessions"]
    assert [one["current"] for one in found].count(True) == 1
    another = next(one for one in found if one["device_name"] == "another")
    ben("DELETE", f"/api/sessions/{another['id']}", expect=204)
    client.ask("GET", "/api/sessions", token=other, expect=401, code="token_revoked")
    ben("DELETE", f"/api/sessions/{another['id']}", expect=404, code="not_found")


def figures(stage, client):
    ben = Person(stage, client, "AGENT")
    whole = ben("GET", "/api/analytics/overview")
    assert whole["total"] >= whole["successful"] + whole["failed"] and whole["by_day"], whole
    period = "startDate=2020-01-01&endDate=2100-01-01T00:00:00.000Z&agentId=Ana"
    assert len(ben("GET", "/api/analytics/calls?" + period)["by_day"]) <= 92 and ben("GET", "/api/analytics/calls")["total"] >= 1
    assert ben("GET", "/api/analytics/calls/outcomes?startDate=2020-01-01")["total"] >= 1
    assert len(ben("GET", "/api/analytics/calls/recent?limit=2&offset=1")["calls"]) == 2
    for path in ("calls", "calls/outcomes"):
        for query, field in (("startDate=soon", "startDate"), ("startDate=2026-02-02&endDate=2026-01-01", "endDate")):
            ben("GET", f"/api/analytics/{path}?{query}", expect=400, code="invalid", field=field, wrong=True)
    ben("GET", "/api/analytics/calls/recent?offset=-1", expect=400, code="invalid", field="offset", wrong=True)
    ben("GET", "/api/analytics/campaigns/none", expect=404, code="not_found")


def outbound(stage, client):
    ana = Person(stage, client, "DISPATCHER")
    noon = moment(3 * 86_400)[:11] + "18:00:00.000Z"  # New York's early afternoon, all the year round
    plan = {"phoneNumber": "(212) 555-0123", "callType": "OUTBOUND_DEBT", "scheduledAt": noon, "purpose": "Follow up on outstanding balance", "campaignId": "campaign-123"}
    call = ana("POST", "/api/outbound/schedule", plan, 201, key="plan")["call"]
    assert call["status"] == "SCHEDULED" and ana("POST", "/api/outbound/schedule", plan, 201, key="plan")["call"]["id"] == call["id"], call
    ana("POST", "/api/outbound/schedule", dict(plan, purpose="other"), 422, "key_reused", key="plan")
    ana("POST", "/api/outbound/schedule", dict(plan, scheduledAt=noon[:11] + "06:00:00.000Z"), 409, "calling_hours")
    ana("POST", "/api/blocked-numbers", {"number": "(212) 555-0124"}, 201)
    ana("POST", "/api/outbound/schedule", dict(plan, phoneNumber="(212) 555-0124"), 409, "do_not_contact")
    for key, value in (("phoneNumber", "x"), ("callType", "INBOUND"), ("scheduledAt", moment(-99)), ("scheduledAt", "soon"), ("purpose", 1)):
        ana("POST", "/api/outbound/schedule", dict(plan, **{key: value}), 400, "invalid", key, wrong=True)
    page = ana("GET", f"/api/outbound/scheduled?startDate={moment(0)[:10]}&endDate={moment(9 * 86_400)[:10]}&limit=1")
    assert [one["id"] for one in page["calls"]] == [call["id"]] and ana("GET", "/api/outbound/scheduled")["calls"]
    ana("GET", "/api/outbound/scheduled?endDate=x", expect=400, code="invalid", field="endDate", wrong=True)
    assert ana("GET", "/api/analytics/campaigns/campaign-123")["campaign_id"] == "campaign-123"


def tracking(stage, client):
    ben, ada = Person(stage, client, "AGENT"), Person(stage, client, "ADMIN")
    talk = dict(missed_call("+14155552701"), status="COMPLETED", provider="elevenlabs", provider_call_id="conv-1", business_name="Acme Roofing", lead_score=70, duration_seconds=61,
                turns=[{"speaker": "CUSTOMER", "content": "we need a roof", "at_ms": 0}])
    stored = ada("POST", "/api/call-tracking/conversations", {"conversation": talk}, 201)["conversation"]
    assert ada("POST", "/api/call-tracking/conversations", {"conversation": talk})["conversation"]["id"] == stored["id"]
    for wrong, field in (("x", "conversation"), (dict(talk, status="ODD"), "conversation.status"), ({"provider": "x"}, "conversation")):
        ada("POST", "/api/call-tracking/conversations", {"conversation": wrong}, 400, "invalid", field, wrong=True)
    path = f"/api/call-tracking/conversations/{stored['id']}"
    assert ben("PUT", path + "/comments", {"comments": "send the offer"}, key="comments")["call"]["call_notes"] == "send the offer"
    ben("PUT", path + "/comments", {"comments": "other"}, 422, "key_reused", key="comments")
    lead = ben("PUT", path + "/lead-status", {"leadStatus": "interested", "priority": 4, "followUpAt": moment(99999)}, key="lead")
    assert lead["call"]["lead_status"] == "INTERESTED" and lead["call"]["priority"] == 4 and lead["call"]["follow_ups"], lead
    ben("PUT", path + "/lead-status", {"leadStatus": "CALLBACK"}, 422, "key_reused", key="lead")
    ben("PUT", path + "/comments", {"comments": 1}, 400, "invalid", "comments", wrong=True)
    for body, field in (({}, "leadStatus"), ({"leadStatus": "odd"}, "leadStatus"), ({"leadStatus": "new", "priority": 6}, "priority"), ({"leadStatus": "new", "followUpAt": moment(-99)}, "followUpAt")):
        ben("PUT", path + "/lead-status", body, 400, "invalid", field, wrong=True)
    for name, body in (("comments", {"comments": "x"}), ("lead-status", {"leadStatus": "new"})):
        ben("PUT", f"/api/call-tracking/conversations/none/{name}", body, 404, "not_found")
    filters = "search=roof&from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z&call_type=INBOUND&lead_status=INTERESTED,NEW"
    assert [one["id"] for one in ben("GET", f"/api/call-tracking/conversations?{filters}&sort=lead_score&order=desc&limit=5")["conversations"]] == [stored["id"]]
    for sort in ("date", "duration", "business"):
        page = ben("GET", f"/api/call-tracking/conversations?sort={sort}&limit=1")
        ben("GET", f"/api/call-tracking/conversations?sort={sort}&limit=1&cursor={page['next']}")
    lines = ben("GET", f"/api/call-tracking/export?format=csv&{filters}&sort=date&order=asc").splitlines()
    assert lines[0].startswith("call_id,") and len(lines) == 2, lines
    for query, field in (("from=x", "from"), ("search=", "search"), ("sort=x", "sort"), ("lead_status=ODD", "lead_status"), ("order=x", "order")):
        for route in ("conversations", "export"):
            ben("GET", f"/api/call-tracking/{route}?{query}", expect=400, code="invalid", field=field, wrong=True)
    ben("GET", "/api/call-tracking/export?format=xls", expect=400, code="invalid", field="format", wrong=True)
    ben("GET", "/api/call-tracking/conversations?cursor=x", expect=400, code="invalid", field="cursor")


SCENES = [people, sessions, outbound, figures, tracking]
