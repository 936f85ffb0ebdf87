#!/usr/bin/env python3
"""A client that knows the contract alone: types made from docs/api/openapi.yaml, a program in TypeScript (tests/api/client.ts) that they check, run against a real
calldeckd. In it are also calls that the contract does not have: the compiler must refuse each of them."""

import argparse
import atexit
import json
import os
import pathlib
import shutil
import subprocess

from calldeckd import PASSWORD, folder
from contract_scenes import Stage
from prism import API, SPEC, node

MODULES = API / "node_modules"


def workshop(place):
    """A folder in which the program and the types of the contract are compiled."""
    node(MODULES / "openapi-typescript" / "bin" / "cli.js", SPEC, "-o", place / "contract.d.ts")
    (place / "node_modules").symlink_to(MODULES)
    (place / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    shutil.copy(API / "client.ts", place)
    config = {"extends": str(API / "tsconfig.json"), "compilerOptions": {"outDir": "out"}, "files": ["client.ts"]}
    (place / "tsconfig.json").write_text(json.dumps(config), encoding="utf-8")


def compiled(place):
    """What the compiler has to say, nothing when it agrees."""
    done = subprocess.run(["node", str(MODULES / "typescript" / "bin" / "tsc"), "-p", str(place)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, check=False)
    return "" if done.returncode == 0 else done.stdout


def run(program):
    place = pathlib.Path(folder())
    workshop(place)
    said = compiled(place)
    assert not said, said
    stage = Stage(program, str(place))
    atexit.register(stage.stop)
    done = subprocess.run(["node", str(place / "out" / "client.js"), f"http://127.0.0.1:{stage.backend.port}", PASSWORD], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=120, check=False)
    print(done.stdout, end="")
    assert done.returncode == 0, "the client failed"
    stage.backend.stop()
    shutil.rmtree(place)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    run(os.path.join(options.bin, "calldeckd"))
