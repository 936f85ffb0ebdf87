#!/usr/bin/env python3
"""The contract (docs/api/openapi.yaml) and the program say the same: routes, methods, doors, roles, query parameters, body keys and sizes by `calldeckd routes --json`;
the fields of a call and the vocabularies by models/records. Lies of its own show that it can fail."""

import argparse
import copy
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "system"))
from prism import METHODS, SPEC, Operation, node  # noqa: E402

RECORDS = ROOT / "models" / "records"


def by_contract(spec):
    """{"GET /path": what the contract says of it}"""
    found = {}
    for path, item in spec["paths"].items():
        for method in METHODS:
            if method in item:
                one = Operation(spec, path, method)
                found[f"{one.method} {path}"] = {"door": one.door, "role": one.role, "query": one.query(), "body": one.body_keys(), "most_bytes": one.most_bytes}
    return found


def by_program(routes):
    return {f"{route['method']} {route['path']}": {"door": route["door"], "role": route.get("role"), "query": sorted(route["query"]),
                                                  "body": sorted(route["body"]) if "body" in route else None, "most_bytes": route.get("most_bytes", 0)} for route in routes}


def different(what, contract, program):
    for name in sorted(set(contract) | set(program)):
        if contract.get(name) != program.get(name):
            yield f"{what} {name}: the contract says {contract.get(name)}, the program {program.get(name)}"


def vocabularies():
    text = (RECORDS / "Enums.h").read_text(encoding="utf-8").replace("\\\n", " ")
    words = {name: re.findall(r"X\((\w+),", rest) for name, rest in re.findall(r"#define (CALLDECK_\w+)\(X\)(.*)", text)}
    return {name: words[of] for name, of in re.findall(r"CALLDECK_DEFINE_ENUM\((\w+), (CALLDECK_\w+)\)", text)}


def call_fields():
    plain = {"Text": {"type": "string"}, "Integer": {"type": "integer"}, "Real": {"type": "number"}, "Boolean": {"type": "boolean"}}
    lines = re.findall(r"^CALL_FIELD\((\w+),\s*(\w+),", (RECORDS / "CallFields.def").read_text(encoding="utf-8"), re.M)
    return {name: plain.get(kind, {"$ref": f"#/components/schemas/{kind}"}) for name, kind in lines}


def faults(spec, routes):
    schemas = spec["components"]["schemas"]
    yield from different("route", by_contract(spec), by_program(routes))
    yield from different("field", schemas["CallFields"]["properties"], call_fields())
    words = vocabularies()
    yield from different("vocabulary", {name: schemas[name]["enum"] for name in words if name in schemas}, {name: words[name] for name in words if name in schemas})
    missing = {ref for ref in re.findall(r"#/components/schemas/(\w+)", json.dumps(spec)) if ref not in schemas}
    yield from (f"schema {name} is named and not there" for name in sorted(missing))


def self_test(spec, routes):
    """Each of these lies must be found."""
    lies = [lambda spec: spec["paths"].pop("/readyz"), lambda spec: spec["paths"]["/api/sync/push"]["post"].update({"x-role": "MANAGER"}),
            lambda spec: spec["paths"]["/api/sync/changes"]["get"]["parameters"].pop(), lambda spec: spec["paths"]["/healthz"].update(put=spec["paths"]["/healthz"]["get"]),
            lambda spec: spec["paths"]["/api/sync/push"]["post"].update({"x-most-bytes": 1}), lambda spec: spec["components"]["schemas"]["Outcome"]["enum"].pop(),
            lambda spec: spec["components"]["schemas"]["CallFields"]["properties"].update(queue={"type": "integer"}),
            lambda spec: spec["paths"]["/api/auth/login"]["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"].pop("device_name")]
    for number, lie in enumerate(lies):
        wrong = copy.deepcopy(spec)
        lie(wrong)
        assert len(list(faults(wrong, routes))) == 1, f"lie {number} was not found, or more than it"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    contract_now = json.loads(node("spec.mjs", SPEC))
    routes_now = json.loads(subprocess.run([os.path.join(options.bin, "calldeckd"), "routes", "--json"], stdout=subprocess.PIPE, check=True).stdout)
    found_now = list(faults(contract_now, routes_now))
    if found_now:
        sys.exit("\n".join(found_now))
    self_test(contract_now, routes_now)
    print(f"{len(routes_now)} routes")
