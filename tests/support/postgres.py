#!/usr/bin/env python3
"""A private PostgreSQL cluster for a test: prints the store URL of a role without special rights, runs until standard input ends, and is gone then.

As a module: `with Cluster() as cluster: cluster.url`. `installed()` says whether there is a PostgreSQL at all."""

import glob
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def programs():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    return pathlib.Path(found[-1]).parent if found else None


def installed():
    return programs() is not None


class Cluster:
    def __init__(self, options=FAST):
        self.options = options
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="calldeck-pg-"))
        self.port = 55432
        self.url = f"postgres://calldeck@/calldeck?host={self.folder}&port={self.port}"

    def run(self, program, *words):
        command = [str(programs() / program), *words]
        if os.getuid() == 0:
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "env", f"HOME={self.folder}", *command]
        return subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)

    def start(self):
        data = self.folder / "data"
        if not data.exists():
            if os.getuid() == 0:
                shutil.chown(self.folder, "postgres", "postgres")
            os.chmod(self.folder, 0o755)
            self.run("initdb", "-D", str(data), "-U", "probe", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self.run("pg_ctl", "-D", str(data), "-w", "-l", str(self.folder / "log"), "-o",
                 f"-p {self.port} -k {self.folder} -c listen_addresses='' {self.options}", "start")
        return self

    def create(self):
        admin = ["-h", str(self.folder), "-p", str(self.port), "-U", "probe"]
        self.run("createuser", *admin, "calldeck")
        self.run("createdb", *admin, "-O", "calldeck", "calldeck")
        return self

    def stop(self):
        self.run("pg_ctl", "-D", str(self.folder / "data"), "stop", "-m", "immediate")

    def __enter__(self):
        return self.start().create()

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


if __name__ == "__main__":
    if not installed():
        sys.exit("PostgreSQL is not installed")
    with Cluster() as cluster:
        print(cluster.url, flush=True)
        sys.stdin.read()
