"""Runs the scenes of a system test over a file and, where it is installed, over PostgreSQL."""

import argparse
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import postgres  # noqa: E402


def run(about, scenes):
    """Each scene gets the program and a cluster, or None for a file. `--only NAME` runs one scene."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    program = os.path.join(options.bin, "calldeckd")
    shared = postgres.Cluster().__enter__() if postgres.installed() else None
    try:
        for scene in [scene for scene in scenes if options.only in ("", scene.__name__)]:
            for cluster in [None, shared] if shared else [None]:
                began = time.monotonic()
                print(scene.__name__, "postgres" if cluster else "sqlite", flush=True)
                scene(program, cluster)
                print(f"  ok, {time.monotonic() - began:.1f} s", flush=True)
    finally:
        if shared:
            shared.__exit__()
