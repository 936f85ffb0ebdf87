"""The contract's routes of calls, follow-ups, views, contacts and the do-not-contact list: with success and with their own errors."""

from calldeckd import missed_call, moment
from contract_scenes import Desk


class Person:
    """Asks in somebody's name."""

    def __init__(self, stage, client, role):
        self.client, self.token = client, stage.tokens[role]

    def __call__(self, method, path, body=None, expect=200, code=None, field=None, wrong=False, key=None):
        headers = {"Idempotency-Key": key} if key else None
        answer = self.client.ask(method, path, body, self.token, headers, expect, code, wrong)
        assert field is None or [error["field"] for error in answer["errors"]] == [field], (method, path, body, answer)
        return answer


def stocked(stage, client):
    """Calls to look for: r1 with everything, r2 plain and of another number, contact rk."""
    desk = Desk(stage, client, "DISPATCHER", "rest")
    for index in range(1, 4):
        number = {"customer_number_raw": f"+1415555268{index}"}
        desk.one("create", dict(missed_call(), **number, caller_name=f"Rest {index}"), record=f"r{index}")
    desk.one("create", {"name": "Rita Rest", "number": "+14155552681", "email": "rita@example.org"}, record="rk", kind="contact")
    desk.one("create", {"name": "No Number"}, record="rn", kind="contact")
    return desk


def calls(stage, client):
    ana, ben, mia = (Person(stage, client, role) for role in ("DISPATCHER", "AGENT", "MANAGER"))
    desk = stocked(stage, client)

    changed = ana("PATCH", "/api/calls/r1", {"tags_add": ["leak", "roof"], "value_cents": 12500, "priority": 2, "lead_status": "INTERESTED", "note": "rang twice", "contact_id": "rk"})
    assert changed["call"]["tags"] == ["leak", "roof"] and {one["status"] for one in changed["results"]} == {"applied"}, changed
    ana("PATCH", "/api/calls/r1", {"tags_remove": ["roof"], "emergency": True, "spam": False, "value_cents": None, "customer_sentiment": None})
    whole = ana("GET", "/api/calls/r1")
    assert whole["call"]["id"] == "r1" and whole["call"]["sla_state"] != "met" and whole["conflicts"] == [], whole
    note = whole["call"]["notes"][0]["id"]
    ana("PATCH", "/api/calls/r1", {"note_edit": {"id": note, "text": "rang once"}, "do_not_contact": False})
    ver = whole["call"]["ver"]
    ana("PATCH", "/api/calls/r1", {"disposition": "booked", "outcome": "BOOKED", "notes": "Tuesday"}, key="key-1")
    again = ana("PATCH", "/api/calls/r1", {"disposition": "booked", "outcome": "BOOKED", "notes": "Tuesday"}, key="key-1")
    assert len(again["call"]["outcomes"]) == 1, again
    ana("PATCH", "/api/calls/r1", {"disposition": "other", "notes": "x"}, 422, "key_reused", key="key-1")
    other = desk.edit("disposition", {"disposition": "other", "notes": "wrong trade"}, record="r1", base=1)
    assert desk.push(other)[0]["status"] == "conflict"
    disputed = ana("GET", "/api/calls/r1")["conflicts"]
    assert len(disputed) == 1, disputed
    assert ben("PATCH", "/api/calls/r1", {"disposition": "other", "notes": "no", "base_ver": ver})["results"][0]["status"] == "conflict"
    ana("PATCH", "/api/calls/r1", {"resolve": {"conflict": disputed[0]["id"], "replace": False}})
    ana("PATCH", "/api/calls/r2", {"skip_reason": "later"})
    taken = client.ask("GET", "/api/calls?provider=vapi&limit=1", token=stage.tokens["AGENT"])["calls"][0]["id"]
    assert ben("GET", f"/api/calls/{taken}")["turns"]

    ben("PATCH", "/api/calls/r1", {"do_not_contact": True, "do_not_contact_reason": "asked"})
    ben("PATCH", "/api/calls/r1", {"do_not_contact": False}, 403, "forbidden")
    ana("PATCH", "/api/calls/r1", {"do_not_contact": False})
    for body, field in (({}, "body"), ({"tags_add": "x"}, "tags_add"), ({"tags_add": [""]}, "tags_add"), ({"value_cents": "x"}, "value_cents"), ({"notes": "x"}, "notes"), ({"priority": 1.5}, "priority"),
                        ({"disposition": "nothing"}, "disposition"), ({"lead_status": "ODD"}, "lead_status"), ({"base_ver": -1, "note": "x"}, "base_ver")):
        ben("PATCH", "/api/calls/r1", body, 400, "invalid", field, wrong=True)
    ben("PATCH", "/api/calls/r1", {"note": "x"}, 400, "invalid", "Idempotency-Key", wrong=True, key="x" * 129)
    for method, path in (("GET", "/api/calls/none"), ("PATCH", "/api/calls/none"), ("DELETE", "/api/calls/none")):
        mia(method, path, {"note": "x"} if method == "PATCH" else None, 404, "not_found")
    mia("DELETE", "/api/calls/r3", expect=204, key="key-2")
    mia("DELETE", "/api/calls/r3", expect=204, key="key-2")
    mia("DELETE", "/api/calls/r2", expect=422, code="key_reused", key="key-2")
    mia("DELETE", "/api/calls/r3", expect=404, code="not_found")


ALL_FILTERS = ("q=rest&started_from=2020-01-01T00:00:00Z&started_to=2100-01-01T00:00:00Z&status=MISSED,COMPLETED&call_type=INBOUND,OUTBOUND_LEAD&outcome=BOOKED,OTHER&lead_status=NEW,INTERESTED&disposition=booked"
               "&agent=Ana&queue=main&tag=leak,roof&number=%2B14155552681&provider=manual&priority=2&emergency=true&sla_state=met&has_recording=false&has_transcript=false&do_not_contact=false"
               "&spam=false&outcome_required=true&follow_up_required=false&triage=false&value_min=1&value_max=99999&sort=value_cents&order=asc&limit=10")


def call_lists(stage, client):
    ben = Person(stage, client, "AGENT")
    ben("GET", "/api/calls?" + ALL_FILTERS)
    assert [call["id"] for call in ben("GET", "/api/calls?tag=leak,nothing&q=rest")["calls"]] == ["r1"]
    assert {call["id"] for call in ben("GET", "/api/calls?number=(415)%20555-2682")["calls"]} == {"r2"}
    found, path = [], "/api/calls?limit=1&sort=customer&order=asc"
    page = ben("GET", path)
    while True:
        found += [call["id"] for call in page["calls"]]
        if page["next"] is None:
            break
        page = ben("GET", f"{path}&cursor={page['next']}")
    assert len(found) == len(set(found)) and {"r1", "r2", "c1", "c2"} <= set(found) and "r3" not in found, found
    for sort in ("started_at", "value_cents", "duration", "sla_due_at", "customer"):
        ben("GET", f"/api/calls?sort={sort}&limit=2")
    for query, field in (("limit=0", "limit"), ("limit=201", "limit"), ("sort=nothing", "sort"), ("order=up", "order"), ("status=ODD", "status"), ("emergency=yes", "emergency"), ("sla_state=x", "sla_state"),
                         ("started_from=yesterday", "started_from"), ("number=x", "number"), ("priority=x", "priority"), ("value_min=x", "value_min"), ("cursor=nonsense", "cursor")):
        ben("GET", "/api/calls?" + query, expect=400, code="invalid", field=field, wrong=True)


def follow_ups(stage, client):
    ben = Person(stage, client, "AGENT")
    first = ben("POST", "/api/calls/r2/followups", {"due_at": moment(1800), "note": "call back"}, 201, key="task")["follow_up"]
    second = ben("POST", "/api/calls/r2/followups", {"due_at": moment(99999)}, 201)["follow_up"]
    assert first["call_id"] == "r2" and not first["overdue"] and first["owner"] == "Ben", first
    page = ben("GET", "/api/calls/r2/followups?limit=1")
    assert page["next"] and len(ben("GET", f"/api/calls/r2/followups?limit=200&cursor={page['next']}")["follow_ups"]) >= 1
    ben("GET", f"/api/followups?state=OPEN&owner=Ben&due_from={moment(0)}&due_to={moment(10**6)}&overdue=false&limit=5")
    assert ben("GET", "/api/notifications/follow-ups")["dueSoonCount"] >= 1
    moved = ben("PATCH", f"/api/followups/{first['id']}", {"due_at": moment(3600), "base_ver": 10**6})["follow_up"]
    assert moved["due_at"] > first["due_at"]
    assert ben("PATCH", f"/api/followups/{first['id']}", {"state": "DONE"}, key="close")["follow_up"]["closed_at"]
    ben("PATCH", f"/api/followups/{first['id']}", {"state": "CANCELLED"}, 409, "closed")
    ben("PATCH", f"/api/followups/{second['id']}", {"state": "DONE"}, 422, "key_reused", key="close")
    ben("POST", "/api/calls/r2/followups", {"due_at": moment(99)}, 422, "key_reused", key="task")
    for body, field in (({}, "body"), ({"state": "OPEN"}, "state"), ({"due_at": "soon"}, "due_at"), ({"due_at": moment(-99)}, "due_at")):
        ben("PATCH", f"/api/followups/{second['id']}", body, 400, "invalid", field, wrong=True)
    for body, field in (({}, "due_at"), ({"due_at": moment(-99)}, "due_at"), ({"due_at": moment(99), "note": 1}, "note"), ({"due_at": moment(99), "base_ver": "x"}, "base_ver")):
        ben("POST", "/api/calls/r2/followups", body, 400, "invalid", field, wrong=True)
    for query, field in (("state=odd", "state"), ("overdue=x", "overdue"), ("due_from=x", "due_from"), ("limit=x", "limit"), ("cursor=x", "cursor")):
        ben("GET", "/api/followups?" + query, expect=400, code="invalid", field=field, wrong=True)
    ben("GET", "/api/calls/none/followups", expect=404, code="not_found")
    ben("POST", "/api/calls/none/followups", {"due_at": moment(99)}, 404, "not_found")
    ben("PATCH", "/api/followups/none", {"state": "DONE"}, 404, "not_found")


def views(stage, client):
    ana = Person(stage, client, "DISPATCHER")
    view = ana("POST", "/api/calls/views", {"name": "Roofs", "filter": "tag:roof"}, 201, key="view")["view"]
    assert ana("POST", "/api/calls/views", {"name": "Roofs", "filter": "tag:roof"}, 201, key="view")["view"]["id"] == view["id"]
    ana("POST", "/api/calls/views", {"name": "Tiles"}, 422, "key_reused", key="view")
    page = ana("GET", "/api/calls/views?limit=1")
    assert page["next"] and ana("GET", f"/api/calls/views?limit=1&cursor={page['next']}")["views"]
    assert ana("PATCH", f"/api/calls/views/{view['id']}", {"name": "All roofs", "base_ver": view["ver"]}, key="name")["view"]["name"] == "All roofs"
    ana("PATCH", f"/api/calls/views/{view['id']}", {"name": "x"}, 422, "key_reused", key="name")
    for body, field in (({}, "name"), ({"name": ""}, "name"), ({"name": "x" * 101}, "name"), ({"name": 1}, "name"), ({"name": "All roofs"}, "name")):
        ana("POST", "/api/calls/views", body, 400, "invalid", field, wrong=body.get("name") != "All roofs")
    ana("PATCH", f"/api/calls/views/{view['id']}", {"filter": 1}, 400, "invalid", "filter", wrong=True)
    ana("GET", "/api/calls/views?cursor=x", expect=400, code="invalid", field="cursor")
    ana("PATCH", "/api/calls/views/none", {"name": "x"}, 404, "not_found")
    ana("DELETE", f"/api/calls/views/{view['id']}", expect=204, key="away")
    ana("DELETE", "/api/calls/views/v1", expect=422, code="key_reused", key="away")
    ana("DELETE", f"/api/calls/views/{view['id']}", expect=404, code="not_found")


def do_not_contact(stage, client):
    ana = Person(stage, client, "DISPATCHER")
    found = ana("GET", "/api/contacts/search?q=rita&limit=5")["contacts"]
    assert [contact["id"] for contact in found] == ["rk"] and not found[0]["do_not_contact"], found
    for method, body, expect in (("POST", {"reason": "asked"}, 200), ("PATCH", {"reason": "asked twice"}, 200), ("DELETE", None, 204)):
        answer = ana(method, "/api/contacts/rk/dnc", body, expect, key=method)
        assert expect == 204 or answer["contact"]["do_not_contact_reason"] == body["reason"], answer
        ana(method, "/api/contacts/rk/dnc", {"reason": "other"} if body else None, *((422, "key_reused") if body else (204,)), key=method)
        ana(method, "/api/contacts/none/dnc", body, 404, "not_found")
        ana(method, "/api/contacts/rn/dnc", body, 409, "no_number")
    ana("DELETE", "/api/contacts/rk2/dnc", expect=422, code="key_reused", key="DELETE")
    ana("POST", "/api/contacts/rk/dnc", {"reason": 1}, 400, "invalid", "reason", wrong=True)
    ana("PATCH", "/api/contacts/rk/dnc", {}, 400, "invalid", "reason", wrong=True)
    for query, field in (("", "q"), ("?q=", "q"), ("?q=x&limit=0", "limit")):
        ana("GET", "/api/contacts/search" + query, expect=400, code="invalid", field=field, wrong=True)

    entry = ana("POST", "/api/blocked-numbers", {"number": "(415) 555-2689", "reason": "asked"}, 201, key="block")["blocked_number"]
    assert entry["number"] == "+14155552689" and entry["set_by"] == "Ana", entry
    ana("POST", "/api/blocked-numbers", {"number": "(415) 555-2690"}, 422, "key_reused", key="block")
    page = ana("GET", "/api/blocked-numbers?limit=1")
    assert len(page["blocked_numbers"]) == 1 and page["next"]
    ana("GET", f"/api/blocked-numbers?cursor={page['next']}")
    for body, field in (({}, "number"), ({"number": "x"}, "number"), ({"number": "(415) 555-2689", "reason": 1}, "reason")):
        ana("POST", "/api/blocked-numbers", body, 400, "invalid", field, wrong=True)
    ana("GET", "/api/blocked-numbers?limit=x", expect=400, code="invalid", field="limit", wrong=True)
    ana("DELETE", "/api/blocked-numbers/%2B14155552689", expect=204, key="unblock")
    ana("DELETE", "/api/blocked-numbers/%2B14155552690", expect=422, code="key_reused", key="unblock")
    ana("DELETE", "/api/blocked-numbers/%2B14155552689", expect=404, code="not_found")
    ana("DELETE", "/api/blocked-numbers/nonsense", expect=400, code="invalid", field="number")


SCENES = [calls, call_lists, follow_ups, views, do_not_contact]
