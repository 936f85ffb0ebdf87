#!/usr/bin/env python3
"""Looks at the built programs as the system sees them: position-independent, no writable table of addresses after the start, no stack that runs, the stack's guard
in place, no library looked for in a folder of the build. With --optimised also the checked copies of what writes into buffers (FORTIFY)."""

import argparse
import os
import re
import subprocess
import sys
import tempfile

PROGRAMS = ("calldeck", "calldeck-cli", "calldeckd")


def readelf(path, *options):
    return subprocess.run(["readelf", "-W", *options, path], capture_output=True, text=True, check=True).stdout


def problems(path, optimised):
    header, segments, dynamic, symbols = readelf(path, "-h"), readelf(path, "-l"), readelf(path, "-d"), readelf(path, "--dyn-syms")
    if not re.search(r"Type:\s+DYN", header) or not re.search(r"FLAGS_1.*\bPIE\b", dynamic):
        yield "is not position-independent"
    if "GNU_RELRO" not in segments:
        yield "has no read-only relocations"
    if not re.search(r"BIND_NOW|FLAGS_1.*\bNOW\b", dynamic):
        yield "binds its functions late: the table of their addresses stays writable"
    stack = re.search(r"GNU_STACK(?:\s+0x\w+){5}\s+([RWE ]+?)\s+0x", segments)
    if not stack or "E" in stack.group(1):
        yield "has a stack that may run"
    if re.search(r"^\s*LOAD\s.*\sRWE\s", segments, re.MULTILINE):
        yield "has memory that may be written and run"
    if "__stack_chk_fail" not in symbols:
        yield "has no guard on its stack"
    # An empty name in it is the folder in which the program is started.
    if re.search(r"\((?:RPATH|RUNPATH)\)", dynamic):
        yield "looks for libraries in folders of its own: " + next(line for line in dynamic.splitlines() if "PATH)" in line).strip()
    if optimised and not re.search(r"\b__(?!stack)\w+_chk\b", symbols):
        yield "has no checked writes into buffers"


def check_it_finds(folder):
    """A program without all of it is found out."""
    source = os.path.join(folder, "careless.c")
    with open(source, "w", encoding="utf-8") as out:
        out.write("int main(void) { return 0; }\n")
    path = os.path.join(folder, "careless")
    subprocess.run(["cc", "-no-pie", "-fno-stack-protector", "-z", "norelro", "-z", "lazy", "-z", "execstack", "-Wl,-rpath,/somewhere", "-o", path, source], check=True, stderr=subprocess.DEVNULL)
    found = list(problems(path, True))
    assert len(found) >= 7, found


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", required=True)
    options.add_argument("--optimised", action="store_true")
    arguments, _ = options.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        check_it_finds(folder)
    found = [f"{program} {problem}" for program in PROGRAMS for problem in problems(os.path.join(arguments.bin, program), arguments.optimised)]
    for line in found:
        print(line)
    print(f"{len(PROGRAMS)} programs hardened" if not found else f"{len(found)} gaps")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
