#!/usr/bin/env python3
"""Every test that docs/faults.md names is there, and every row names a test or says why there is none. Lies of its own show that it can fail."""

import importlib
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TABLE = ROOT / "docs" / "faults.md"
EXCUSES = ("not yet", "measured", "the hash")
sys.path.insert(0, str(ROOT / "tests" / "system"))


def rows(text):
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if line.startswith("| ") and len(cells) == 2 and cells[0] not in ("fault", "threat"):
            yield cells


def programmed_tests():
    found = set()
    for file in (ROOT / "tests").glob("*/*.cpp"):
        found.update(f"{suite}.{name}" for suite, name in re.findall(r"^TEST(?:_F|_P)?\((\w+), (\w+)\)", file.read_text(encoding="utf-8"), re.MULTILINE))
    return found


def scripted_test(name):
    """A row of a table of faults, or something that a script defines."""
    file, _, what = name.partition(":")
    path = next((ROOT / "tests" / room / file for room in ("system", "benchmarks", "house") if (ROOT / "tests" / room / file).exists()), None)
    if path is None:
        return False
    if re.search(rf"^(?:async def|def|class) {re.escape(what)}\b", path.read_text(encoding="utf-8"), re.MULTILINE):
        return True
    return "@case(" in path.read_text(encoding="utf-8") and what in cases_of(file)


def cases_of(file):
    """What the script puts into the table when it is read."""
    import fault_table
    before = dict(fault_table.CASES)
    fault_table.CASES.clear()
    sys.modules.pop(file.removesuffix(".py"), None)
    importlib.import_module(file.removesuffix(".py"))
    found = set(fault_table.CASES)
    fault_table.CASES.clear()
    fault_table.CASES.update(before)
    return found


def wrong_in(text):
    programmed = programmed_tests()
    wrong, count = [], 0
    for fault, tests in rows(text):
        names = [name for name in re.findall(r"`([^`]+)`", tests) if not name.startswith("-")]
        count += 1
        if not names and not tests.startswith(EXCUSES):
            wrong.append(f"{fault}: names no test and no reason")
        wrong += [f"{fault}: there is no test {name}" for name in names if name not in programmed and not (".py:" in name and scripted_test(name))]
    return wrong, count


def main():
    text = TABLE.read_text(encoding="utf-8")
    wrong, count = wrong_in(text)
    for lie in ("| A | `PowerCutTest.nobodyWroteThis` |", "| B | `network_faults.py:NOBODY` |", "| C | `nobody.py:main` |", "| D | all is well |"):
        if len(wrong_in(lie)[0]) != 1:
            wrong.append(f"this check does not see {lie}")
    print("\n".join(wrong) or f"{count} rows, every test they name is there")
    return 1 if wrong or count < 50 else 0


if __name__ == "__main__":
    sys.exit(main())
