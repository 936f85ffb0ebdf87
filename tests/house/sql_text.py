#!/usr/bin/env python3
"""No SQL is put together from text that comes from outside: fails on a statement that is neither literal nor made by a builder of the list below.

A statement is what stands as the first argument of prepare, query, execute, singleInteger or singleText. Literals, and names that this file itself finds to be
made of literals alone in the same source or a header, may be joined; values are bound. What goes beyond that has a line in BUILDERS: where, what, and why nobody's
text can be in it. A line that nothing uses any more fails too."""

import collections
import pathlib
import re
import sys

CALL = re.compile(r"(?<![\w:~])(?:\w+(?:\.|->)|\(\*\w+\)->|\(\*\*\w+\)\.)*(prepare|query|execute|singleInteger|singleText)\(")
STRING = re.compile(r'(?:u8|R)?"(?:[^"\\]|\\.)*"')
NUMBER = re.compile(r"QByteArray::number\([\w.>\-()*]+\)")
NAME = re.compile(r"[A-Za-z_]\w*")

# file -> {expression: (how often it stands there, why nobody's text is in it)}
COLUMNS = "names of columns from CallFields.def"
WHERE = "the text of a filter's builder, which holds columns, operators and question marks; what was asked for is bound"
HANDS_ON = "hands on the statement of its caller, whose own call is looked at"
LITERALS = "its callers give literals"
BUILDERS = {
    "services/backend/BrowserSignIn.cpp": {"url": (1, "no statement: QUrlQuery")},
    "services/database/Database.cpp": {"sql": (2, HANDS_ON)},
    "services/database/DatabaseEncryption.cpp": {"\"SELECT count(*) FROM \" + quoted": (1, "a table's name as the file itself has it, quoted")},
    "services/database/Migrations.cpp": {"step.sql": (1, "a file of resources/migrations")},
    "services/store/CacheRecords.cpp": {"sql": (1, LITERALS)},
    "services/store/CallDetails.cpp": {
        "QByteArray(\"SELECT DISTINCT \") + infoOf(field).name + \" FROM calls WHERE \" + infoOf(field).name + \" IS NOT NULL ORDER BY 1 LIMIT 1000\"": (1, COLUMNS)},
    "services/store/CallRows.cpp": {"sql": (4, COLUMNS)},
    "services/store/CallSearch.cpp": {"sql": (3, LITERALS)},
    "services/store/Rescue.cpp": {"select": (1, LITERALS), "ways.probe": (1, "one of the literals in Ways")},
    "services/store/StateRows.cpp": {"sql": (2, LITERALS)},
    "services/store/Verifier.cpp": {"\"INSERT INTO \" + name + \" (\" + name + \", rank) VALUES ('integrity-check', 1)\"": (1, LITERALS), "check.sql": (1, "one of the literals in checks"),
                                    "sql": (1, COLUMNS)},
    "server/jobs/JobTable.cpp": {
        "updateJob(\"state = 'running', lease = ?, lease_until = ?, tries = tries + 1 \", \"id = ?\")": (1, LITERALS),
        "updateJob(\"lease_until = ?, done = ?, failed = ?, total = ?, tries = 0 \", heldByUs)": (1, LITERALS),
        "updateJob(\"lease = '', lease_until = ? \", heldByUs)": (1, LITERALS),
        "updateJob(\"state = ?, message = ?, result = ?, done = ?, failed = ?, total = ?, finished_at = ? \", heldByUs)": (1, LITERALS),
        "updateJob(\"state = 'cancelled', finished_at = ? \", \"id = ? AND state IN ('pending', 'running')\")": (1, LITERALS)},
    "server/sql/PostgresConnection.cpp": {"step.sql": (1, "a file of resources/migrations")},
    "server/sql/SqlConnection.h": {"sql": (1, HANDS_ON)},
    "server/sql/SqliteConnection.cpp": {"sql": (1, HANDS_ON)},
    "server/sql/SqliteConnection.h": {"sql": (1, HANDS_ON)},
    "server/store/CallTable.cpp": {"openTasks()": (1, "a literal")},
    "server/store/CallFigures.cpp": {"... + where.text + \") SELECT \" + sums + \" FROM chosen\"": (1, WHERE), "... + where.text + \" GROUP BY outcome ORDER BY 2 DESC, 1\"": (1, WHERE)},
    "server/store/CallList.cpp": {"... + placeholders(m_request.filter.tags.size()) + \") LIMIT ?) t\"": (1, "as many question marks as there are tags"),
                                  "... + m_key.column + \" AS k FROM call_index WHERE ws = ?\" + where.text + \" ORDER BY \" + inner + \" LIMIT ? OFFSET ?) p \" "
                                  "\"JOIN entity e ON e.ws = p.ws AND e.kind = 'call' AND e.id = p.id ORDER BY \" + outer": (1, WHERE + "; the order is one of a table of literals"),
                                  "... + where.text": (1, WHERE), "... + where.text + \" ORDER BY \" + order + \" LIMIT ?\"": (1, WHERE + "; the order is one of a table of literals")},
    "server/store/EntityList.cpp": {"... + where.text + \" ORDER BY id\"": (1, WHERE)},
    "server/store/ErasedRecords.cpp": {"sql": (1, "erasedRow(), which is a literal")},
    "server/store/FollowUpList.cpp": {"QByteArray(followUpColumns) + \"WHERE ws = ?\" + where.text + \" ORDER BY due_at, id LIMIT ?\"": (1, WHERE)},
    "server/store/WorkspaceTx.h": {"sql": (4, HANDS_ON)},
}


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", lambda found: re.sub(r"[^\n]", " ", found.group()), text, flags=re.S)


def masked(text):
    """The same with what stands in its strings made unreadable: SQL assigns too."""
    return STRING.sub(lambda string: '"' + "_" * (len(string.group()) - 2) + '"', text)


def argument_at(text, start):
    """The first argument of a call whose parenthesis was opened before `start`."""
    depth, at = 0, start
    while at < len(text):
        string = STRING.match(text, at)
        if string:
            at = string.end()
            continue
        if text[at] == "'" and at + 2 < len(text):
            at = text.index("'", at + (2 if text[at + 1] == "\\" else 1)) + 1
            continue
        if text[at] in "([{":
            depth += 1
        elif text[at] in ")]}" or (text[at] == "," and depth == 0):
            if depth == 0:
                return text[start:at]
            depth -= 1
        at += 1
    return text[start:]


def rest_of(expression):
    """What is left of an expression when literals and the glue between them are taken out."""
    left = STRING.sub(" ", expression)
    left = NUMBER.sub(" ", left)
    left = re.sub(r"\bQByteArray(Literal)?\b|[+()\s]", " ", left)
    return left.split()


class Source:
    def __init__(self, path, text, headers):
        self.path, self.text, self.headers = path, masked(text), headers

    def is_literal(self, name, seen=()):
        """Whether a name stands for literals alone, wherever it is given a value."""
        if name in seen:
            return False
        values = []
        for text in (self.text, *self.headers):
            for found in re.finditer(r"(?:(?:const|constexpr|inline|static|auto|char|QByteArray)\s+|\*\s*)" + name + r"\s*(?:=|\{)\s*", text):
                values.append(text[found.end():self.end(text, found.end())])
            if values:
                break
        more = re.findall(r"(?<![\w.>])" + name + r"\s*(?:\+=|=(?!=))\s*([^;]*);", self.text)
        lists = re.findall(r"for \([^:;()]*\b" + name + r"\s*:\s*\{([^{}]*)\}\)", self.text)
        more += [part for words in lists for part in words.split(",")]
        return bool(values or lists) and all(self.is_made_of_literals(value, (*seen, name)) for value in values + more)

    @staticmethod
    def end(text, start):
        at = start
        while at < len(text) and text[at] not in ";}":
            string = STRING.match(text, at)
            at = string.end() if string else at + 1
        return at

    def is_made_of_literals(self, expression, seen=()):
        # Of a choice all ways count; its condition says nothing.
        if "?" in STRING.sub("", expression):
            bare = masked(expression)
            question, colon = bare.index("?"), bare.rfind(":")
            return colon > question and all(self.is_made_of_literals(part, seen) for part in (expression[question + 1:colon], expression[colon + 1:]))
        return all(NAME.fullmatch(token) and self.is_literal(token, seen) for token in rest_of(expression))


def offences(root):
    used = collections.Counter()
    headers = [masked(without_comments(path.read_text(encoding="utf-8"))) for room in ("services", "server") for path in sorted((root / room).rglob("*.h"))]
    for room in ("services", "server", "app"):
        for path in sorted((root / room).rglob("*")):
            if path.suffix not in (".h", ".cpp"):
                continue
            name = path.relative_to(root).as_posix()
            text = without_comments(path.read_text(encoding="utf-8"))
            source = Source(name, text, headers)
            for call in CALL.finditer(text):
                expression = " ".join(argument_at(text, call.end()).split())
                # A declaration, or a call of something else by the same name.
                if not expression or re.match(r"const \w+(::\w+)? ?&|QByteArray\b(?!\()|KeyWishes", expression):
                    continue
                if source.is_made_of_literals(expression):
                    continue
                # Of a long statement the end says enough.
                short = "... + " + expression.split("\" + ", 1)[-1]
                listed = next((one for one in (expression, short) if one in BUILDERS.get(name, {})), None)
                if listed:
                    used[(name, listed)] += 1
                    continue
                yield f"{name}:{text.count(chr(10), 0, call.start()) + 1}: {call.group(1)}({expression})"
    for name, lines in BUILDERS.items():
        for expression, (count, _) in lines.items():
            if used[(name, expression)] != count:
                yield f"{name}: the list allows \"{expression}\" {count} times, and it stands there {used[(name, expression)]} times"


def check_it_finds():
    """A lint that finds nothing says nothing."""
    source = Source("x.cpp", 'const QByteArray columns = "a, b"; QByteArray typed = call.name; for (const char *table : {"x", "y"}) {}', [])
    for good in ('"SELECT 1"', '"SELECT " + columns + " FROM t"', '"DELETE FROM " + table', 'QByteArray("SELECT ") + columns', 'old ? "SELECT 1" : "SELECT 2"', '"LIMIT " + QByteArray::number(most)'):
        assert source.is_made_of_literals(good), good
    for bad in ('"SELECT " + typed', '"SELECT " + typed.toUtf8()', 'sql', '"WHERE x = \'" + name + "\'"', 'u"SELECT %1"_s.arg(name).toUtf8()', 'old ? "SELECT 1" : typed', '"SELECT" + call(typed)'):
        assert not source.is_made_of_literals(bad), bad


def main():
    check_it_finds()
    found = list(offences(pathlib.Path(sys.argv[1])))
    for line in found:
        print(line)
    print("no SQL put together from text" if not found else f"{len(found)} statements to look at")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
