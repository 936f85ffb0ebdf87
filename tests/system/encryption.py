#!/usr/bin/env python3
"""The real programs and the disk: nothing readable on it, with key files, with a real keyring, and with a foreign SQLite in the process."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time

CANARIES = [b"Zebulon", b"marmalade", b"quixotic", b"4155559876"]
CALLS = ("provider_call_id,started_at,call_type,status,caller_name,customer_number,call_notes,summary\n"
         "a,2026-01-30T09:00:00-05:00,INBOUND,MISSED,Zebulon Vega,(415) 555-9876,a marmalade leak,send the quixotic plumber\n")
FOREIGN_SQLITE = ["/usr/lib/x86_64-linux-gnu/libsqlite3.so.0", "/usr/lib/aarch64-linux-gnu/libsqlite3.so.0", "/usr/lib64/libsqlite3.so.0"]


def files_below(folder):
    return [os.path.relpath(os.path.join(path, name), folder) for path, _, names in os.walk(folder) for name in names]


class Scene:
    """A home of its own, so that no keyring of whoever runs the test is touched."""

    def __init__(self, bin_dir, folder):
        self.bin = bin_dir
        self.folder = folder
        self.data = self.path("data")
        self.env = {name: value for name, value in os.environ.items() if name not in ("DBUS_SESSION_BUS_ADDRESS", "CALLDECK_KEY_FILE", "DISPLAY")}
        for name in ("home", "run"):
            os.mkdir(self.path(name), mode=0o700)
        self.env.update(HOME=self.path("home"), XDG_RUNTIME_DIR=self.path("run"), XDG_DATA_HOME=self.path("home"))

    def path(self, name):
        return os.path.join(self.folder, name)

    def cli(self, *arguments, expect=0, **env):
        done = subprocess.run([os.path.join(self.bin, "calldeck-cli"), "--data-dir", self.data, *arguments], env=dict(self.env, **env),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == expect, f"{arguments}: ended with {done.returncode}, not {expect}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def key_file(self, name="key"):
        path = self.path(name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
            out.write(os.urandom(32).hex() + "\n")
        return path

    def calls(self):
        path = self.path("calls.csv")
        with open(path, "w", encoding="utf-8") as out:
            out.write(CALLS)
        return path

    def content(self):
        """Name -> bytes of every file of the data directory; the lock and SQLite's shared memory hold no data."""
        found = {}
        for name in files_below(self.data):
            if not name.endswith((".lock", "-shm")):
                with open(os.path.join(self.data, name), "rb") as file:
                    found[name] = file.read()
        return found

    def canaries(self):
        return sorted(f"{name}: {canary.decode()}" for name, content in self.content().items() for canary in CANARIES if canary in content)


def check_canary_after_writes(scene):
    key = scene.key_file()
    scene.cli("--key-file", key, "import", scene.calls())
    scene.cli("--key-file", key, "generate", "--calls", "200", "--seed", "1")
    scene.cli("--key-file", key, "backup", os.path.join(scene.data, "copy.db"))
    assert scene.canaries() == [], scene.canaries()
    assert "Zebulon" in scene.cli("--key-file", key, "list", "--filter", "zebulon")
    for name in files_below(scene.data):
        mode = os.stat(os.path.join(scene.data, name)).st_mode & 0o777
        assert mode == 0o600, f"{name} has the mode {mode:o}"
    assert os.stat(scene.data).st_mode & 0o777 == 0o700


def check_canary_test_can_fail(scene):
    scene.cli("--no-encryption", "import", scene.calls())
    assert len(scene.canaries()) == 2 * len(CANARIES), scene.canaries()  # the desk's file and its own store


def check_foreign_sqlite(scene):
    foreign = next((path for path in FOREIGN_SQLITE if os.path.exists(path)), None)
    assert foreign, "there is no libsqlite3.so.0 to preload"
    key = scene.key_file()
    scene.cli("--key-file", key, "import", scene.calls(), LD_PRELOAD=foreign)
    assert scene.canaries() == [], scene.canaries()
    assert "no problems" in scene.cli("--key-file", key, "verify")


def check_broken_cipher(scene):
    """A libsodium that gives other bytes: nothing is opened, so nothing is written that nobody reads again."""
    key = scene.key_file()
    scene.cli("--key-file", key, "import", scene.calls())
    before = scene.content()
    source, broken = scene.path("broken.c"), scene.path("broken.so")
    with open(source, "w", encoding="ascii") as out:
        out.write("int crypto_stream_chacha20_ietf_xor_ic(unsigned char *c, const unsigned char *m, unsigned long long n, const unsigned char *o, unsigned i, const unsigned char *k)\n"
                  "{ for (unsigned long long at = 0; at < n; ++at) c[at] = m[at]; return 0; }\n")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", broken, source], check=True)
    for command in (["list"], ["import", scene.calls()]):
        said = scene.cli("--key-file", key, *command, expect=3, LD_PRELOAD=broken)
        assert "libsodium" in said and "Nothing was opened" in said, said
        assert scene.content() == before, f"{command} changed a file"
    assert "no problems" in scene.cli("--key-file", key, "verify")


def check_no_symbol_of_sqlite_is_exported(scene):
    for program in ("calldeck", "calldeck-cli"):
        symbols = subprocess.run(["nm", "-D", os.path.join(scene.bin, program)], capture_output=True, text=True, check=True).stdout
        assert "sqlite3" not in symbols, f"{program} exports or needs sqlite3 symbols"


def check_refusals_touch_nothing(scene):
    key = scene.key_file()
    scene.cli("--key-file", key, "import", scene.calls())
    before = scene.content()
    other = scene.key_file("other")
    for words, options in (("another key", ["--key-file", other]), ("--key-file", []), ("new data directory", ["--no-encryption", "--key-file", key])):
        for command in (["list"], ["verify"], ["import", scene.calls()], ["backup", scene.path("b")]):
            code = 2 if words == "new data directory" else 3
            said = scene.cli(*options, *command, expect=code)
            assert words in said, said
            assert scene.content() == before, f"{options} {command} changed a file"
    os.chmod(key, 0o640)
    assert "chmod 600" in scene.cli("--key-file", key, "list", expect=3)


def check_no_keyring_makes_nothing(scene):
    said = scene.cli("import", scene.calls(), expect=3)
    assert "--key-file" in said and "--no-encryption" in said, said
    assert scene.content() == {}, "something was made all the same"


def check_plain_data_is_encrypted_when_asked(scene):
    scene.cli("--no-encryption", "import", scene.calls())
    key = scene.key_file()
    scene.cli("--key-file", key, "encrypt")
    assert scene.canaries() == [], scene.canaries()
    assert "no problems" in scene.cli("--key-file", key, "verify")
    copy = scene.path("copy.key")
    scene.cli("--key-file", key, "key", copy)
    assert "Zebulon" in scene.cli("--key-file", copy, "list")


def check_dead_keyring_is_told(scene):
    started = time.monotonic()
    said = scene.cli("import", scene.calls(), expect=3, DBUS_SESSION_BUS_ADDRESS="unix:path=" + scene.path("nobody"))
    assert "keyring" in said and scene.content() == {}, said
    assert time.monotonic() - started < 20, "it waited too long for a keyring that is not there"


def check_damage_at_the_beginning_is_no_wrong_key(scene):
    key = scene.key_file()
    scene.cli("--key-file", key, "import", scene.calls())
    with open(os.path.join(scene.data, "calldeck.db"), "r+b") as file:
        file.seek(40)
        file.write(b"oops")
    before = scene.content()
    assert "damaged" in scene.cli("--key-file", key, "verify", expect=4)
    assert "right one" in scene.cli("--key-file", key, "list", expect=3)
    assert scene.content() == before


def check_no_core_dump(scene):
    start = [os.path.join(scene.bin, "calldeck"), "--no-feed", "--data-dir", scene.data, "--demo-calls", "20", "--demo"]
    running = subprocess.Popen(["bash", "-c", 'ulimit -Sc "$(ulimit -Hc)"; exec "$@"', "bash", *start], env=dict(scene.env, QT_QPA_PLATFORM="offscreen", QT_LOGGING_RULES="calldeck.*=true"),
                               stderr=subprocess.PIPE, text=True)
    try:
        for line in running.stderr:
            if "window shown" in line:
                break
        with open(f"/proc/{running.pid}/limits", encoding="ascii") as limits:
            core = next(line for line in limits if line.startswith("Max core file size"))
        assert core.split()[4:6] == ["0", "0"], core
    finally:
        running.kill()
        running.communicate()


INSIDE_THE_BUS = r"""
set -eu
eval "$(printf 'test password' | gnome-keyring-daemon --unlock --components=secrets)" >/dev/null
exec "$@"
"""


def in_keyring_session(scene, mode):
    """Runs this script's part `mode` on a bus of its own with a real keyring."""
    done = subprocess.run(["dbus-run-session", "--", "bash", "-c", INSIDE_THE_BUS, "bash", sys.executable, __file__, "--bin", scene.bin, "--inside", mode, scene.folder],
                          env=scene.env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"{mode}: {done.stdout}\n{done.stderr}"
    return done.stdout


def check_real_keyring(scene):
    scene.calls()
    in_keyring_session(scene, "make")
    assert scene.canaries() == [], scene.canaries()
    before = scene.content()
    said = scene.cli("list", expect=3)
    assert "keyring" in said and scene.content() == before, said
    in_keyring_session(scene, "use")
    # Another keyring: the entry is not there, and no other key takes its place.
    shutil.move(scene.path("home"), scene.path("home.away"))
    os.mkdir(scene.path("home"), mode=0o700)
    in_keyring_session(scene, "miss")
    assert scene.content() == before, "a keyring without the key changed a file"
    shutil.rmtree(scene.path("home"))
    shutil.move(scene.path("home.away"), scene.path("home"))
    in_keyring_session(scene, "use")


def inside(arguments):
    """The part of check_real_keyring that runs beside the keyring."""
    def run(*words, expect=0):
        done = subprocess.run([os.path.join(arguments.bin, "calldeck-cli"), "--data-dir", os.path.join(arguments.folder, "data"), *words],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == expect, f"{words}: {done.returncode} {done.stdout} {done.stderr}"
        return done.stdout + done.stderr

    if arguments.inside == "make":
        run("import", os.path.join(arguments.folder, "calls.csv"))
    if arguments.inside in ("make", "use"):
        assert "Zebulon" in run("list")
        assert "no problems" in run("verify")
    else:
        assert "not found in the keyring" in run("list", expect=3)


def check_demo_opens_without_a_keyring(scene):
    environment = dict(scene.env, QT_QPA_PLATFORM="offscreen")
    start = [os.path.join(scene.bin, "calldeck"), "--no-feed", "--data-dir", scene.data, "--demo-calls", "50", "--screenshot", scene.path("picture.png")]
    done = subprocess.run([*start, "--demo"], env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0 and os.path.exists(scene.path("picture.png")), done.stderr
    assert "nowhere" in scene.content()["calldeck.key-id"].decode()
    scene.data = scene.path("real")
    start[start.index("--data-dir") + 1] = scene.data
    done = subprocess.run(start, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 3 and "nowhere to keep the key" in done.stderr, done
    assert scene.content() == {}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", required=True)
    options.add_argument("--inside", help=argparse.SUPPRESS)
    options.add_argument("folder", nargs="?", help="a check without check_")
    arguments = options.parse_args()
    if arguments.inside:
        inside(arguments)
        return 0
    checks = {name[6:]: check for name, check in globals().items() if name.startswith("check_")}
    failed = 0
    for name in [arguments.folder] if arguments.folder else checks:
        with tempfile.TemporaryDirectory(prefix="calldeck-enc-") as folder:
            started = time.monotonic()
            try:
                checks[name](Scene(os.path.abspath(arguments.bin), folder))
                print(f"ok      {name} ({time.monotonic() - started:.1f} s)")
            except (AssertionError, subprocess.SubprocessError, OSError, KeyError) as error:
                failed += 1
                print(f"FAILED  {name}: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
