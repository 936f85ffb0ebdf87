"""The contract (docs/api/openapi.yaml) between a client and a real calldeckd: Prism as a proxy, and a book of what was asked for and answered."""

import atexit
import http.client
import json
import pathlib
import re
import socket
import subprocess
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
API = ROOT / "tests" / "api"
SPEC = ROOT / "docs" / "api" / "openapi.yaml"
PRISM = API / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
METHODS = ("get", "put", "post", "patch", "delete")


class Deviation(AssertionError):
    """The answer is not what the contract says."""


def node(*words):
    if not PRISM.exists():
        raise SystemExit("The packages of tests/api are missing: (cd tests/api && npm ci). scripts/test does it.")
    done = subprocess.run(["node", *map(str, words)], cwd=API, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Operation:
    def __init__(self, spec, path, method):
        self.path, self.method, self.spec = path, method.upper(), spec
        described = spec["paths"][path][method]
        self.name = described.get("operationId", f"no {method} {path}")
        self.absent = described.get("x-absent", False)
        self.role = described.get("x-role")
        self.door = described.get("x-door", "role")
        self.most_bytes = described.get("x-most-bytes", 0)
        self.open = described.get("security") == []
        self.parameters = [self.resolved(one) for one in described.get("parameters", []) + spec["paths"][path].get("parameters", [])]
        self.body = described.get("requestBody")
        self.responses = {int(status): self.resolved(response) for status, response in described["responses"].items()}
        self.pattern = re.compile(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(path)).join(("^", "$")))

    def resolved(self, value):
        while "$ref" in value:
            found = self.spec
            for step in value["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            value = found
        return value

    def takes_json(self):
        return self.body is not None and "application/json" in self.body["content"]

    def takes_file(self):
        return self.body is not None and "multipart/form-data" in self.body["content"]

    def query(self):
        return sorted(one["name"] for one in self.parameters if one["in"] == "query")

    def body_keys(self):
        return sorted(self.resolved(self.body["content"]["application/json"]["schema"])["properties"]) if self.takes_json() else None

    def codes(self, status):
        """The codes of problems that the contract knows for this status."""
        content = self.responses[status].get("content", {}).get("application/problem+json")
        code = self.resolved(content["schema"])["properties"]["code"] if content else {}
        return code.get("enum", [code["const"]] if "const" in code else [])

    def sample(self):
        """The path with something for each of its parts."""
        return re.sub(r"\{[^}]*\}", "none", self.path)


class Contract:
    def __init__(self, folder):
        text = node("spec.mjs", SPEC, "--prism")
        self.file = pathlib.Path(folder) / "openapi.json"
        self.file.write_text(text, encoding="utf-8")
        self.spec = json.loads(text)
        everything = [Operation(self.spec, path, method) for path, item in self.spec["paths"].items() for method in METHODS if method in item]
        self.operations = [one for one in everything if not one.absent]
        self.absent = [one for one in everything if one.absent]
        # Among paths that fit, the one with the fewest open parts is meant.
        self.by_path = sorted(everything, key=lambda one: one.path.count("{"))
        self.seen = {}
        self.lock = threading.Lock()
        self.judge = subprocess.Popen(["node", "replay.mjs", str(self.file)], cwd=API, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def named(self, method, path):
        bare = urllib.parse.urlsplit(path).path
        found = [one for one in self.by_path if one.method == method and one.pattern.match(bare)]
        assert found, f"{method} {path} is no operation of the contract"
        return found[0]

    def note(self, operation, status, headers, body):
        """Remembers an answer; the first of its kind also goes to the judge: Prism's validator over it and over wrong answers made from it (tests/api/replay.mjs)."""
        code = body.get("code") if isinstance(body, dict) and "problem+json" in headers.get("content-type", "") else None
        with self.lock:
            codes = self.seen.setdefault((operation.name, status), set())
            if code in codes:
                return
            codes.add(code)
            noted = {"method": operation.method.lower(), "path": operation.path, "status": status, "headers": headers, "body": body}
            self.judge.stdin.write(json.dumps(noted) + "\n")
            self.judge.stdin.flush()

    def unproved(self, excused):
        """What the contract says and nothing has shown. `excused` has (operation, status) or ("*", status), each with its reason."""
        for operation in self.operations:
            for status in operation.responses:
                reason = excused.get((operation.name, status)) or excused.get(("*", status))
                if (operation.name, status) not in self.seen and not reason:
                    yield f"{operation.name} never answered {status}"
        known = {(status, code) for operation in self.operations for status in operation.responses for code in operation.codes(status)}
        shown = {(status, code) for (_, status), codes in self.seen.items() for code in codes if code}
        for status, code in sorted(known - shown):
            if ("*", status) not in excused:
                yield f"nothing ever answered {status} with code {code}"

    def judged(self):
        """Waits for what the judge of the exchanges has to say."""
        said, _ = self.judge.communicate(timeout=120)
        assert self.judge.returncode == 0, said
        print(said, end="", flush=True)


class Prism:
    """`prism proxy` before a backend. Strict: what it finds in requests and answers becomes the answer. Otherwise it lets requests through as they are and says in a
    header what it found in the answer. Starts at once; entering waits until it listens."""

    def __init__(self, spec, upstream, strict):
        self.strict = strict
        self.port = free_port()
        words = ["node", str(PRISM), "proxy", str(spec), f"http://127.0.0.1:{upstream}", "--port", str(self.port), "--verboseLevel", "silent"]
        self.process = subprocess.Popen(words + (["--errors"] if strict else ["--no-validate-request"]), cwd=API, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        atexit.register(self.process.kill)

    def __enter__(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.05)
        raise AssertionError("Prism did not start")

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()



def exchange(port, method, path, body, headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def violations(headers, strict):
    text = headers.get("sl-violations")
    if not text:
        return []
    if text.startswith("Too many"):
        return [text]
    return [one for one in json.loads(text) if strict or one["location"][0] == "response"]


def decoded(headers, data):
    return json.loads(data) if "json" in headers.get("content-type", "") and data else data.decode("utf-8", "replace")


class Client:
    """Asks through Prism and notes what was answered."""

    def __init__(self, contract, strict, loose):
        self.contract, self.strict, self.loose = contract, strict, loose

    def ask(self, method, path, body=None, token=None, headers=None, expect=200, code=None, wrong=False, directly=None):
        """The answer's body. `wrong` says that the request is not as the contract wants it; `directly` is the port of a backend that is asked without Prism, which takes
        no bodies beyond 10 MB: the answer is judged afterwards with the rest."""
        operation = self.contract.named(method, path)
        sent = dict(headers or {})
        if token:
            sent["Authorization"] = "Bearer " + token
        if body is not None and not isinstance(body, bytes):
            # As JavaScript writes it: Prism reads a body and writes it anew under the old length.
            sent.setdefault("Content-Type", "application/json")
            body = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
        prism = self.loose if wrong else self.strict
        status, answered, data = exchange(directly or prism.port, method, path, body, sent)
        found = violations(answered, prism.strict)
        answer = decoded(answered, data)
        if found or (isinstance(answer, dict) and "stoplight.io" in str(answer.get("type"))):
            raise Deviation(f"{method} {path} {status}: {found or answer}")
        if status != expect or (code and answer.get("code") != code):
            raise AssertionError(f"{method} {path}: expected {expect} {code or ''}, got {status} {str(answer)[:600]}")
        self.contract.note(operation, status, answered, answer)
        return answer
