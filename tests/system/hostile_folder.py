#!/usr/bin/env python3
"""The programs are started in a folder that holds libraries and plugins by the names that they look for, and a qt.conf that points there: none of it is loaded."""

import argparse
import os
import subprocess
import sys
import tempfile

import calldeckd
import desk

# By what a program, Qt, OpenSSL or a library of theirs might ask for.
LIBRARIES = ["libsqlite3.so", "libsqlite3.so.0", "libpq.so.5", "libssl.so.3", "libcrypto.so.3", "libsodium.so.23", "libQt6Core.so.6", "libQt6Widgets.so.6", "libphonenumber.so.8", "libc.so.6",
             "platforms/libqxcb.so", "platforms/libqoffscreen.so", "platforms/libqminimal.so", "plugins/platforms/libqxcb.so", "iconengines/libqsvgicon.so", "imageformats/libqsvg.so",
             "imageformats/libqjpeg.so", "styles/libqfusion.so", "tls/libqopensslbackend.so", "platformthemes/libqgtk3.so", "platforminputcontexts/libibus.so", "xcbglintegrations/libqxcb-glx.so",
             "networkinformation/libqnetworkmanager.so", "ossl-modules/legacy.so"]
TRAP = """
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
__attribute__((constructor)) static void sprung(void)
{
    const char *name = MARK;
    int file = open(name, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (file >= 0) {
        ssize_t ignored = write(file, TRAP_NAME "\\n", strlen(TRAP_NAME) + 1);
        (void)ignored;
        close(file);
    }
}
"""


class Trap:
    """A folder full of libraries that tell when they are loaded."""

    def __init__(self, place):
        self.folder = os.path.join(place, "hostile")
        self.mark = os.path.join(place, "sprung")
        source = os.path.join(place, "trap.c")
        with open(source, "w", encoding="utf-8") as out:
            out.write(TRAP)
        for name in LIBRARIES:
            path = os.path.join(self.folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            subprocess.run(["cc", "-shared", "-fPIC", f'-DMARK="{self.mark}"', f'-DTRAP_NAME="{name}"', "-o", path, source], check=True)
        for name in ("qt.conf", "qt6.conf"):
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as out:
                out.write("[Paths]\nPrefix=.\nPlugins=.\nLibraries=.\n")
        with open(os.path.join(self.folder, "openssl.cnf"), "w", encoding="utf-8") as out:
            out.write("openssl_conf = a\n[a]\nproviders = b\n[b]\nlegacy = c\n[c]\nactivate = 1\nmodule = ./ossl-modules/legacy.so\n")

    def sprung(self):
        if not os.path.exists(self.mark):
            return []
        with open(self.mark, encoding="utf-8") as file:
            return sorted(set(file.read().split()))

    def check_it_can_spring(self, program):
        """Whoever may set the environment is believed: the trap works."""
        def start(**environment):
            return subprocess.run([program, "--version"], env=dict(os.environ, **environment), cwd=self.folder, capture_output=True, timeout=60, check=False)
        start(LD_PRELOAD="./libsqlite3.so")
        assert self.sprung() == ["libsqlite3.so"], "the trap does not work"
        os.remove(self.mark)
        # With a C library that is none the program does not even come up.
        assert start(LD_LIBRARY_PATH=".").returncode != 0
        if os.path.exists(self.mark):
            os.remove(self.mark)


def use_command_line(bin_dir, trap, place):
    program = [os.path.join(bin_dir, "calldeck-cli"), "--data-dir", os.path.join(place, "cli")]
    for words in (["generate", "--calls", "20", "--seed", "1"], ["list"], ["verify"]):
        subprocess.run([*program, *words], cwd=trap.folder, capture_output=True, timeout=120, check=True)
    # By a name that is looked for in the PATH, and by a path from here.
    subprocess.run(["calldeck-cli", "--version"], cwd=trap.folder, env=dict(os.environ, PATH=bin_dir + ":" + os.environ["PATH"]), capture_output=True, timeout=60, check=True)
    subprocess.run([os.path.relpath(program[0], trap.folder), "--version"], cwd=trap.folder, capture_output=True, timeout=60, check=True)


def use_desk(bin_dir, trap, place):
    with desk.XServer() as screen:
        run = desk.Desk(bin_dir, screen.display, os.path.join(place, "demo"), "--demo", "--no-feed", "--demo-calls", "50", cwd=trap.folder)
        try:
            run.wait_until_painted()
            run.keys("ctrl+k")
            run.type("a")
        finally:
            run.close()


def use_backend(bin_dir, trap, place):
    here = os.getcwd()
    os.chdir(trap.folder)
    try:
        server = calldeckd.Calldeckd(os.path.join(bin_dir, "calldeckd"), "sqlite:" + os.path.join(place, "store", "server.db"), place)
        server.command("init", "--workspace", "Acme", "--admin-email", "ada@x.org", "--admin-name", "Ada")
        server.start()
        try:
            server.login("ada@x.org")
        finally:
            server.stop()
    finally:
        os.chdir(here)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", required=True)
    bin_dir = os.path.abspath(options.parse_args().bin)
    with desk.Workplace() as _, tempfile.TemporaryDirectory(prefix="calldeck-hostile-") as place:
        trap = Trap(place)
        trap.check_it_can_spring(os.path.join(bin_dir, "calldeck-cli"))
        for use in (use_command_line, use_desk, use_backend):
            use(bin_dir, trap, place)
            assert not trap.sprung(), f"{use.__name__} loaded {trap.sprung()}"
            print(f"{use.__name__} ok", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
