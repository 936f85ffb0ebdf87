#!/usr/bin/env python3
"""Attachments in a folder and in an S3-compatible store (s3rver from npm, when it is installed beside this file), and mail to a server of Debian's aiosmtpd.
`--only NAME` runs one scene."""

import atexit
import email
import hashlib
import hmac
import http.client
import http.server
import json
import os
import pathlib
import shutil
import socket
import stat
import subprocess
import threading
import time

import scenes
from backend import Stage
from calldeckd import Desk, ask, attach, form, missed_call, wait_for
from events import fill, soon

HERE = pathlib.Path(__file__).resolve().parent
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40


def blobs(backend):
    return [path for path in pathlib.Path(backend.folder).rglob("attachments/*") if path.is_file()]


def round_trip(backend, in_folder):
    ben, ana = Desk(backend, "ben@x.org", "d1"), Desk(backend, "ana@x.org", "d2")
    ben.one("create", missed_call())
    made = attach(backend, ben.token, "c1", PNG, name="..\\..\\evil\u202egnp.png")["attachment"]
    assert made["name"] == "evilgnp.png" and made["bytes"] == len(PNG) and made["call_id"] == "c1" and made["type"] == "image/png", made
    attach(backend, ana.token, "c1", "Straße".encode(), name="note.txt", kind="text/plain; charset=utf-8")
    listed = ask(backend, ben.token, "GET", "/api/calls/c1/attachments")
    assert [one["name"] for one in listed["attachments"]] == ["evilgnp.png", "note.txt"] and listed["next"] is None
    shown = ask(backend, ana.token, "GET", f"/api/attachments/{made['id']}")
    assert shown["attachment"] == made
    status, content = backend.request("GET", shown["downloadUrl"])
    assert status == 200 and content == PNG
    for wrong in (dict(kind="application/pdf"), dict(kind="text/html"), dict(field="other"), dict(kind="text/plain")):
        attach(backend, ben.token, "c1", PNG, expect=400, **wrong)
    attach(backend, ben.token, "nothing", PNG, expect=404)
    body, headers = form(PNG)
    for cut in (1, 30, len(body) - 5, len(body) - 20):
        assert backend.request("POST", "/api/calls/c1/attachments", body[:cut], token=ben.token, headers=headers)[0] == 400, cut
    assert backend.request("POST", "/api/calls/c1/attachments", body, token=ben.token, headers={"Content-Type": "multipart/form-data"})[0] == 400
    assert backend.request("POST", "/api/calls/c1/attachments", body, headers=headers)[0] == 401
    second = listed["attachments"][1]["id"]
    assert backend.request("DELETE", f"/api/attachments/{second}", token=ben.token)[0] == 403
    assert backend.request("DELETE", f"/api/attachments/{made['id']}", token=ana.token)[0] == 204
    assert backend.request("GET", shown["downloadUrl"])[0] == 404
    ask(backend, ana.token, "GET", f"/api/attachments/{made['id']}", expect=404)
    if in_folder:
        files = blobs(backend)
        assert len(files) == 1 and stat.S_IMODE(files[0].stat().st_mode) == 0o600 and "note" not in files[0].name, files
    assert "whole" in backend.command("audit", "verify")
    return second


def folder(program, cluster):
    with Stage(program, cluster) as backend:
        backend.stop()
        backend.extra = ["--data", os.path.join(backend.folder, "files"), "--attachment-quota-mb", "27"]
        backend.start()
        round_trip(backend, True)
        ben = Desk(backend, "ben@x.org", "d1")
        big = PNG[:8] + b"x" * (25 * 1024 * 1024 - 8)
        attach(backend, ben.token, "c1", big)
        assert "room" in attach(backend, ben.token, "c1", PNG[:8] + b"x" * 1_000_000, expect=409)["detail"]
        attach(backend, ben.token, "c1", big + b"x", expect=400)
        body, headers = form(big + b"x" * 100_000)
        try:
            assert backend.request("POST", "/api/calls/c1/attachments", body, token=ben.token, headers=headers)[0] == 413
        except (ConnectionError, OSError):
            pass  # it may close before all was sent
        assert len(blobs(backend)) == 2
        # A link in the folder's place is refused, and with it the start.
        backend.stop()
        files = pathlib.Path(backend.folder) / "files"
        shutil.move(files / "attachments", files / "elsewhere")
        os.symlink(files / "elsewhere", files / "attachments")
        try:
            backend.start()
            raise RuntimeError("a link was followed")
        except AssertionError as refused:
            assert "cannot be used" in str(refused), refused
        os.remove(files / "attachments")
        shutil.move(files / "elsewhere", files / "attachments")
        backend.start()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, process):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None, "it did not start"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("it does not listen")


class SignatureGate(http.server.BaseHTTPRequestHandler):
    """Before s3rver, which takes any signature of version 4: lets through what is signed as AWS describes it, and whose body is the one that was signed."""
    secret, behind = "S3RVER", 0

    def passes(self, body):
        parts = dict(part.split("=", 1) for part in self.headers["Authorization"].removeprefix("AWS4-HMAC-SHA256 ").replace(" ", "").split(","))
        scope = parts["Credential"].split("/")[1:]
        names = parts["SignedHeaders"].split(";")
        digest = self.headers["x-amz-content-sha256"]
        canonical = "\n".join([self.command, self.path, "", *[f"{name}:{self.headers[name].strip()}" for name in names], "", ";".join(names), digest])
        text = "\n".join(["AWS4-HMAC-SHA256", self.headers["x-amz-date"], "/".join(scope), hashlib.sha256(canonical.encode()).hexdigest()])
        key = ("AWS4" + self.secret).encode()
        for word in scope:
            key = hmac.digest(key, word.encode(), "sha256")
        needed = {"host", "x-amz-content-sha256", "x-amz-date"}
        return needed <= set(names) and digest == hashlib.sha256(body).hexdigest() and hmac.new(key, text.encode(), "sha256").hexdigest() == parts["Signature"]

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, kind, content = 403, "text/plain", b"SignatureDoesNotMatch"
        if self.passes(body):
            connection = http.client.HTTPConnection("127.0.0.1", self.behind, timeout=20)
            connection.request(self.command, self.path, body=body or None, headers={name: value for name, value in self.headers.items() if name.lower() != "content-length"})
            response = connection.getresponse()
            status, kind, content = response.status, response.headers.get("Content-Type", "text/plain"), response.read()
            connection.close()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_DELETE = answer

    def log_message(self, *_):
        pass


def s3(program, cluster):
    emulator = HERE / "npm" / "node_modules" / ".bin" / "s3rver"
    if not emulator.exists():
        print("  s3rver is not installed (npm ci in tests/system/npm): left out")
        return
    with Stage(program, cluster) as backend:
        port = free_port()
        kept = os.path.join(backend.folder, "s3")
        os.mkdir(kept)
        server = subprocess.Popen([str(emulator), "-d", kept, "-a", "127.0.0.1", "-p", str(port), "--configure-bucket", "calls"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        atexit.register(server.kill)
        wait_for_port(port, server)
        gate = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Gate", (SignatureGate,), {"behind": port}))
        threading.Thread(target=gate.serve_forever, daemon=True).start()
        backend.stop()
        keys = os.path.join(backend.folder, "keys")
        with open(keys, "w", encoding="utf-8") as out:
            out.write("S3RVER:S3RVER\n")
        os.chmod(keys, 0o644)
        backend.extra = ["--data", os.path.join(backend.folder, "files"), "--s3-endpoint", f"http://127.0.0.1:{gate.server_port}", "--s3-bucket", "calls", "--s3-keys", keys]
        try:
            backend.start()
            raise RuntimeError("keys that others can read were taken")
        except AssertionError as refused:
            assert "chmod 600" in str(refused), refused
        os.chmod(keys, 0o600)
        backend.start()
        last = round_trip(backend, False)
        objects = [path for path in pathlib.Path(kept).rglob("*_object") if path.is_file()]
        assert len(objects) == 1 and last in objects[0].name, objects
        # A wrong secret is told as what it is, and leaves no row.
        backend.stop()
        with open(keys, "w", encoding="utf-8") as out:
            out.write("S3RVER:WRONG\n")
        backend.start()
        ben = Desk(backend, "ben@x.org", "d1")
        attach(backend, ben.token, "c1", PNG, expect=500)
        assert len(ask(backend, ben.token, "GET", "/api/calls/c1/attachments")["attachments"]) == 1
        gate.shutdown()
        gate.server_close()
        server.kill()
        server.wait()
        attach(backend, ben.token, "c1", PNG, expect=503)
        assert len(ask(backend, ben.token, "GET", "/api/calls/c1/attachments")["attachments"]) == 1
        log = open(backend.log_file, encoding="utf-8").read()
        assert "WRONG" not in log and "S3RVER:" not in log


class DeadServer:
    """Takes connections and what they send, and never says a word."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = self.listener.getsockname()[1]
        self.taken = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                self.taken.append(self.listener.accept()[0])
            except OSError:
                return

    def close(self):
        self.listener.close()
        for connection in self.taken:
            connection.close()


def dead_s3(program, cluster):
    """While the store of attachments says nothing, uploads wait on workers of their own, as many as there is room for, and everything else goes on."""
    workers, queue, over = 2, 32, 6
    with Stage(program, cluster) as backend:
        backend.stop()
        dead = DeadServer()
        keys = os.path.join(backend.folder, "keys")
        with open(keys, "w", encoding="utf-8") as out:
            out.write("S3RVER:S3RVER\n")
        os.chmod(keys, 0o600)
        backend.extra = ["--data", os.path.join(backend.folder, "files"), "--s3-endpoint", f"http://127.0.0.1:{dead.port}", "--s3-bucket", "calls", "--s3-keys", keys]
        backend.start()
        ben = Desk(backend, "ben@x.org", "d1")
        ben.one("create", missed_call())
        body, headers = form(PNG)
        answers = []

        def upload():
            connection = http.client.HTTPConnection("127.0.0.1", backend.port, timeout=120)
            try:
                connection.request("POST", "/api/calls/c1/attachments", body, headers=dict(headers, Authorization="Bearer " + ben.token))
                response = connection.getresponse()
                answers.append((response.status, response.headers.get("Retry-After"), response.read()))
            except (OSError, http.client.HTTPException):
                pass  # the backend stopped
            finally:
                connection.close()

        uploads = [threading.Thread(target=upload, daemon=True) for _ in range(workers + queue + over)]
        deadline = time.monotonic() + 10
        for index, one in enumerate(uploads):
            one.start()
            while index == workers - 1 and len(dead.taken) < workers and time.monotonic() < deadline:
                time.sleep(0.01)
        while len(answers) < over and time.monotonic() < deadline:
            time.sleep(0.01)
        assert [answer[:2] for answer in answers] == [(503, "1")] * over, answers
        # The store is silent and the queue is full: what desks do is not touched by it.
        for index in range(30):
            assert ben.one("tag+", {"tag": f"t{index}"})["status"] == "applied"
        assert ask(backend, ben.token, "GET", "/api/calls/c1/attachments")["attachments"] == []
        assert len(answers) == over and len(dead.taken) == workers, "the uploads came to an end before the pushes"
        began = time.monotonic()
        backend.stop()
        assert time.monotonic() - began < 25
        for one in uploads:
            one.join(20)
        dead.close()
        assert {answer[0] for answer in answers} <= {503}, answers


MAIL_SERVER = """
import asyncio, json, sys
from aiosmtpd.controller import Controller
class Keep:
    def __init__(self):
        self.refused = set()
    async def handle_DATA(self, server, session, envelope):
        first = envelope.rcpt_tos[0]
        if first == "ana@x.org" and first not in self.refused:
            self.refused.add(first)
            return "451 later"
        if first == "mia@x.org":
            return "550 never"
        with open(sys.argv[2], "a", encoding="utf-8") as out:
            out.write(json.dumps([envelope.mail_from, envelope.rcpt_tos, envelope.content.decode()]) + "\\n")
        return "250 ok"
Controller(Keep(), hostname="127.0.0.1", port=int(sys.argv[1])).start()
asyncio.new_event_loop().run_forever()
"""


def has_mail_server():
    there = subprocess.run(["/usr/bin/python3", "-c", "import aiosmtpd"], check=False, stderr=subprocess.DEVNULL).returncode == 0
    if not there:
        print("  python3-aiosmtpd is not installed: left out")
    return there


def start_mail_server(backend):
    port = free_port()
    inbox = os.path.join(backend.folder, "inbox")
    server = subprocess.Popen(["/usr/bin/python3", "-c", MAIL_SERVER, str(port), inbox])
    atexit.register(server.kill)
    wait_for_port(port, server)
    return server, port, inbox


def letters(inbox):
    if not os.path.exists(inbox):
        return []
    with open(inbox, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def mail(program, cluster):
    """An export's letter, a breach's letters to managers, a reminder to the owner; one that is put off comes later, one that is refused for good does not."""
    if not has_mail_server():
        return
    with Stage(program, cluster) as backend:
        server, port, inbox = start_mail_server(backend)
        ana = Desk(backend, "ana@x.org", "d1")
        clock = soon(fill(ana, tasks=3))
        backend.stop()
        backend.extra = ["--data", os.path.join(backend.folder, "files"), "--smtp", f"smtp://127.0.0.1:{port}", "--mail-from", "calldeck@x.org"]
        backend.start(**clock)
        ben = Desk(backend, "ben@x.org", "d2")
        begun = ask(backend, ben.token, "POST", "/api/calls/export", {"format": "csv", "email": True}, 202)
        wait_for(backend, ben.token, f"/api/exports/{begun['jobId']}", ("ready",))
        deadline = time.monotonic() + 60
        # ben: export; ada (admin): breach; mia (manager) is refused; ana owns the three tasks, the first try of one is put off.
        while len(letters(inbox)) < 5 and time.monotonic() < deadline:
            time.sleep(0.1)
        found = letters(inbox)
        receivers = sorted(one[1][0] for one in found)
        assert receivers == ["ada@x.org", "ana@x.org", "ana@x.org", "ana@x.org", "ben@x.org"], receivers
        assert {one[0] for one in found} == {"calldeck@x.org"}
        parsed = [email.message_from_string(one[2]) for one in found]
        assert len({one["Message-ID"] for one in parsed}) == 5
        texts = [one.get_payload(decode=True).decode() for one in parsed]
        assert any(begun["jobId"] in text for text in texts) and any("burst" in text for text in texts), texts
        assert not any("ring back" in text or "415555" in text for text in texts)
        log = open(backend.log_file, encoding="utf-8").read()
        assert "451" in log and "550" in log
        server.kill()
        server.wait()


def mail_killed(program, cluster):
    """Killed between the server's "ok" and its own mark: the letter comes once more, under the same Message-ID, and then never again."""
    if not has_mail_server():
        return
    with Stage(program, cluster) as backend:
        server, port, inbox = start_mail_server(backend)
        backend.stop()
        backend.extra = ["--data", os.path.join(backend.folder, "files"), "--smtp", f"smtp://127.0.0.1:{port}", "--mail-from", "calldeck@x.org"]
        backend.start(CRASH_AT="M1")
        ben = Desk(backend, "ben@x.org", "d1")
        ask(backend, ben.token, "POST", "/api/calls/export", {"format": "csv", "email": True}, 202)
        backend.process.wait(timeout=30)
        assert len(letters(inbox)) == 1
        backend.start(CALLDECK_CLOCK_OFFSET_MS="180000")
        deadline = time.monotonic() + 30
        while len(letters(inbox)) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        backend.stop()
        backend.start(CALLDECK_CLOCK_OFFSET_MS="400000")
        ask(backend, Desk(backend, "ben@x.org", "d1").token, "POST", "/api/calls/export", {"format": "csv", "email": True}, 202)
        while len(letters(inbox)) < 3 and time.monotonic() < deadline + 30:
            time.sleep(0.05)
        found = [email.message_from_string(one[2])["Message-ID"] for one in letters(inbox)]
        assert len(found) == 3 and found[0] == found[1] != found[2], found
        server.kill()
        server.wait()


SCENES = [folder, s3, dead_s3, mail, mail_killed]

if __name__ == "__main__":
    scenes.run(__doc__, SCENES)
