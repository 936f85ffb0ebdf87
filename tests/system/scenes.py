"""Runs the scenes of a system test over a file and, where it is installed, over PostgreSQL."""

import argparse
import concurrent.futures
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
    chosen = [scene for scene in scenes if options.only in ("", scene.__name__)]
    shared = postgres.Cluster().__enter__() if postgres.installed() else None
    try:
        # Most of it is waiting: the file and the cluster do it side by side.
        with concurrent.futures.ThreadPoolExecutor() as lanes:
            runs = [lanes.submit(run_lane, program, chosen, cluster) for cluster in ([None, shared] if shared else [None])]
            for done in runs:
                done.result()
    finally:
        if shared:
            shared.__exit__()


def run_lane(program, scenes, cluster):
    for scene in scenes:
        began = time.monotonic()
        scene(program, cluster)
        print(f"{scene.__name__} {'postgres' if cluster else 'sqlite'} ok, {time.monotonic() - began:.1f} s", flush=True)
