"""Identity providers for tests: one of our own, which can sign anything and misbehave in every way, and oidc-provider by panva in a process of its own."""

import base64
import hashlib
import hmac
import http.cookiejar
import http.server
import json
import os
import re
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from prism import API, free_port

CLIENT = "calldeck-desk"


def packed(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class SigningKey:
    """A key with its public half as a JWK."""

    def __init__(self, kid, algorithm="RS256", bits=2048):
        self.kid, self.algorithm = kid, algorithm
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=bits) if algorithm == "RS256" else ec.generate_private_key(ec.SECP256R1())
        self.jwk = {**self._public(), "kid": kid, "use": "sig", "alg": algorithm}

    def _public(self):
        numbers = self.private.public_key().public_numbers()
        if self.algorithm == "RS256":
            return {"kty": "RSA", "n": packed(numbers.n.to_bytes(self.private.key_size // 8, "big")), "e": "AQAB"}
        return {"kty": "EC", "crv": "P-256", "x": packed(numbers.x.to_bytes(32, "big")), "y": packed(numbers.y.to_bytes(32, "big"))}

    def pem(self):
        return self.private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    def sign(self, claims, **header):
        return by_hand({"alg": self.algorithm, "typ": "JWT", "kid": self.kid, **header}, claims, by_rsa(self) if self.algorithm == "RS256" else self._by_curve)

    def _by_curve(self, text):
        r, s = decode_dss_signature(self.private.sign(text, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def by_hand(header, claims, sign=lambda text: b""):
    """A token that no library would make."""
    text = packed(json.dumps(header).encode()) + "." + packed(json.dumps(claims).encode())
    return text + "." + packed(sign(text.encode()))


def by_hmac(key):
    return lambda text: hmac.new(key, text, hashlib.sha256).digest()


def by_rsa(key):
    return lambda text: key.private.sign(text, padding.PKCS1v15(), hashes.SHA256())


class LyingProvider:
    """Serves discovery, keys, tokens and user info as its attributes say. A code is good once; what it stands for is what grant() was told."""

    def __init__(self, certificate=None):
        self.key = SigningKey("k1")
        self.keys = [self.key.jwk]
        self.port = free_port()
        self.certificate = certificate
        self.issuer = f"https://localhost:{self.port}" if certificate else f"http://127.0.0.1:{self.port}"
        self.codes = {}
        self.people = {}      # access token: what user info says
        self.discovery = {}   # replaces members of the discovery document
        self.fault = {}       # path: function(handler) that answers instead
        self.requests = []    # (path, headers, body)
        self.always = {}      # what every code stands for that was not granted
        self.held = threading.Event()
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                provider.answer(self, b"")

            def do_POST(self):
                provider.answer(self, self.rfile.read(int(self.headers.get("Content-Length", 0))))

        self.handler = Handler
        self.server = None

    def __enter__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), self.handler)
        self.server.daemon_threads = True
        if self.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self.certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.held.set()
        self.server.shutdown()
        self.server.server_close()

    def asked(self, path):
        return len([one for one in self.requests if one[0] == path])

    def claims(self, **changed):
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "s1", "iat": now, "exp": now + 300, "nonce": "n" * 43, "email": "ana@x.org", "email_verified": True, **changed}
        return {name: value for name, value in claims.items() if value is not None}

    def grant(self, code, token=None, access="at-" + "0" * 20, status=200, **changed):
        """What the code will give: `token` as it stands, else one signed with the own key, with changed claims; None leaves one out."""
        self.codes[code] = (status, {"access_token": access, "token_type": "Bearer", "id_token": token or self.key.sign(self.claims(**changed))})
        return code

    @staticmethod
    def send(handler, status, body, headers=()):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(data)))
        for name, value in headers:
            handler.send_header(name, value)
        handler.end_headers()
        try:
            handler.wfile.write(data)
        except OSError:
            pass  # whoever asked had enough

    def answer(self, handler, body):
        path = urllib.parse.urlsplit(handler.path).path
        self.requests.append((path, dict(handler.headers), body.decode()))
        if path in self.fault:
            return self.fault[path](handler)
        if path == "/.well-known/openid-configuration":
            return self.send(handler, 200, {"issuer": self.issuer, "authorization_endpoint": self.issuer + "/auth", "token_endpoint": self.issuer + "/token", "jwks_uri": self.issuer + "/keys",
                                            "userinfo_endpoint": self.issuer + "/me", "code_challenge_methods_supported": ["S256"], **self.discovery})
        if path == "/keys":
            return self.send(handler, 200, {"keys": self.keys})
        if path == "/token":
            code = urllib.parse.parse_qs(body.decode()).get("code", [""])[0]
            default = (200, {"access_token": "at", "id_token": self.key.sign(self.claims(**self.always))}) if self.always else (400, {"error": "invalid_grant"})
            return self.send(handler, *self.codes.pop(code, default))
        if path == "/me":
            return self.send(handler, 200, self.people.get(handler.headers.get("Authorization", "").removeprefix("Bearer "), {}))
        return self.send(handler, 404, {})


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Browser:
    """A browser as far as signing in needs one: cookies, redirects, the two forms of oidc-provider. It stops before it would go to the desk."""

    def __init__(self):
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), NoRedirects())

    def open(self, url, form=None):
        """(status, where it redirects to, body)"""
        data = urllib.parse.urlencode(form).encode() if form else None
        try:
            with self.opener.open(urllib.request.Request(url, data), timeout=30) as answer:
                return answer.status, None, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.headers.get("Location"), answer.read().decode()

    def sign_in(self, url, who, desk="/calldeck", consents=True):
        """From the provider's first page to the address of the desk that it would go to."""
        for _ in range(20):
            status, to, page = self.open(url)
            if to is None and status == 200:
                action = urllib.parse.urljoin(url, re.search(r'<form[^>]*action="([^"]+)"', page).group(1))
                prompt = re.search(r'name="prompt" value="(\w+)"', page).group(1)
                if prompt == "consent" and not consents:
                    url = action.rstrip("/") + "/abort"
                    continue
                status, to, page = self.open(action, {"prompt": prompt, "login": who, "password": "any"})
            assert to, (status, page[:500])
            url = urllib.parse.urljoin(url, to)
            if urllib.parse.urlsplit(url).path.startswith(desk):
                return url
        raise AssertionError("the provider never came to an end")


class RealProvider:
    """oidc-provider (npm) as a process."""

    def __init__(self, accounts):
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.accounts = accounts
        self.process = None

    def __enter__(self):
        options = json.dumps({"port": self.port, "accounts": self.accounts, "client_id": CLIENT})
        self.process = subprocess.Popen(["node", "provider.mjs", options], cwd=API, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=dict(os.environ, NODE_ENV="test"))
        for line in self.process.stdout:
            if line.strip() == "listening":
                threading.Thread(target=self.process.stdout.read, daemon=True).start()
                return self
        raise AssertionError("oidc-provider did not start: (cd tests/api && npm ci)")

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
