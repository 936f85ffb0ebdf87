#!/usr/bin/env python3
"""With what was fetched once, and pinned, the product is configured where there is no network, and no command line of its build names a program that fetches, or an
address. Where it was never fetched, the error says what to do. Needs a network namespace: root's, or one that users may make."""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FETCHES = re.compile(r"\b(npm|npx|curl|wget|git|pip|apt-get)\b [a-z]|https?://")


def alone(command, **more):
    """Runs it without a network; the loopback is down, too."""
    words = ["unshare", "-n"] if os.getuid() == 0 else ["unshare", "-rn"]
    return subprocess.run([*words, *map(str, command)], capture_output=True, text=True, check=False, **more)


def configure(build, cache=None):
    environment = dict(os.environ, npm_config_fetch_retries="0", **({"XDG_CACHE_HOME": str(cache), "npm_config_cache": str(cache / "npm")} if cache else {}))
    return alone(["cmake", "-G", "Ninja", "-S", ROOT, "-B", build, "-DCALLDECK_TESTS=ON", "-DCALLDECK_BENCHMARKS=ON"], env=environment)


def main():
    argparse.ArgumentParser(description=__doc__).parse_args()
    there = alone(["cat", "/proc/net/route"])
    assert there.returncode == 0 and len(there.stdout.splitlines()) <= 1, f"the namespace has a network: {there}"
    folder = pathlib.Path(tempfile.mkdtemp(prefix="calldeck-offline-"))
    try:
        never = configure(folder / "never", folder / "empty")
        assert never.returncode != 0 and "put the package's archive in" in " ".join(never.stderr.split()), never.stderr[-2000:]
        done = configure(folder / "build")
        assert done.returncode == 0, done.stderr[-2000:]
        steps = subprocess.run(["ninja", "-C", str(folder / "build"), "-t", "commands"], capture_output=True, text=True, check=True).stdout.splitlines()
        assert len(steps) > 200, "these are not the steps of the build"
        fetching = [step[:200] for step in steps if FETCHES.search(step)]
        assert not fetching, fetching[:5]
        assert FETCHES.search("cd x && npm ci") and FETCHES.search("cmake -E copy https://example.com/a"), "this would see nothing"
        print(f"configured without a network; none of {len(steps)} steps fetches anything")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
