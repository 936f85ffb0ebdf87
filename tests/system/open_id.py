#!/usr/bin/env python3
"""Signing in through an identity provider: the real calldeckd, the desk's real flow and its dialog, with oidc-provider by panva as an independent provider and one of our own
that forges and misbehaves. `--only NAME` runs one scene."""

import base64
import concurrent.futures
import contextlib
import functools
import hashlib
import json
import os
import pathlib
import queue
import secrets
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import desk
import scenes
from backend import Stage
from calldeckd import WIDE
from canary_day import TOKEN, calls
from door_faults import Authority
from lying_provider import CLIENT, Browser, LyingProvider, RealProvider, SigningKey, by_hand, by_hmac, by_rsa

NONCE = "n" * 43
HERE = "http://127.0.0.1:49152/callback"
PEOPLE = {"s-ana": {"email": "ana@x.org", "email_verified": True}, "s-ben": {"email": "Ben@X.org", "email_verified": True}, "s-eve": {"email": "ana@x.org", "email_verified": True},
          "s-new": {"email": "nobody@x.org", "email_verified": True}, "s-odd": {"email": "mia@x.org", "email_verified": False}}


@contextlib.contextmanager
def stage(program, cluster, provider, *options, limits=WIDE, **environment):
    """A backend that trusts the provider."""
    with Stage(program, cluster, limits) as backend:
        backend.stop()
        backend.extra = ["--oidc-issuer", provider.issuer, "--oidc-client-id", CLIENT, *options]
        yield backend.start(**environment)


def exchange(backend, code, expect=200, word=None, verifier="v" * 43, redirect=HERE, nonce=NONCE):
    status, answer = backend.request("POST", "/api/auth/oidc", {"code": code, "code_verifier": verifier, "redirect_uri": redirect, "nonce": nonce, "device_name": "test"})
    assert (status, answer.get("code")) == (expect, word), (code, status, answer)
    return answer


def on_one_store(scene):
    """What does not depend on the store is tried over the file alone."""
    @functools.wraps(scene)
    def run(program, cluster):
        return None if cluster else scene(program, cluster)
    return run


class Try:
    """One sign-in as a desk begins it."""

    def __init__(self, backend, port=50123):
        status, offer = backend.request("GET", "/api/auth/oidc")
        assert status == 200, (status, offer)
        self.verifier, self.nonce, self.state = (secrets.token_urlsafe(32) for _ in range(3))
        self.redirect = f"http://127.0.0.1:{port}/{offer.get('redirect_path', 'x')}"
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        self.url = offer["authorization_endpoint"] + "?" + urllib.parse.urlencode(
            {"response_type": "code", "client_id": offer["client_id"], "redirect_uri": self.redirect, "scope": offer["scope"], "state": self.state, "nonce": self.nonce,
             "code_challenge": challenge, "code_challenge_method": "S256"})

    def code(self, who):
        answer = urllib.parse.parse_qs(urllib.parse.urlsplit(Browser().sign_in(self.url, who)).query)
        assert answer["state"] == [self.state], answer
        return answer["code"][0]

    def sign_in(self, backend, who, **more):
        return exchange(backend, self.code(who), redirect=self.redirect, **{"verifier": self.verifier, "nonce": self.nonce, **more})


def independent_provider(program, cluster):
    """What an identity provider that nobody here wrote says, and what the backend makes of it."""
    with RealProvider(PEOPLE) as provider, stage(program, cluster, provider, "--oidc-redirect-path", "calldeck") as backend:
        answer = Try(backend).sign_in(backend, "s-ana")
        assert answer["user"]["email"] == "ana@x.org" and answer["user"]["role"] == "DISPATCHER", answer
        status, session = backend.request("GET", "/api/session", token=answer["access_token"])
        assert status == 200 and session["user"]["name"] == "Ana"
        assert backend.request("POST", "/api/auth/refresh", {"refresh_token": answer["refresh_token"]})[0] == 200
        assert Try(backend).sign_in(backend, "s-ana")["user"]["id"] == answer["user"]["id"]
        assert Try(backend).sign_in(backend, "s-ben")["user"]["name"] == "Ben"
        # PKCE is checked where it must be, and a code is good once.
        Try(backend).sign_in(backend, "s-ana", verifier="w" * 43, expect=401, word="sign_in_refused")
        mine = Try(backend)
        code = mine.code("s-ana")
        exchange(backend, code, redirect=mine.redirect, verifier=mine.verifier, nonce=mine.nonce)
        exchange(backend, code, redirect=mine.redirect, verifier=mine.verifier, nonce=mine.nonce, expect=401, word="sign_in_refused")
        Try(backend).sign_in(backend, "s-ana", nonce="o" * 43, expect=401, word="sign_in_refused")
        Try(backend).sign_in(backend, "s-new", expect=403, word="no_account")
        Try(backend).sign_in(backend, "s-odd", expect=403, word="email_not_verified")
        Try(backend).sign_in(backend, "s-eve", expect=403, word="other_identity")
        backend.command("user", "disable", "--email", "ben@x.org")
        Try(backend).sign_in(backend, "s-ben", expect=403, word="no_account")
        backend.command("user", "unlink", "--email", "ana@x.org")
        assert Try(backend).sign_in(backend, "s-eve")["user"]["name"] == "Ana"
        Try(backend).sign_in(backend, "s-ana", expect=403, word="other_identity")
        audited(backend, cluster)


def audited(backend, cluster):
    assert "whole" in backend.command("audit", "verify")
    lines = [line for line in audit_lines(backend, cluster) if line["action"].startswith("identity")]
    assert [line["action"] for line in lines] == ["identity_link", "identity_link", "identity_unlink", "identity_link"], lines
    assert "@" not in json.dumps(lines)


def audit_lines(backend, cluster):
    if not cluster:
        import sqlite3
        with contextlib.closing(sqlite3.connect(backend.store.removeprefix("sqlite:"))) as database:
            return [json.loads(row[0]) for row in database.execute("SELECT entry FROM audit ORDER BY n")]
    program = str(pathlib.Path(sys.modules["postgres"].programs()) / "psql")
    words = [program, "-h", str(cluster.folder), "-p", str(cluster.port), "-U", "probe", "-d", "calldeck", "-At", "-c", "SELECT entry FROM audit ORDER BY n"]
    return [json.loads(line) for line in subprocess.run(words, stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()]


UNREADABLE, ALGORITHM, SIGNATURE = "cannot be read", "an algorithm that is not taken", "signature is by none"


def wrong_tokens(provider, other):
    """(name, ID token, why it is refused) of what must not open anything."""
    key, claims = provider.key, provider.claims()
    header = {"alg": "HS256", "kid": key.kid, "typ": "JWT"}
    yield "none", by_hand({"alg": "none", "typ": "JWT"}, claims), ALGORITHM
    yield "none with a key", by_hand({"alg": "none", "kid": key.kid}, claims), ALGORITHM
    yield "None", by_hand({"alg": "None", "kid": key.kid}, claims), UNREADABLE
    yield "no algorithm", by_hand({"kid": key.kid}, claims), UNREADABLE
    for name, secret in (("PEM", key.pem()), ("JWK", json.dumps(key.jwk).encode()), ("modulus", base64.urlsafe_b64decode(key.jwk["n"] + "==")), ("nothing", b"")):
        yield f"HS256 with the public key's {name}", by_hand(header, claims, by_hmac(secret)), ALGORITHM
    yield "RS256 that is an HMAC", by_hand({**header, "alg": "RS256"}, claims, by_hmac(key.pem())), SIGNATURE
    yield "another key", other.sign(claims, kid=key.kid), SIGNATURE
    yield "an unknown key", other.sign(claims), SIGNATURE
    yield "no key named, by another", by_hand({"alg": "RS256"}, claims, by_rsa(other)), SIGNATURE
    good = key.sign(claims)
    head, body, signature = good.split(".")
    yield "no signature", f"{head}.{body}.", SIGNATURE
    yield "two parts", f"{head}.{body}", UNREADABLE
    forged = by_hand({}, provider.claims(sub="s2", email="mia@x.org")).split(".")[1]
    yield "a changed body", f"{head}.{forged}.{signature}", SIGNATURE
    yield "its own key in the header", other.sign(claims, kid=key.kid, jwk=other.jwk), SIGNATURE
    yield "a critical extension", key.sign(claims, crit=["x"], x=1), "critical extensions"
    yield "not a token", "x", UNREADABLE
    yield "five parts", "a.b.c.d.e", UNREADABLE
    yield "a long one", good + "A" * 20_000, "too long"
    for reason, changes in wrong_claims(provider).items():
        for changed in changes:
            yield str(changed)[:60], key.sign(provider.claims(**changed)), reason


def wrong_claims(provider):
    """{why they are refused: [claims that are otherwise than they should be; None leaves one out]}"""
    now = int(time.time())
    return {"has expired": [{"exp": now - 120}, {"exp": 0}], "from when to when": [{"exp": None}, {"exp": str(now + 300)}, {"iat": None}, {"iat": "now"}],
            "from the future": [{"iat": now + 600}, {"nbf": now + 600}],
            "for another client": [{"aud": "other"}, {"aud": [CLIENT, "other"]}, {"azp": "other"}, {"azp": ["x"]}, {"aud": None}, {"aud": []}, {"aud": {CLIENT: 1}}, {"aud": [CLIENT, "other"], "azp": "other"}],
            "of another issuer": [{"iss": "https://evil.example"}, {"iss": provider.issuer + "/"}, {"iss": None}], "of another sign-in": [{"nonce": "o" * 43}, {"nonce": None}, {"nonce": ""}],
            "who it is about": [{"sub": None}, {"sub": ""}, {"sub": "s" * 256}, {"sub": 7}, {"sub": "a b"}, {"sub": "\u00e4"}]}


def forged_tokens(program, cluster):
    with LyingProvider() as provider, stage(program, cluster, provider) as backend:
        other, elliptic, small = SigningKey("k2"), SigningKey("k3", "ES256"), SigningKey("k4", bits=1024)
        provider.keys += [elliptic.jwk, small.jwk, {"kty": "oct", "kid": "k5", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}]
        reasons = []
        for name, token, reason in wrong_tokens(provider, other):
            exchange(backend, provider.grant(f"c{len(reasons)}", token), 401, "sign_in_refused")
            reasons.append((name, reason))
        said = [line["detail"] for line in backend.lines() if line["event"] == "openid_failed"]
        assert len(said) == len(reasons), said
        for (name, reason), detail in zip(reasons, said):
            assert reason in detail, f"{name} was refused because {detail}"
        # An identity must not have been linked by any of them.
        assert "identity_link" not in [line["action"] for line in audit_lines(backend, cluster)]
        # The same with nothing wrong is let in, in all the ways that are right.
        two = provider.key.sign(provider.claims(aud=[CLIENT, "other"], azp=CLIENT, exp=int(time.time()) - 30, iat=int(time.time()) + 30))
        for code, token in (("good", None), ("two audiences and a party, clocks apart", two), ("no kid", by_hand({"alg": "RS256"}, provider.claims(), by_rsa(provider.key)))):
            assert exchange(backend, provider.grant(code, token))["user"]["name"] == "Ana"
        assert exchange(backend, provider.grant("elliptic", elliptic.sign(provider.claims())))["user"]["name"] == "Ana"
        exchange(backend, provider.grant("small", small.sign(provider.claims())), 401, "sign_in_refused")
        symmetric = by_hand({"alg": "HS256", "kid": "k5"}, provider.claims(), by_hmac(base64.urlsafe_b64decode(provider.keys[-1]["k"])))
        exchange(backend, provider.grant("symmetric", symmetric), 401, "sign_in_refused")
        print(f"  {len(reasons) + 2} forged tokens refused, each for its own reason", flush=True)


def addresses(program, cluster):
    """Whose account it is: by the address of the ID token or of the user info, once; never by an unverified one."""
    with LyingProvider() as provider, stage(program, cluster, provider) as backend:
        bare = {"email": None, "email_verified": None}
        provider.people["at-ben"] = {"sub": "b1", "email": "ben@x.org", "email_verified": True}
        assert exchange(backend, provider.grant("info", access="at-ben", sub="b1", **bare))["user"]["name"] == "Ben"
        # Once linked, what the provider says of the address does not count.
        asked = provider.asked("/me")
        assert exchange(backend, provider.grant("again", sub="b1", email="mia@x.org"))["user"]["name"] == "Ben"
        assert provider.asked("/me") == asked
        provider.people["at-swap"] = {"sub": "b1", "email": "mia@x.org", "email_verified": True}
        exchange(backend, provider.grant("somebody else's info", access="at-swap", sub="m1", **bare), 401, "sign_in_refused")
        provider.people["at-none"] = {"sub": "m1"}
        exchange(backend, provider.grant("no address", access="at-none", sub="m1", **bare), 403, "email_not_verified")
        exchange(backend, provider.grant("a token that breaks a header", access="x\r\nX-Evil: 1", sub="m1", **bare), 403, "email_not_verified")
        for number, verified in enumerate(("true", 1, False, None)):
            exchange(backend, provider.grant(f"v{number}", sub="m1", email="mia@x.org", email_verified=verified), 403, "email_not_verified")
        exchange(backend, provider.grant("taken", sub="b2", email="ben@x.org"), 403, "other_identity")
        exchange(backend, provider.grant("unknown", sub="u1", email="nobody@x.org"), 403, "no_account")
        backend.command("user", "disable", "--email", "mia@x.org")
        exchange(backend, provider.grant("closed", sub="m1", email="mia@x.org"), 403, "no_account")
        # Two people at once for one account: one of them.
        answers = queue.Queue()
        codes = [provider.grant(f"race{number}", sub=f"a{number}", email="ana@x.org") for number in range(6)]
        racers = [threading.Thread(target=lambda code=code: answers.put(backend.request(
            "POST", "/api/auth/oidc", {"code": code, "code_verifier": "v" * 43, "redirect_uri": HERE, "nonce": NONCE})[0])) for code in codes]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join()
        assert sorted(answers.get() for _ in racers) == [200, 403, 403, 403, 403, 403]


@on_one_store
def bad_requests(program, cluster):
    with LyingProvider() as provider, stage(program, cluster, provider, "--oidc-redirect-path", "calldeck") as backend:
        good = {"code": "c", "code_verifier": "v" * 43, "redirect_uri": "http://127.0.0.1:5/calldeck", "nonce": NONCE}
        for uri in ("https://127.0.0.1:5/calldeck", "http://localhost:5/calldeck", "http://127.0.0.1/calldeck", "http://127.0.0.1:0/calldeck", "http://127.0.0.1:65536/calldeck", "http://10.0.0.1:5/calldeck",
                    "http://127.0.0.1:5/other", "http://127.0.0.1:5/calldeck?x=1", "http://127.0.0.1:5/calldeck#x", "http://u@127.0.0.1:5/calldeck", "http://127.0.0.1.evil.example:5/calldeck",
                    "http://127.0.0.1:5@evil.example/calldeck", "http://127.0.0.1:5/calldeck\n", "http://[::]:5/calldeck", "http://[::1%25lo]:5/calldeck", "calldeck://x", ""):
            refused(backend, dict(good, redirect_uri=uri), "redirect_uri")
        for key, values in {"code": ("", "x" * 4001, "a\nb", "ä", 1), "code_verifier": ("v" * 42, "v" * 129, "v" * 42 + "!", None), "nonce": ("n" * 21, "n" * 129, "n" * 42 + " "),
                            "device_name": (1,)}.items():
            for value in values:
                refused(backend, dict(good, **{key: value}), key)
        assert not provider.requests, "it asked the provider for a request that was no good"
        for uri in ("http://127.0.0.1:5/calldeck", "http://[::1]:65535/calldeck"):
            exchange(backend, "unknown", 401, "sign_in_refused", redirect=uri)
        backend.stop()
        backend.extra = []
        backend.start()
        assert backend.request("GET", "/api/auth/oidc")[1]["code"] == "not_found" == backend.request("POST", "/api/auth/oidc", good)[1]["code"]


def refused(backend, body, field):
    status, answer = backend.request("POST", "/api/auth/oidc", body)
    assert status == 400 and answer["errors"][0]["field"] == field, (body, status, answer)


def slow(provider):
    def hold(handler):
        provider.held.wait(30)
        provider.send(handler, 200, {})
    return hold


def endless(handler):
    """More than anybody should take, without a length."""
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(64):
            handler.wfile.write(b" " * 65536)
    except OSError:
        handler.server.broken_off = True


@on_one_store
def provider_faults(program, cluster):
    """A provider that is down, slow, too large, or not what it says: 503 in a few seconds, nothing of the backend waits with it."""
    def fail(backend, word="provider"):
        began = time.monotonic()
        status, answer = backend.request("POST", "/api/auth/oidc", {"code": "c", "code_verifier": "v" * 43, "redirect_uri": HERE, "nonce": NONCE})
        assert (status, answer["code"]) == (503, word), (status, answer)
        return time.monotonic() - began

    def send(status, body, headers=()):
        return lambda handler: LyingProvider.send(handler, status, body, headers)

    def fail_anew(backend):
        """Once more when the failure before is forgotten."""
        asked, deadline = provider.asked(discovery), time.monotonic() + 20
        while provider.asked(discovery) == asked:
            assert time.monotonic() < deadline, "it never asks again"
            fail(backend)
            time.sleep(0.05)

    discovery = "/.well-known/openid-configuration"
    with LyingProvider() as provider, stage(program, cluster, provider) as backend:
        descriptions = [{"issuer": "https://evil.example"}, {"token_endpoint": "ftp://127.0.0.1/token"}, {"token_endpoint": None}, {"jwks_uri": "file:///etc/passwd"},
                        {"authorization_endpoint": "javascript:alert(1)"}, {"code_challenge_methods_supported": ["plain"]}, {"userinfo_endpoint": "http://u:p@127.0.0.1/"}]
        faults = [(discovery, send(500, {})), (discovery, send(302, {}, [("Location", provider.issuer + "/elsewhere")])), (discovery, send(200, b"<html>")), (discovery, endless)]
        for description in descriptions:
            provider.discovery = description
            fail_anew(backend)
        provider.discovery = {}
        for path, fault in faults:
            provider.fault = {path: fault}
            fail_anew(backend)
        assert not provider.asked("/elsewhere"), "it followed a redirect"
        provider.fault = {}
        # A failure is remembered for a moment: no crowd asks a provider that just failed.
        provider.fault = {discovery: send(500, {})}
        fail_anew(backend)
        asked = provider.asked(discovery)
        for _ in range(5):
            fail(backend)
        assert provider.asked(discovery) <= asked + 1
        provider.fault = {}
        deadline = time.monotonic() + 20
        while backend.request("GET", "/api/auth/oidc")[0] == 503 and time.monotonic() < deadline:
            time.sleep(0.05)
        exchange(backend, provider.grant("fine"))
        for path, fault in (("/token", send(500, {})), ("/token", send(401, {"error": "invalid_client"})), ("/token", endless), ("/token", send(400, {"error": "invalid_request\nx"}))):
            provider.fault = {path: fault}
            fail(backend)
        for path, body in (("/token", {}), ("/token", {"id_token": 7}), ("/token", {"id_token": "x.y.z"})):
            provider.fault = {path: send(200, body if body else b"[]")}
            exchange(backend, "c", 401, "sign_in_refused")
        provider.fault = {"/token": slow(provider)}
        with concurrent.futures.ThreadPoolExecutor() as aside:
            crowd = [aside.submit(fail, backend) for _ in range(4)]
            deadline = time.monotonic() + 10
            while provider.asked("/token") < 2 and time.monotonic() < deadline:
                time.sleep(0.01)
            token = backend.login("ada@x.org")["access_token"]
            slowest = 0
            for _ in range(50):
                began = time.monotonic()
                assert backend.request("GET", "/api/session", token=token)[0] == 200
                slowest = max(slowest, time.monotonic() - began)
            assert slowest < 2, slowest
            assert not any(one.done() for one in crowd), "the provider was not slow at all"
            for one in crowd:
                one.result()
        provider.held.set()
        print(f"  a request beside four that wait for the provider: {slowest * 1000:.0f} ms at most", flush=True)
        provider.server.shutdown()
        provider.server.server_close()
        took = fail(backend)
        assert took < 6, took
        provider.__enter__()
        provider.fault = {}
        exchange(backend, provider.grant("back"))


def key_rotation(program, cluster):
    with LyingProvider() as provider, stage(program, cluster, provider) as backend:
        exchange(backend, provider.grant("first"))
        exchange(backend, provider.grant("second"))
        assert provider.asked("/keys") == 1, "the keys are not kept"
        old, provider.key = provider.key, SigningKey("k-next")
        provider.keys = [provider.key.jwk]
        exchange(backend, provider.grant("rotated"))
        assert provider.asked("/keys") == 2
        exchange(backend, provider.grant("old", old.sign(provider.claims())), 401, "sign_in_refused")
        stranger = SigningKey("k-stranger")
        for number in range(5):
            exchange(backend, provider.grant(f"s{number}", stranger.sign(provider.claims(), kid=f"made-up-{number}")), 401, "sign_in_refused")
        assert provider.asked("/keys") == 2, "made-up keys make it ask more than once a minute"
        exchange(backend, provider.grant("still"))


@on_one_store
def confidential_client(program, cluster):
    """With a secret: it goes in a header or the body, as the provider likes it, and nothing that is secret into the log."""
    folder = tempfile.mkdtemp(prefix="calldeck-oidc-")
    secret = os.path.join(folder, "secret")
    with open(os.open(secret, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as out:
        out.write("s3cr3t:with/odd+signs\n")
    with LyingProvider() as provider, stage(program, cluster, provider, "--oidc-client-secret-file", secret) as backend:
        tokens = exchange(backend, provider.grant("canary-code"), verifier="canary-verifier" + "v" * 40)
        _, headers, body = [one for one in provider.requests if one[0] == "/token"][-1]
        name, _, given = base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode().partition(":")
        assert (urllib.parse.unquote(name), urllib.parse.unquote(given)) == (CLIENT, "s3cr3t:with/odd+signs") and "s3cr3t" not in body, (headers, body)
        provider.discovery = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
        backend.stop()
        backend.start()
        exchange(backend, provider.grant("canary-post"))
        _, headers, body = [one for one in provider.requests if one[0] == "/token"][-1]
        assert "Authorization" not in headers and urllib.parse.parse_qs(body)["client_secret"] == ["s3cr3t:with/odd+signs"]
        exchange(backend, "canary-unknown", 401, "sign_in_refused")
        exchange(backend, provider.grant("canary-bad", by_hand({"alg": "none"}, provider.claims())), 401, "sign_in_refused")
        with open(backend.log_file, encoding="utf-8") as log:
            text = log.read()
        assert "openid_failed" in text
        for canary in ("canary", "s3cr3t", "at-0000", tokens["access_token"], tokens["refresh_token"], NONCE, "eyJ", "ana@x.org"):
            assert canary not in text, canary
        for path in pathlib.Path(f"/proc/{backend.process.pid}").glob("cmdline"):
            assert b"s3cr3t" not in path.read_bytes()
    shutil.rmtree(folder)


@on_one_store
def certificates(program, cluster):
    folder = tempfile.mkdtemp(prefix="calldeck-oidc-")
    own, other = Authority(folder, "own"), Authority(folder, "other")
    with LyingProvider(own.server("provider")) as provider:
        with stage(program, cluster, provider, "--oidc-ca", own.path("pem")) as backend:
            assert exchange(backend, provider.grant("good"))["user"]["name"] == "Ana"
        for words in (["--oidc-ca", other.path("pem")], []):
            with stage(program, cluster, provider, *words) as backend:
                exchange(backend, provider.grant("not trusted"), 503, "provider")
        with stage(program, cluster, provider, "--oidc-ca", own.path("pem")) as backend:
            # What was begun over TLS does not go on without it.
            provider.discovery = {"token_endpoint": f"http://127.0.0.1:{provider.port}/token"}
            exchange(backend, provider.grant("plain"), 503, "provider")
    shutil.rmtree(folder)


def rates(program, cluster):
    limits = {name: value for name, value in WIDE.items() if "logins" not in name}
    with LyingProvider() as provider, stage(program, cluster, provider, limits=limits) as backend:
        answers = [backend.request("POST", "/api/auth/oidc", {"code": provider.grant(f"c{number}"), "code_verifier": "v" * 43, "redirect_uri": HERE, "nonce": NONCE})[0] for number in range(8)]
        assert answers.count(200) == 5 and answers[5:] == [429] * 3, answers
        # Whoever guesses the password does not lock out who comes this way, nor the other way round.
        assert backend.request("POST", "/api/auth/login", {"email": "ana@x.org", "password": "correct-horse-battery"})[0] == 200
        answers = [backend.request("POST", "/api/auth/oidc", {"code": "wrong", "code_verifier": "v" * 43, "redirect_uri": HERE, "nonce": NONCE})[0] for _ in range(20)]
        assert answers[0] == 401 and answers[-1] == 429, answers
        asked = provider.asked("/token")
        assert backend.request("POST", "/api/auth/oidc", {"code": "wrong", "code_verifier": "v" * 43, "redirect_uri": HERE, "nonce": NONCE})[0] == 429
        assert provider.asked("/token") == asked


@on_one_store
def options(program, cluster):
    """Half a set-up is refused at the start, by name."""
    folder = tempfile.mkdtemp(prefix="calldeck-oidc-")
    open_file = os.path.join(folder, "open")
    with open(open_file, "w", encoding="ascii") as out:
        out.write("secret\n")
    os.chmod(open_file, 0o644)
    issuer, client = ["--oidc-issuer", "https://id.example"], ["--oidc-client-id", "c"]
    for words, said in ((client, "--oidc-issuer is missing"), (["--oidc-ca", "/x"], "--oidc-issuer is missing"), (["--oidc-redirect-path", "x"], "--oidc-issuer is missing"),
                        (["--oidc-client-secret-file", "/x"], "--oidc-issuer is missing"), (issuer, "--oidc-client-id is missing"),
                        (["--oidc-issuer", "http://id.example", *client], "--oidc-issuer is https"), (["--oidc-issuer", "https://id.example?x=1", *client], "--oidc-issuer is https"),
                        (["--oidc-issuer", "https://id.example#x", *client], "--oidc-issuer is https"), (["--oidc-issuer", "nonsense", *client], "--oidc-issuer is https"),
                        ([*issuer, *client, "--oidc-ca", "/nowhere"], "--oidc-ca"), ([*issuer, *client, "--oidc-client-secret-file", open_file], "can be read by others"),
                        ([*issuer, *client, "--oidc-redirect-path", "a/b"], "--oidc-redirect-path")):
        done = subprocess.run([program, "--store", "sqlite:" + os.path.join(folder, "s.db"), *words], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, timeout=20, check=False)
        assert done.returncode == 2 and said in done.stderr, (words, done.returncode, done.stderr)
    config = os.path.join(folder, "config.json")
    with open(config, "w", encoding="utf-8") as out:
        json.dump({"oidc_client_id": "c"}, out)
    done = subprocess.run([program, "--store", "sqlite:" + os.path.join(folder, "s.db"), "--config", config], stderr=subprocess.PIPE, text=True, timeout=20, check=False)
    assert done.returncode == 2 and "--oidc-issuer is missing" in done.stderr, done.stderr
    shutil.rmtree(folder)


# --- the desk --------------------------------------------------------------------------------------------------------------------

class Flow:
    """The desk's flow in a process of its own; this test is its browser."""

    def __init__(self, program, backend, *words):
        driver = os.path.join(os.path.dirname(program), "sign_in_driver")
        self.process = subprocess.Popen([driver, "--server", f"http://127.0.0.1:{backend.port}", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.events = queue.Queue()
        self.said = []
        threading.Thread(target=lambda: [self.events.put(json.loads(line)) for line in self.process.stdout], daemon=True).start()
        threading.Thread(target=lambda: [self.said.append(line) for line in self.process.stderr], daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=10)
        assert self.process.returncode == 0, self.said

    def do(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def hear(self, event, seconds=20):
        heard = self.events.get(timeout=seconds)
        assert heard["event"] == event, (heard, self.said)
        return heard

    def begin(self):
        """(the address that the browser is shown, its parameters)"""
        self.do("start")
        url = self.hear("browse")["url"]
        return url, {name: values[0] for name, values in urllib.parse.parse_qs(urllib.parse.urlsplit(url).query).items()}

    def refused(self, words):
        heard = self.hear("done")
        assert not heard["ok"] and words in heard["error"], heard
        assert self.events.empty()


def visit(url):
    """What a browser gets at the desk; nothing when nobody listens."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode()
    except (urllib.error.URLError, OSError):
        return None, ""


def back(asked, **parameters):
    return asked["redirect_uri"] + "?" + urllib.parse.urlencode({"state": asked["state"], **parameters})


def desk_flow(program, cluster):
    """From the desk's button to its tokens, with the independent provider."""
    with RealProvider(PEOPLE) as provider, stage(program, cluster, provider, "--oidc-redirect-path", "calldeck") as backend, Flow(program, backend) as flow:
        flow.do("ask")
        assert flow.hear("asked")["offers"] is True
        url, asked = flow.begin()
        assert asked["code_challenge_method"] == "S256" and asked["response_type"] == "code" and asked["scope"] == "openid email", asked
        assert all(len(asked[name]) == 43 for name in ("state", "nonce", "code_challenge")), asked
        home = Browser().sign_in(url, "s-ana")
        status, page = visit(home)
        assert status == 200 and "close this page" in page and "code" not in page
        done = flow.hear("done")
        assert done["ok"] and done["email"] == "ana@x.org" and done["workspace"] == "Acme" and done["kept"].startswith("session http://127.0.0.1:"), done
        assert backend.request("GET", "/api/session", token=done["access"])[0] == 200
        second = flow.begin()[1]
        assert all(second[name] != asked[name] for name in ("state", "nonce", "code_challenge", "redirect_uri")), "something was used twice"
        flow.do("cancel")
        flow.hear("cancelled")
        assert visit(back(second, code="late"))[0] is None, "it listens after Cancel"
        url, _ = flow.begin()
        assert visit(Browser().sign_in(url, "s-ana", consents=False))[0] == 200
        flow.refused("refused in the browser")
        url, _ = flow.begin()
        visit(Browser().sign_in(url, "s-new"))
        flow.refused("no open account with your address")
        assert not flow.said, flow.said


@on_one_store
def desk_dangers(program, cluster):
    """What others on this machine or in the browser could do to a sign-in."""
    with LyingProvider() as provider, stage(program, cluster, provider) as backend:
        with Flow(program, backend) as flow:
            _, asked = flow.begin()
            place = urllib.parse.urlsplit(asked["redirect_uri"])
            assert place.hostname == "127.0.0.1" and len(place.path) == 44, asked
            only_here(place.port)
            assert visit(f"http://127.0.0.1:{place.port}/")[0] == 404 and visit(f"http://127.0.0.1:{place.port}/{'x' * 43}?code=c&state={asked['state']}")[0] == 404
            assert raw(place.port, b"POST " + place.path.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").startswith(b"HTTP/1.1 404")
            assert raw(place.port, b"GET " + place.path.encode() + b"?code=c HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 400")
            assert raw(place.port, b"\x16\x03\x01" + b"x" * 20_000)[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 431")
            # None of it was the answer: the right one still is taken, and only the first of two.
            code = provider.grant("good", nonce=asked["nonce"])
            assert visit(back(asked, code=code))[0] == 200
            assert visit(back(asked, code="another"))[0] in (410, None), "it took a second answer"
            done = flow.hear("done")
            assert done["ok"] and done["email"] == "ana@x.org", done
            sent = urllib.parse.parse_qs([one for one in provider.requests if one[0] == "/token"][-1][2])
            assert sent["code"] == ["good"] and sent["redirect_uri"] == [asked["redirect_uri"]], sent
            assert base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"][0].encode()).digest()).rstrip(b"=").decode() == asked["code_challenge"]
            tokens = provider.asked("/token")
            for parameters, words in (({"code": "c", "state": "forged" + "0" * 37}, "does not belong to this sign-in"), ({"code": "c", "state": ""}, "does not belong to this sign-in"),
                                      ({"code": "c", "iss": "https://evil.example"}, "another sign-in page"), ({"error": "access_denied"}, "refused in the browser"),
                                      ({"error": "<b>server_error"}, "could not sign you in"), ({}, "could not sign you in")):
                _, asked = flow.begin()
                assert visit(back(asked, **parameters))[0] == 200
                flow.refused(words)
            assert provider.asked("/token") == tokens, "a forged answer reached the provider"
            _, asked = flow.begin()
            visit(back(asked, code=provider.grant("for another", nonce=NONCE)))
            flow.refused("not accepted")
            _, asked = flow.begin()
            provider.fault = {"/token": lambda handler: LyingProvider.send(handler, 500, {})}
            visit(back(asked, code="c"))
            flow.refused("identity provider does not answer")
            backend.stop()
            flow.do("start")
            flow.refused("cannot be reached")
            backend.extra = []
            backend.listen = backend.port
            backend.start()
            flow.do("ask")
            assert flow.hear("asked")["offers"] is False
            flow.do("start")
            flow.refused("offers no sign-in with a browser")
            assert not flow.said, flow.said


@on_one_store
def desk_patience(program, cluster):
    with LyingProvider() as provider, stage(program, cluster, provider) as backend:
        with Flow(program, backend, "--patience", "400") as flow:
            _, asked = flow.begin()
            flow.refused("in time")
            assert visit(back(asked, code=provider.grant("late", nonce=asked["nonce"])))[0] is None, "it listens after its time"
        with Flow(program, backend, "--no-browser") as flow:
            flow.do("start")
            flow.refused("No browser could be opened")
        # A sign-in that is cancelled while the backend asks the provider signs nobody in.
        with Flow(program, backend) as flow:
            _, asked = flow.begin()
            provider.fault = {"/token": slow(provider)}
            visit(back(asked, code="c"))
            deadline = time.monotonic() + 10
            while not provider.asked("/token") and time.monotonic() < deadline:
                time.sleep(0.01)
            flow.do("cancel")
            flow.hear("cancelled")
            provider.held.set()
            flow.do("ask")
            assert flow.hear("asked")["offers"] is True, "it ended after it was cancelled"


def raw(port, data):
    with socket.create_connection(("127.0.0.1", port), timeout=15) as wire:
        wire.sendall(data)
        return wire.recv(4096)


def only_here(port):
    """Not on any other address of this machine: the kernel's own list, and tries."""
    listening = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table, encoding="ascii") as lines:
            for line in list(lines)[1:]:
                address, state = line.split()[1], line.split()[3]
                if state == "0A" and int(address.rsplit(":", 1)[1], 16) == port:
                    listening.append(address.rsplit(":", 1)[0])
    assert listening == ["0100007F"], listening
    for family, address in ((socket.AF_INET, "127.0.0.2"), (socket.AF_INET6, "::1")):
        with socket.socket(family) as probe:
            probe.settimeout(5)
            assert probe.connect_ex((address, port)) != 0, address


@on_one_store
def dialog(program, cluster):
    """The real program: the button in its dialog, a browser on its PATH, its window."""
    with RealProvider(PEOPLE) as provider, stage(program, cluster, provider, "--oidc-redirect-path", "calldeck") as backend, desk.Workplace() as data, desk.XServer() as screen:
        status, answer = backend.request("POST", "/api/calls/intake", {"calls": calls()}, token=backend.command("token", "--user", "ada@x.org"))
        assert status == 200, answer
        place = data + ".browser"
        os.makedirs(place)
        script = os.path.join(place, "xdg-open")
        with open(script, "w", encoding="ascii") as out:
            out.write('#!/bin/sh\nprintf "%s\\n" "$1" > "$0.tmp" && mv "$0.tmp" "$0.shown"\n')
        os.chmod(script, stat.S_IRWXU)
        window = desk.Desk(os.path.dirname(program), screen.display, data, "--server", f"http://127.0.0.1:{backend.port}",
                           env={"PATH": place + os.pathsep + os.environ["PATH"], "HOME": place, "XDG_DATA_HOME": place + "/data", "DBUS_SESSION_BUS_ADDRESS": "disabled:"})
        try:
            shown = press_browser_button(window, script)
            asked = urllib.parse.parse_qs(urllib.parse.urlsplit(shown).query)
            assert asked["client_id"] == [CLIENT], shown
            assert visit(Browser().sign_in(shown, "s-ana"))[0] == 200
            desk.wait_for("the data", lambda: window.said("data open") or window.process.poll() is not None, 30)
            window.wait_until_painted()
            kept = [json.loads(path.read_text(encoding="utf-8")) for path in pathlib.Path(place).rglob("account.json")]
            assert [one["email"] for one in kept] == ["ana@x.org"], kept
            for path in pathlib.Path(os.path.dirname(data)).rglob("*"):
                if path.is_file() and path != pathlib.Path(script + ".shown"):
                    content = path.read_bytes()
                    assert not TOKEN.search(content) and asked["state"][0].encode() not in content, path
        finally:
            window.close()


def press_browser_button(window, script):
    found = desk.wait_for("the dialog", lambda: visible(window, "Sign in to Calldeck"))
    window.xdotool("windowactivate", "--sync", found[-1])
    for _ in range(20):
        # The button comes when the server has answered; a key that comes before it is nobody's.
        window.keys("alt+b")
        with contextlib.suppress(AssertionError):
            return desk.wait_for("the browser", lambda: os.path.exists(script + ".shown") and pathlib.Path(script + ".shown").read_text(encoding="ascii").strip(), 1)
    raise AssertionError(f"no browser was opened; the desk said: {window.lines}")


def visible(window, name):
    found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", name], env=dict(os.environ, DISPLAY=window.display), capture_output=True, text=True, check=False)
    return found.stdout.split()


SCENES = [options, independent_provider, forged_tokens, addresses, bad_requests, key_rotation, confidential_client, certificates, rates, desk_flow, desk_dangers, desk_patience, dialog, provider_faults]

if __name__ == "__main__":
    scenes.run(__doc__, SCENES)
