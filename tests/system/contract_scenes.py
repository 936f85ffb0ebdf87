"""What the contract test does besides what holds for every route: each operation with success and with its own errors."""

import os

from calldeckd import WIDE, Calldeckd, missed_call, moment
from lying_provider import CLIENT, LyingProvider

PEOPLE = {"AGENT": ("ben@x.org", "Ben"), "DISPATCHER": ("ana@x.org", "Ana"), "MANAGER": ("mia@x.org", "Mia"), "ADMIN": ("ada@x.org", "Ada")}


# What a browser brought back from the provider of the stage.
BROUGHT = {"code": "any", "code_verifier": "v" * 43, "redirect_uri": "http://127.0.0.1:49152/x", "nonce": "n" * 43}


class Stage:
    """A backend on a port that stays, whatever happens to it; people of all roles, and their tokens."""

    def __init__(self, program, folder):
        self.program, self.folder, self.starts = program, folder, 0
        self.store = "sqlite:" + os.path.join(folder, "store", "server.db")
        self.provider = LyingProvider().__enter__()
        self.provider.always = {"sub": "ben", "email": "ben@x.org"}
        self.open_id = ["--oidc-issuer", self.provider.issuer, "--oidc-client-id", CLIENT]
        self.backend = Calldeckd(program, self.store, folder)
        self.backend.extra = ["--attachment-quota-mb", "1", *self.open_id]
        self.people()
        self.backend.start()
        self.renew_tokens()
        left = self.backend.login("ada@x.org")["access_token"]
        assert self.backend.request("POST", "/api/auth/logout", token=left)[0] == 204
        self.revoked = left
        self.service = self.backend.command("token", "--user", "ada@x.org")

    def people(self):
        self.workspace = self.backend.command("init", "--workspace", "Acme", "--admin-email", "ada@x.org", "--admin-name", "Ada")
        for role, (email, name) in PEOPLE.items():
            if role != "ADMIN":
                self.backend.command("user", "add", "--workspace", self.workspace, "--email", email, "--name", name, "--role", role.lower())

    def renew_tokens(self):
        self.tokens = {role: self.backend.login(email)["access_token"] for role, (email, _) in PEOPLE.items()}

    def restart(self, limits=WIDE, open_id=True, **environment):
        port = self.backend.port
        if self.backend.process.poll() is None:
            self.backend.stop()
        self.starts += 1
        self.backend = Calldeckd(self.program, self.store, self.folder, limits, name=f"log{self.starts}", port=port)
        self.backend.extra = self.open_id if open_id else []
        self.backend.start(**environment)

    def move_to(self, store):
        """A new workspace of the same people in another store."""
        port = self.backend.port
        self.backend.stop()
        self.store = store
        self.backend = Calldeckd(self.program, store, self.folder, name="moved", port=port)
        self.backend.extra = self.open_id
        self.people()
        self.backend.start()

    def stop(self):
        if self.backend.process.poll() is None:
            self.backend.kill()

    @staticmethod
    def plain_body(operation):
        """A body that gets past the form of any route."""
        known = {"/api/auth/oidc": BROUGHT, "/api/auth/login": {"email": "ben@x.org", "password": "correct-horse-battery"}, "/api/auth/refresh": {"refresh_token": "r_0"}}
        return known.get(operation.path, {}) if operation.takes_json() else None


class Desk:
    """Edits of one person."""

    def __init__(self, stage, client, role, device):
        self.client, self.token, self.device, self.lseq = client, stage.tokens[role], device, 0
        self.epoch = client.ask("GET", "/api/session", token=self.token)["epoch"]

    def edit(self, op, args=None, record="c1", kind="call", base=10**6):
        self.lseq += 1
        return {"mid": f"{self.device}-{self.lseq:06d}", "lseq": self.lseq, "kind": kind, "id": record, "op": op, "args": args or {}, "base_ver": base, "at": moment()}

    def envelope(self, *edits):
        return {"device": self.device, "epoch": self.epoch, "schema_ver": 2, "ms": list(edits)}

    def push(self, *edits, wrong=False):
        return self.client.ask("POST", "/api/sync/push", self.envelope(*edits), self.token, wrong=wrong)["results"]

    def one(self, *words, status="applied", code=None, **more):
        result = self.push(self.edit(*words, **more))[0]
        assert result["status"] == status and result.get("code") == code, result
        return result


def signing_in(stage, client):
    def log_in(**body):
        return client.ask("POST", "/api/auth/login", body, **({} if set(body) >= {"email", "password"} else {"expect": 400, "code": "invalid", "wrong": True}))

    first = log_in(email="ben@x.org", password="correct-horse-battery", device_name="contract")
    assert first["user"]["role"] == "AGENT"
    assert log_in(email="ben@x.org")["errors"][0]["field"] == "password"
    for email, password in (("ben@x.org", "wrong wrong wrong"), ("nobody@x.org", "correct-horse-battery")):
        client.ask("POST", "/api/auth/login", {"email": email, "password": password}, expect=401, code="credentials")
    second = client.ask("POST", "/api/auth/refresh", {"refresh_token": first["refresh_token"]})
    # One address and one password in two workspaces: which of them is asked of who knows the password, and of nobody else.
    twin = {"email": "twin@x.org", "password": "correct-horse-battery"}
    other = stage.backend.command("init", "--workspace", "Twin", "--admin-email", twin["email"], "--admin-name", "Twin")
    stage.backend.command("user", "add", "--workspace", stage.workspace, "--email", twin["email"], "--name", "Twin", "--role", "agent")
    asked = client.ask("POST", "/api/auth/login", twin, expect=409, code="several_workspaces")
    assert {one["id"]: one["name"] for one in asked["workspaces"]} == {stage.workspace: "Acme", other: "Twin"}, asked
    assert client.ask("POST", "/api/auth/login", dict(twin, workspace=other))["user"]["role"] == "ADMIN"
    for wrong in (dict(twin, workspace="w0"), dict(twin, password="wrong wrong wrong")):
        client.ask("POST", "/api/auth/login", wrong, expect=401, code="credentials")
    client.ask("POST", "/api/auth/refresh", {"refresh_token": "r_" + "0" * 64}, expect=401, code="session_ended")
    client.ask("POST", "/api/auth/logout", token=second["access_token"], expect=204)
    client.ask("GET", "/api/session", token=second["access_token"], expect=401, code="token_revoked")


def signing_in_by_browser(stage, client):
    offer = client.ask("GET", "/api/auth/oidc")
    assert offer["issuer"] == stage.provider.issuer and "redirect_path" not in offer
    provider = stage.provider

    def ask(brought, **more):
        return client.ask("POST", "/api/auth/oidc", dict(BROUGHT, code=brought, device_name="contract"), **more)

    assert ask(provider.grant("good", sub="ben", email="ben@x.org"))["user"]["email"] == "ben@x.org"
    ask(provider.grant("bad", nonce="o" * 43), expect=401, code="sign_in_refused")
    ask(provider.grant("unknown", sub="u", email="nobody@x.org"), expect=403, code="no_account")
    ask(provider.grant("unverified", sub="m", email="mia@x.org", email_verified=False), expect=403, code="email_not_verified")
    ask(provider.grant("other", sub="o", email="ben@x.org"), expect=403, code="other_identity")
    ask(provider.grant("failing", status=500), expect=503, code="provider")
    for key, value in (("code", ""), ("code_verifier", "short"), ("redirect_uri", "https://evil.example/"), ("nonce", "short"), ("device_name", 1)):
        answer = client.ask("POST", "/api/auth/oidc", dict(BROUGHT, **{key: value}), expect=400, code="invalid", wrong=True)
        assert answer["errors"][0]["field"] == key, answer


def no_provider(stage, client):
    stage.restart(open_id=False)
    client.ask("GET", "/api/auth/oidc", expect=404, code="not_found")
    client.ask("POST", "/api/auth/oidc", BROUGHT, expect=404, code="not_found")


def running(stage, client):
    assert client.ask("GET", "/healthz")["status"] == "ok" and client.ask("GET", "/readyz")["status"] == "ready"
    assert "calldeck_requests_total" in client.ask("GET", "/metrics", token=stage.tokens["ADMIN"])


def edits(stage, client):
    """Every kind of edit once, so that the feed shows every kind of row with every list; a conflict and each refusal."""
    ana, ben, mia = Desk(stage, client, "DISPATCHER", "d1"), Desk(stage, client, "AGENT", "d2"), Desk(stage, client, "MANAGER", "d3")
    for record in ("c1", "c2", "gone"):
        assert ana.one("create", dict(missed_call(), caller_name="Zoe"), record=record)["kind"] == "call"
    ana.one("set", {"priority": 2, "value_cents": 12500, "call_score": 4, "customer_sentiment": "POSITIVE", "consent": True})
    mia.one("set", {"agent_performance_score": 5})
    ana.one("tag+", {"tag": "leak"})
    ana.one("tag+", {"tag": "boiler"})
    ana.one("tag-", {"tag": "boiler"})
    ana.one("create", {"name": "Zoe", "number": "+14155552671", "preferred_channel": "phone"}, record="k1", kind="contact")
    ana.one("link", {"contact": "k1"})
    note = ana.edit("note", {"text": "called back – voicemail"})
    assert ana.push(note)[0]["status"] == "applied" and ana.push(note)[0]["status"] == "duplicate"
    ana.one("note_edit", {"note": note["mid"], "text": "called back"})
    ana.one("follow_up", {"due_at": moment(9999), "note": "again"}, record="c2")
    ana.one("flag+", {"flag": "emergency"})
    ana.one("disposition", {"disposition": "booked", "follow_up_at": moment(99999)})
    other = ben.one("disposition", {"disposition": "other", "notes": "wrong trade"}, base=1, status="conflict")
    assert other["row"]["disposition"] == "booked"
    ana.one("create", {"name": "Leaks", "filter": "tag:leak"}, record="v1", kind="view")
    ana.one("flag+", {"flag": "do_not_contact", "reason": "asked"}, record="c2")
    for op, args in (("create", {"reason": "asked"}), ("set", {"reason": "asked twice"}), ("del", {})):
        ana.one(op, args, record="+14155552600", kind="number")
    ben.one("flag-", {"flag": "do_not_contact"}, record="c2", status="rejected", code="forbidden")
    ben.one("tag+", {"tag": ""}, status="rejected", code="invalid")
    mia.one("del", record="gone")
    ben.one("tag+", {"tag": "x"}, record="gone", status="rejected", code="gone")
    ben.one("create", {"name": "Leaks"}, record="v2", kind="view", status="rejected", code="invalid")
    assert ben.push(dict(note, args={"text": "another"}))[0]["code"] == "mid_reused"
    unreadable = ben.push({"mid": "odd"}, wrong=True)[0]
    assert unreadable["code"] == "invalid" and "lseq" in unreadable["message"], unreadable
    body = {"device": "d2", "epoch": ben.epoch, "edit": ben.edit("note", {"text": "heavy"})}
    assert client.ask("POST", "/api/sync/park", body, ben.token)["results"][0]["code"] == "parked"


def copies_of_a_file(stage, client):
    ben = Desk(stage, client, "AGENT", "d5")

    def pushes(stamps, **more):
        return client.ask("POST", "/api/sync/push", ben.envelope(ben.edit("note", {"text": "stamped"})), ben.token, headers={"Device-Stamps": stamps}, **more)

    assert pushes("- aaaa0001")["stamp"] == "aaaa0001"
    assert pushes("aaaa0001 aaaa0002")["stamp"] == "aaaa0002"
    older = pushes("- bbbb0001")
    assert older["renew_device"] is True and older["results"] == [] and "stamp" not in older, older
    for bad in ("-", "aaaa0001", "AAAA0001 aaaa0002", "-" + " aaaa0001" * 9):
        answer = pushes(bad, expect=400, code="invalid", wrong=True)
        assert answer["errors"][0]["field"] == "Device-Stamps", answer


def pushing_badly(stage, client):
    ben = Desk(stage, client, "AGENT", "d4")

    def refused(path, body, expect, code, field=None, wrong=True):
        answer = client.ask("POST", path, body, ben.token, expect=expect, code=code, wrong=wrong)
        assert field is None or answer["errors"][0]["field"] == field, answer
        return answer

    good = ben.envelope()
    for key, value in (("device", ""), ("epoch", "1"), ("ms", {}), ("schema_ver", 1.5)):
        refused("/api/sync/push", dict(good, **{key: value}), 400, "invalid", key)
    refused("/api/sync/push", dict(good, ms=[{}]), 400, "invalid", "ms[0].mid")
    refused("/api/sync/push", dict(good, ms=[ben.edit("note", {"text": "x"})] * 101), 413, "too_many_edits")
    assert refused("/api/sync/push", dict(good, schema_ver=99), 426, "schema")["schema_ver"] == 2
    assert refused("/api/sync/push", dict(good, epoch=99), 409, "epoch", wrong=False)["epoch"] == ben.epoch
    park = {"device": "d4", "epoch": ben.epoch, "edit": ben.edit("note", {"text": "x"})}
    refused("/api/sync/park", dict(park, edit={}), 400, "invalid", "edit.mid")
    refused("/api/sync/park", dict(park, epoch=99), 409, "epoch", wrong=False)


def feed(stage, client):
    token = stage.tokens["AGENT"]

    def get(path, expect=200, code=None, field=None, wrong=False):
        answer = client.ask("GET", path, token=token, expect=expect, code=code, wrong=wrong)
        assert field is None or answer["errors"][0]["field"] == field, answer
        return answer

    page = get("/api/sync/changes?cursor=1.0&limit=2000")
    assert {row["kind"] for row in page["rows"]} >= {"call", "contact", "number", "conflict", "view", "workspace", "turns"}, page
    assert any(row.get("deleted") for row in page["rows"])
    whole = get("/api/sync/snapshot")
    assert whole["next"] is None and get("/api/sync/snapshot?limit=1")["next"]["kind"] == "call"
    get(f"/api/sync/snapshot?epoch=1&s={whole['s']}&kind=call&after=c1&limit=2&only=call")
    assert len(get("/api/sync/rows?kind=call&ids=c1,gone,none")["rows"]) == 2
    assert get("/api/sync/digest?kind=call")["count"] > 1
    for path, field in (("changes?cursor=1", "cursor"), ("changes?cursor=1.0&limit=0", "limit"), ("changes", "cursor"), ("snapshot?only=nothing", "only"), ("snapshot?limit=2001", "limit"),
                        ("snapshot?s=x", "s"), ("snapshot?epoch=0", "epoch"), ("rows?kind=nothing&ids=a", "kind"), ("rows?kind=call", "ids"), ("digest", "kind")):
        get("/api/sync/" + path, 400, "invalid", field, wrong=True)
    get("/api/sync/changes?cursor=9.0", 409, "epoch")
    get("/api/sync/snapshot?epoch=9", 409, "epoch")
    assert get("/api/sync/changes?cursor=1.999999", 410, "cursor_gone")["min"] == 0
    get("/api/sync/snapshot?epoch=1&s=999999", 410, "cursor_gone")


def intake(stage, client):
    call = dict(missed_call("+14155552672"), provider="vapi", provider_call_id="p1", tags=["a"], raw={"a": 1}, duration_seconds=12, sentiment_score=0.25, lead_status="NEW", cost_cents=150,
                turns=[{"speaker": "CUSTOMER", "content": "my boiler leaks", "at_ms": 1, "confidence": 0.9}], transcript_status="AVAILABLE", recording_url="https://example.org/1.wav")

    def take(calls, **more):
        return client.ask("POST", "/api/calls/intake", {"calls": calls}, stage.service, **more)

    assert [take([call])["results"][0]["status"] for _ in range(2)] == ["created", "unchanged"]
    assert take([dict(call, status="COMPLETED")])["results"][0]["status"] == "updated"
    mixed = take([dict(call, provider_call_id="p2", status="ODD"), {"provider": "vapi"}, call], wrong=True)["results"]
    assert [one["status"] for one in mixed] == ["rejected", "rejected", "updated"] or [one["status"] for one in mixed] == ["rejected", "rejected", "unchanged"], mixed
    take([call] * 501, expect=413, code="too_many_calls", wrong=True)
    answer = take({}, expect=400, code="invalid", wrong=True)
    assert answer["errors"][0]["field"] == "calls"


def workspace(stage, client):
    token = stage.tokens["ADMIN"]
    row = client.ask("GET", "/api/sync/rows?kind=workspace&ids=settings", token=token)["rows"][0]["row"]
    assert client.ask("PUT", "/api/workspace", {"settings": dict(row, name="Acme Plumbing")}, token)["seq"] > 0
    assert client.ask("GET", "/api/session", token=token)["workspace"]["name"] == "Acme Plumbing"
    for settings, field in (({}, "settings.name"), (dict(row, zone="Mars/Olympus"), "settings.zone"), ("x", "settings")):
        answer = client.ask("PUT", "/api/workspace", {"settings": settings}, token, expect=400, code="invalid", wrong=field != "settings.zone")
        assert answer["errors"][0]["field"] == field, answer


SCENES = [signing_in, signing_in_by_browser, running, edits, copies_of_a_file, pushing_badly, intake, feed, workspace]
