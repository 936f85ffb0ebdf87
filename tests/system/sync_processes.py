"""The real programs of the sync, for its tests: calldeckd on a store of its own, desks without a window, and ways to hurt them."""

import asyncio
import copy
import itertools
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

COMMAND_SECONDS = 75  # a desk gives up on a request after 30 s, on a page of a snapshot after 60 s
START_SECONDS = 30
PASSWORD = "correct horse battery staple"
PEOPLE = ["Ana", "Ben", "Cleo"]


if sys.version_info < (3, 12):
    # Each process is waited for by its own handle: other ends of children, of commands that run beside, are not mixed up with it.
    asyncio.set_child_watcher(asyncio.PidfdChildWatcher())


class Gone(Exception):
    """A program ended while it was asked something."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def wait_until(what, condition, seconds, pause=0.02):
    """Polls until `condition` (a function, may be async) gives something; what never comes is a failure."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if asyncio.iscoroutine(value):
            value = await value
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain: {what}")
        await asyncio.sleep(pause)


class Workplace:
    """A folder for one test; kept when the test failed, so that its files can be looked at."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="calldeck-sync-")
        return self

    def __exit__(self, kind, *_):
        if kind is None or not os.environ.get("CALLDECK_KEEP"):
            shutil.rmtree(self.path, ignore_errors=True)
        else:
            print(f"kept {self.path}")

    def folder(self, name):
        path = os.path.join(self.path, name)
        os.makedirs(path, exist_ok=True)
        return path


# --- stores ----------------------------------------------------------------------------------------------------------------------

class SqliteStore:
    """One file; a prepared one is copied for each run, so that nobody waits for password hashing."""

    kind = "sqlite"

    def __init__(self, workplace):
        self.workplace = workplace
        self.template = os.path.join(workplace.folder("template"), "store.db")
        self.file = self.template
        self.url = "sqlite:" + self.file
        self.options = []  # its secret and its checkpoints lie beside it

    @property
    def secret(self):
        return self.file + ".secret"

    @property
    def checkpoints(self):
        return self.file + ".audit"

    def open_fresh(self, name):
        folder = self.workplace.folder(name)
        self.file = os.path.join(folder, "store.db")
        for part in ("", "-wal"):
            if os.path.exists(self.template + part):
                shutil.copyfile(self.template + part, self.file + part)
        self.url = "sqlite:" + self.file

    def drop(self):
        shutil.rmtree(os.path.dirname(self.file), ignore_errors=True)

    def query(self, sql):
        """Rows as dictionaries."""
        connection = sqlite3.connect(f"file:{self.file}?mode=ro", uri=True, timeout=10)
        try:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql)]
        finally:
            connection.close()

    def change(self, sql):
        connection = sqlite3.connect(self.file, timeout=10)
        try:
            with connection:
                connection.execute(sql)
        finally:
            connection.close()

    def backup(self, backend, number):
        copy = f"{self.file}.copy{number}"
        backend.run("backup", copy)
        return copy

    def restore(self, backend, copy):
        backend.run("restore", copy)

    def close(self):
        pass


class PostgresStore:
    """A private cluster on a socket of its own; databases are copied from a prepared one. One that is not durable does not wait for the disk: quick, and nobody kills it."""

    kind = "postgres"
    QUICK = " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    PROGRAMS = ("initdb", "pg_ctl", "psql", "pg_dump", "pg_restore")

    def __init__(self, workplace, durable=False):
        self.folder = os.path.join(workplace.path, "pg")
        self.programs = next((folder for folder in self._installs() if all(os.path.exists(os.path.join(folder, name)) for name in self.PROGRAMS)), None)
        if not self.programs:
            raise FileNotFoundError("PostgreSQL is not installed: its programs are not in one folder")
        os.chmod(workplace.path, 0o755)
        os.makedirs(self.folder, mode=0o755)
        self.as_owner = []
        if os.geteuid() == 0:
            # PostgreSQL does not run as root.
            shutil.chown(self.folder, "postgres", "postgres")
            self.as_owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "env", "HOME=" + self.folder]
        self.port = str(random.randrange(20_000, 60_000))  # names the socket only
        self._owner("initdb", "-D", self.folder + "/data", "-U", "probe", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self._owner("pg_ctl", "-D", self.folder + "/data", "-w", "-l", self.folder + "/log", "-o",
                    f"-p {self.port} -k {self.folder} -c listen_addresses='' -c max_connections=200" + ("" if durable else self.QUICK), "start")
        try:
            self._sql("postgres", "CREATE ROLE calldeck LOGIN CREATEDB")
            self._sql("postgres", "CREATE DATABASE template_desk OWNER calldeck")
        except BaseException:
            self.close()
            raise
        self.database = "template_desk"
        self.count = itertools.count(1)
        self.secret = self.checkpoints = None
        self.options = []

    def beside(self, workplace, name):
        """Another database of the same cluster, as it was prepared."""
        other = copy.copy(self)
        other.open_fresh(name)
        if self.secret:
            other.lay_keys(workplace)
            shutil.copy(self.secret, other.secret)
        return other

    def lay_keys(self, workplace):
        """The secret and the checkpoints, which a file has beside it without a word."""
        self.secret, self.checkpoints = (os.path.join(workplace.folder("keys"), name) for name in ("secret", "audit"))
        self.options = ["--secret", self.secret, "--audit-log", self.checkpoints]

    @staticmethod
    def _installs():
        root = "/usr/lib/postgresql"  # where Debian keeps them, off the path
        debian = [os.path.join(root, version, "bin") for version in sorted(os.listdir(root), reverse=True)] if os.path.isdir(root) else []
        return debian + os.environ.get("PATH", "").split(os.pathsep)

    def _owner(self, program, *arguments):
        subprocess.run([*self.as_owner, os.path.join(self.programs, program), *arguments], check=True, stdout=subprocess.DEVNULL, cwd="/", timeout=120)

    def _sql(self, database, sql):
        done = subprocess.run([os.path.join(self.programs, "psql"), "-h", self.folder, "-p", self.port, "-U", "probe", "-d", database, "-v", "ON_ERROR_STOP=1",
                               "-qAtX", "-c", sql], check=False, capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise AssertionError(f"psql: {done.stderr.strip()}")
        return done.stdout

    @property
    def url(self):
        return f"postgres://calldeck@/{self.database}?host={self.folder}&port={self.port}"

    def open_fresh(self, _name):
        self.database = f"desk_{next(self.count)}"
        self._sql("postgres", f"CREATE DATABASE {self.database} OWNER calldeck TEMPLATE template_desk")

    def drop(self):
        self._sql("postgres", f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")

    def query(self, sql):
        answer = self._sql(self.database, f"SELECT coalesce(json_agg(found), '[]') FROM ({sql}) found")
        return json.loads(answer)

    def change(self, sql):
        self._sql(self.database, sql)

    def dump(self):
        """All of it as text."""
        return subprocess.run([os.path.join(self.programs, "pg_dump"), "-h", self.folder, "-p", self.port, "-U", "probe", self.database], check=True, capture_output=True, timeout=120).stdout

    def backup(self, _backend, number):
        copy = f"{self.folder}/{self.database}.copy{number}"
        self._owner("pg_dump", "-h", self.folder, "-p", self.port, "-U", "probe", "-Fc", "-f", copy, self.database)
        return copy

    def restore(self, backend, copy):
        self._sql("postgres", f"DROP DATABASE {self.database} WITH (FORCE)")
        self._sql("postgres", f"CREATE DATABASE {self.database} OWNER calldeck")
        self._owner("pg_restore", "-h", self.folder, "-p", self.port, "-U", "probe", "-d", self.database, copy)
        backend.run("restore", "in-place")

    def close(self):
        self._owner("pg_ctl", "-D", self.folder + "/data", "-m", "immediate", "stop")


# --- calldeckd -------------------------------------------------------------------------------------------------------------------

# A test asks faster than any person: the limits of a real server are another test's matter.
LIMITS = {key: 1e6 for key in ("user_rate", "user_burst", "service_rate", "service_burst", "peer_rate", "peer_burst", "logins_per_minute", "peer_logins_per_minute", "sockets_per_user")}


class Backend:
    """calldeckd over one store, as one process or two."""

    def __init__(self, bin_dir, workplace, store, processes=1, bug=""):
        self.program = os.path.join(bin_dir, "calldeckd")
        self.workplace = workplace
        self.store = store
        self.environment = dict(os.environ, CALLDECK_BUG=bug) if bug else dict(os.environ)
        self.ports = [free_port() for _ in range(processes)]
        self.running = [None] * processes
        self.tokens = {}
        self.numbers = 0
        self.arguments = []  # further ones of the serving program
        self.log = open(os.path.join(workplace.path, "calldeckd.log"), "ab")
        self.config = os.path.join(workplace.path, "calldeckd.json")
        with open(self.config, "w", encoding="utf-8") as out:
            json.dump({"limits": LIMITS}, out)

    def run(self, *words, **environment):
        # The commands are honest: a seeded bug is one of the running server.
        clean = {key: value for key, value in self.environment.items() if key != "CALLDECK_BUG"}
        done = subprocess.run([self.program, *words, "--store", self.store.url, *self.store.options], env=dict(clean, CALLDECK_PASSWORD=PASSWORD, **environment),
                              capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            raise AssertionError(f"calldeckd {' '.join(words)} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout.strip()

    def found(self):
        """A workspace with one person a desk, and their tokens; in the store as it is now."""
        self.run("init", "--workspace", "Soak", "--admin-email", "admin@soak.test", "--admin-name", "Admin")
        for name in PEOPLE:
            self.run("user", "add", "--email", f"{name.lower()}@soak.test", "--name", name, "--role", "manager")
            self.tokens[name] = self.run("token", "--user", f"{name.lower()}@soak.test").split()[-1]
        self.tokens["Admin"] = self.run("token", "--user", "admin@soak.test").split()[-1]
        # A service token edits nothing; these are people's, only that they last as long as the test.
        self.store.change("UPDATE token_family SET kind = 'session'")

    async def start(self, index=None, **environment):
        for i in range(len(self.ports)) if index is None else [index]:
            assert self.running[i] is None, "calldeckd runs already"
            self.running[i] = await asyncio.create_subprocess_exec(
                self.program, "serve", "--store", self.store.url, "--listen", f"127.0.0.1:{self.ports[i]}", "--config", self.config, *self.store.options, *self.arguments,
                env=dict(self.environment, **environment), stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        for i in range(len(self.ports)) if index is None else [index]:
            await wait_until(f"calldeckd on port {self.ports[i]}", lambda i=i: self._answers(i, "CRASH_AT" in environment), START_SECONDS, 0.005)

    async def _answers(self, index, may_die):
        # What the backend does by itself may bring it to its end before anybody asked.
        if may_die and self.running[index].returncode == -signal.SIGKILL:
            return True
        if self.running[index].returncode is not None:
            raise AssertionError(f"calldeckd ended with {self.running[index].returncode}; see its log:\n{self.last_words()}")
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.ports[index])
            writer.close()
            return True
        except OSError:
            return False

    def last_words(self):
        with open(self.log.name, "rb") as log:
            return log.read()[-1500:].decode(errors="replace")

    async def kill(self, index=None):
        for i in range(len(self.ports)) if index is None else [index]:
            if self.running[i] is not None:
                if self.running[i].returncode is None:
                    self.running[i].kill()
                await self.running[i].wait()
                self.running[i] = None

    async def wait_for_death(self, index=0):
        """Of a server that kills itself at a named point."""
        await asyncio.wait_for(self.running[index].wait(), START_SECONDS)
        self.running[index] = None

    def ask(self, method, path, body=None, token=None, index=0):
        """(status, document) of one request, past all proxies."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.ports[index]}{path}", method=method, data=None if body is None else json.dumps(body).encode(),
                                         headers={"Authorization": "Bearer " + (token or self.tokens["Admin"]), "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as refusal:
            return refusal.code, json.loads(refusal.read() or b"{}")

    async def take_in(self, count, prefix):
        """Calls from outside, each of its own number; gives their ids in their order."""
        calls = []
        for i in range(count):
            self.numbers += 1
            calls.append({"provider": "soak", "provider_call_id": f"{prefix}-{i}", "call_type": "INBOUND", "status": "MISSED", "caller_name": f"Caller {i}",
                          "customer_number": f"+1415{2_000_000 + self.numbers}", "started_at": "2026-11-20T15:00:00.000Z"})
        status, answer = await asyncio.to_thread(self.ask, "POST", "/api/calls/intake", {"calls": calls})
        assert status == 200 and all(result["status"] == "created" for result in answer["results"]), f"the intake answered {status}: {answer}"
        return [result["id"] for result in answer["results"]]

    async def close(self):
        await self.kill()
        self.log.close()


# --- desks -----------------------------------------------------------------------------------------------------------------------

class Desk:
    """desk_driver: the real cache and engine without a window, one JSON line a command."""

    def __init__(self, bin_dir, data_dir, name, token, port, auto=False, bug="", server=None, trust=None):
        self.command = [os.path.join(bin_dir, "desk_driver"), "--data-dir", data_dir, "--server", server or f"http://127.0.0.1:{port}", "--token", token, "--actor", name]
        if trust:
            self.command += ["--trust", trust]
        if auto:
            self.command.append("--auto")
        self.name = name
        self.data_dir = data_dir
        self.environment = dict(os.environ, CALLDECK_BUG=bug) if bug else dict(os.environ)
        self.process = None
        self.turn = asyncio.Lock()
        self.starts = 0
        os.makedirs(data_dir, exist_ok=True)

    async def start(self, **environment):
        with open(self.data_dir + ".log", "ab") as log:
            self.process = await asyncio.create_subprocess_exec(*self.command, env=dict(self.environment, **environment), stdin=subprocess.PIPE,
                                                                stdout=subprocess.PIPE, stderr=log, limit=64 << 20)
        self.starts += 1
        return await self.ask("status")

    async def ask_all(self, *commands):
        """The answers to some commands, sent at once."""
        async with self.turn:
            try:
                self.process.stdin.write(b"".join(json.dumps(command).encode() + b"\n" for command in commands))
                await self.process.stdin.drain()
                answers = []
                for _ in commands:
                    line = await asyncio.wait_for(self.process.stdout.readline(), COMMAND_SECONDS)
                    if not line.endswith(b"\n"):
                        raise Gone(f"{self.name}'s desk ended")
                    answers.append(json.loads(line))
                return answers
            except (BrokenPipeError, ConnectionResetError) as error:
                raise Gone(f"{self.name}'s desk ended") from error
            except asyncio.TimeoutError as error:
                raise AssertionError(f"{self.name}'s desk did not answer {commands} within {COMMAND_SECONDS} s") from error

    async def ask(self, name, **arguments):
        return (await self.ask_all({"cmd": name, **arguments}))[0]

    @property
    def ended(self):
        return self.process is None or self.process.returncode is not None

    async def kill(self):
        if self.process is not None:
            if self.process.returncode is None:
                self.process.kill()
            await self.process.wait()
            self.process = None

    async def close(self):
        await self.kill()

    def last_words(self):
        with open(self.data_dir + ".log", "rb") as log:
            return log.read()[-1500:].decode(errors="replace")
