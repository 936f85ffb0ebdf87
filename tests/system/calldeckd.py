"""What the system tests of the backend share: the program in a process of its own, a desk that talks to it, a WebSocket by hand."""

import base64
import http.client
import json
import os
import signal
import socket
import subprocess
import tempfile
import time

PASSWORD = "correct-horse-battery"
WIDE = {"user_rate": 1e6, "user_burst": 1e6, "service_rate": 1e6, "service_burst": 1e6, "peer_rate": 1e6, "peer_burst": 1e6,
        "logins_per_minute": 6000, "peer_logins_per_minute": 6000, "sockets_per_user": 1e6}


def moment(offset=0):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() + offset))


class Calldeckd:
    """One backend over one store. `command` runs the program beside it."""

    def __init__(self, program, store, folder, limits=WIDE, name="log", port=0):
        self.program = program
        self.listen = port
        self.store = store
        self.folder = folder
        self.log_file = os.path.join(folder, name)
        self.config = os.path.join(folder, name + ".json")
        with open(self.config, "w", encoding="utf-8") as out:
            json.dump({"limits": limits}, out)
        # A file has it beside it.
        self.secret = ["--secret", os.path.join(folder, "secret")] if store.startswith("postgres") else []
        self.extra = []
        self.process = None
        self.port = None

    def command(self, *words, expect=0, password=PASSWORD, **environment):
        done = subprocess.run([self.program, "--store", self.store, *self.secret, *words], env=dict(os.environ, CALLDECK_PASSWORD=password, **environment), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        assert done.returncode == expect, (words, done.returncode, done.stdout, done.stderr)
        return done.stdout.strip()

    def start(self, **environment):
        before = os.path.getsize(self.log_file) if os.path.exists(self.log_file) else 0
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen([self.program, "--store", self.store, *self.secret, "--listen", f"127.0.0.1:{self.listen}", "--config", self.config, *self.extra], stdout=subprocess.DEVNULL, stderr=log,
                                            env=dict(os.environ, **environment))
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self.process.poll() is None:
            for line in self.lines(before):
                if line.get("event") == "listening":
                    self.port = line["port"]
                    return self
            time.sleep(0.02)
        raise AssertionError(f"calldeckd did not start: {open(self.log_file, encoding='utf-8').read()[before:]}")

    def lines(self, start=0):
        with open(self.log_file, "rb") as log:
            log.seek(start)
            return [json.loads(line) for line in log.read().decode().splitlines() if line.startswith("{")]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        assert code == 0, code

    def kill(self):
        self.process.kill()
        self.process.wait()

    def request(self, method, path, body=None, token=None, headers=None, timeout=30):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            all_headers = dict(headers or {})
            if token:
                all_headers["Authorization"] = "Bearer " + token
            if body is not None:
                all_headers.setdefault("Content-Type", "application/json")
                body = body if isinstance(body, bytes) else json.dumps(body).encode()
            connection.request(method, path, body=body, headers=all_headers)
            response = connection.getresponse()
            data = response.read()
        finally:
            connection.close()
        kind = response.headers.get("Content-Type", "")
        return response.status, json.loads(data) if "json" in kind and data else data

    def login(self, email, password=PASSWORD, expect=200):
        status, answer = self.request("POST", "/api/auth/login", {"email": email, "password": password, "device_name": "test"})
        assert status == expect, (status, answer)
        return answer


class Desk:
    """A device of a person: makes edits, pushes them, follows the feed."""

    def __init__(self, backend, email, device):
        self.backend = backend
        self.email = email
        self.device = device
        self.token = backend.login(email)["access_token"]
        self.epoch = self.get("/api/session")["epoch"]
        self.cursor = 0
        self.lseq = 0
        self.rows = {}

    def get(self, path, expect=200):
        status, answer = self.backend.request("GET", path, token=self.token)
        assert status == expect, (path, status, answer)
        return answer

    def edit(self, op, args=None, record="c1", kind="call"):
        # Ids are ordered by time, as those of real desks: notes of one moment are listed by them.
        self.lseq += 1
        return {"mid": f"{self.device}-{self.lseq:06d}", "lseq": self.lseq, "kind": kind, "id": record, "op": op, "args": args or {},
                "base_ver": self.rows.get((kind, record), {}).get("ver", 0), "at": moment()}

    def envelope(self, edits):
        return {"device": self.device, "epoch": self.epoch, "schema_ver": 1, "ms": edits}

    def push(self, *edits, expect=200):
        status, answer = self.backend.request("POST", "/api/sync/push", self.envelope(list(edits)), token=self.token)
        assert status == expect, (status, answer)
        return answer["results"] if status == 200 else answer

    def one(self, op, args=None, record="c1", kind="call"):
        results = self.push(self.edit(op, args, record, kind))
        assert len(results) == 1, results
        return results[0]

    def take(self, rows):
        for row in rows:
            known = self.rows.get((row["kind"], row["id"]))
            if not known or row["ver"] > known["ver"]:
                self.rows[(row["kind"], row["id"])] = row

    def pull(self):
        while True:
            page = self.get(f"/api/sync/changes?cursor={self.epoch}.{self.cursor}&limit=50")
            assert page["from"] == self.cursor and page["to"] >= self.cursor, page
            self.take(page["rows"])
            self.cursor = page["to"]
            if page["to"] >= page["head"]:
                return page["head"]

    def snapshot(self):
        path, s = f"/api/sync/snapshot?epoch={self.epoch}&limit=10", None
        self.rows = {}
        where = ""
        while True:
            page = self.get(path + where)
            s = page["s"] if s is None else s
            assert page["s"] == s
            self.take(page["rows"])
            if not page["next"]:
                self.cursor = s
                return
            where = f"&s={s}&kind={page['next']['kind']}&after={page['next']['after'].replace('+', '%2B')}"

    def row(self, record="c1", kind="call"):
        found = self.rows.get((kind, record))
        return None if found is None or found.get("deleted") else found["row"]

    def ticket(self):
        status, answer = self.backend.request("POST", "/api/ws-ticket", token=self.token)
        assert status == 200, answer
        return answer["ticket"]


def missed_call(number="+14155552671"):
    return {"customer_number_raw": number, "status": "MISSED", "call_type": "INBOUND", "started_at": moment(-60)}


class Socket:
    """A WebSocket client that reads text and the closing code."""

    def __init__(self, port, ticket, headers=(), path="/ws/calls", key=None, version=13):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        key = key or base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {key}", f"Sec-WebSocket-Version: {version}",
                 f"Sec-WebSocket-Protocol: calldeck.v1, ticket.{ticket}", *headers, "", ""]
        self.socket.sendall("\r\n".join(lines).encode())
        self.rest = b""
        while b"\r\n\r\n" not in self.rest:
            more = self.socket.recv(4096)
            if not more:
                break
            self.rest += more
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def body(self):
        """Of a refusal."""
        length = int(self.headers.get("content-length", 0))
        return json.loads(self.need(length)) if length else ""

    def need(self, count):
        while len(self.rest) < count:
            more = self.socket.recv(4096)
            if not more:
                raise ConnectionError("closed")
            self.rest += more
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def next(self, timeout=10):
        """A text as JSON, or the closing code as a number; pings are passed over."""
        self.socket.settimeout(timeout)
        while True:
            first, second = self.need(2)
            length = second & 0x7f
            if length == 126:
                length = int.from_bytes(self.need(2), "big")
            payload = self.need(length)
            if first & 0x0f == 1:
                return json.loads(payload)
            if first & 0x0f == 8:
                return int.from_bytes(payload[:2], "big") if payload else 1005

    def hint(self, timeout=10):
        """The next hint, or the closing code; what happened beside it is passed over."""
        while True:
            message = self.next(timeout)
            if isinstance(message, int) or message["t"] == "hint":
                return message

    def close(self):
        self.socket.close()


def ask(backend, token, method, path, body=None, expect=200, headers=None):
    status, answer = backend.request(method, path, body, token=token, headers=headers)
    assert status == expect, (method, path, status, answer)
    return answer


def wait_for(backend, token, path, ends, seconds=60):
    """A job, once its status is one of `ends`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = ask(backend, token, "GET", path)
        if answer["status"] in ends:
            return answer
        time.sleep(0.05)
    raise AssertionError(answer)


def form(content, name="photo.png", kind="image/png", field="file", boundary="xYzzY"):
    return (f"--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n".encode() + content + f"\r\n--{boundary}--\r\n".encode(),
            {"Content-Type": f"multipart/form-data; boundary={boundary}"})


def attach(backend, token, call, content, expect=201, **words):
    body, headers = form(content, **words)
    return ask(backend, token, "POST", f"/api/calls/{call}/attachments", body, expect, headers)


def folder():
    return tempfile.mkdtemp(prefix="calldeckd-")
