#!/usr/bin/env python3
"""The bill of materials is whole and true: every library that a program asks for by name stands in it, with the version that the system has, and the one file from
npm with the hash that the build checks. The same programs give the same bill."""

import argparse
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))


def said(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", required=True)
    folder = options.parse_args().bin
    first = said(os.path.join(ROOT, "scripts", "sbom"), folder)
    assert first == said(os.path.join(ROOT, "scripts", "sbom"), folder), "the same programs gave two bills"
    bill = json.loads(first)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    parts = {part["bom-ref"]: part for part in bill["components"]}
    assert len(parts) == len(bill["components"]), "a part stands there twice"
    uses = {line["ref"]: line["dependsOn"] for line in bill["dependencies"]}
    assert all(part in parts for used in uses.values() for part in used), "something is used that is no part"
    for part in bill["components"]:
        if part.get("purl", "").startswith("pkg:deb/"):
            assert said("dpkg-query", "-W", "-f", "${Version}", part["name"] + ":" + part["purl"].split("arch=")[1] if "arch=all" not in part["purl"] else part["name"]) == part["version"], part
    for program in ("calldeck", "calldeck-cli", "calldeckd"):
        path = os.path.join(folder, program)
        reference = next(ref for ref, part in parts.items() if part["type"] == "application" and part["name"] == program)
        files = {line for ref in uses[reference] if ref.startswith("pkg:deb/") for line in said("dpkg-query", "-L", parts[ref]["name"]).splitlines()}
        names = {os.path.basename(file) for file in files}
        wanted = [name for name in re.findall(r"\(NEEDED\).*\[(.+)\]", said("readelf", "-d", "-W", path)) if not name.startswith("ld-linux")]
        missing = [name for name in wanted if name not in names]
        assert wanted and not missing, f"{program} needs {missing}, of which the bill says nothing"
        if not any(name.startswith("libsqlite3") for name in wanted):
            with open(os.path.join(ROOT, "cmake", "FetchSqlite.cmake"), encoding="utf-8") as file:
                pinned = file.read()
            sqlite = next(parts[ref] for ref in uses[reference] if ref.startswith("pkg:npm/"))
            assert sqlite["hashes"][0]["content"] in pinned and sqlite["version"] in pinned, sqlite
    print(f"{len(parts)} parts of 3 programs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
