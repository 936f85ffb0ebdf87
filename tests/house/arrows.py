#!/usr/bin/env python3
"""The arrows between the rooms: fails on an include that a room may not have, naming file and line.

Include directories already keep most of them from compiling; this also knows the parts of Qt and the system that a room must not use."""

import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')

MODELS = ("records/", "rules/", "sync/")
INTERFACES = ("desk/",)
SERVICES = ("database/", "store/", "backend/", "ingest/", "export/", "demo/", "secrets/")
UI = ("theme/", "table/", "drawer/", "triage/", "followups/", "settings/", "shell/")
WIDGETS = ("QtWidgets/", "QtGui/", "QWidget", "QApplication", "QPainter", "QLabel", "QPushButton")
DISK = ("sqlite3.h", "QSql", "QSaveFile", "QDir", "QFileInfo", "QStandardPaths", "QTemporaryDir", "QLockFile", "fstream", "cstdio", "unistd.h", "zlib.h")
NETWORK = ("QNetwork", "QTcp", "QWebSocket", "QUdp", "QLocalSocket")
CLOCKS = ("QElapsedTimer", "QTimer", "chrono", "QDeadlineTimer")

# What each room must not include, by the beginning of the name. Icons are resources compiled into the program, so QFile may read them.
HTTP, SQL, AUTH, API = ("http/",), ("sql/",), ("auth/",), ("api/",)
DESK = INTERFACES + UI + WIDGETS + ("ingest/", "export/", "demo/", "sqlite3.h", "QSql")
FORBIDDEN = {
    "server/sql": DESK + HTTP + AUTH + API + ("store/", "sync/"),
    "server/store": DESK + HTTP + AUTH + API + ("libpq-fe.h",),
    "server/auth": DESK + HTTP + API + ("libpq-fe.h",),
    "server/sync": DESK + HTTP + API + ("libpq-fe.h",),
    "server/jobs": DESK + HTTP + API + ("libpq-fe.h",),
    "server/openid": DESK + HTTP + API + ("libpq-fe.h",),
    "server/api": DESK + ("libpq-fe.h",),
    # The backend inside a desk's process: sees both sides.
    "server/embedded": UI + WIDGETS + ("libpq-fe.h",),
    "app/server": DESK + ("libpq-fe.h",),
    "models": INTERFACES + SERVICES + UI + WIDGETS + DISK + NETWORK + CLOCKS + ("QFile", "QSettings", "QThread"),
    "services/interfaces": SERVICES + UI + WIDGETS + DISK + NETWORK + ("QFile", "QSettings"),
    "services/database": INTERFACES + tuple(room for room in SERVICES if room != "database/") + UI + WIDGETS + NETWORK,
    "services": UI + WIDGETS + HTTP,
    # The one place of the desk that borrows from the backend: its HTTP server.
    "services/loopback": UI + WIDGETS + SERVICES + NETWORK,
    "ui": SERVICES + DISK + NETWORK + ("QSettings", "QProcess"),
    "app/cli": UI + WIDGETS,
    "server": UI + WIDGETS,
    "server/http": SERVICES + UI + WIDGETS + NETWORK,
}


def room_of(path):
    for room in sorted(FORBIDDEN, key=len, reverse=True):
        if path.is_relative_to(room):
            return room
    return None


def offences(root):
    for folder in ("models", "services", "ui", "app", "server"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in (".h", ".cpp", ".def"):
                continue
            room = room_of(path.relative_to(root))
            if room is None:
                continue
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                found = INCLUDE.match(line)
                if found and found.group(1).startswith(FORBIDDEN[room]):
                    yield f"{path.relative_to(root)}:{number}: {room} may not include {found.group(1)}"


def self_check():
    """The test can fail: a forbidden name is seen as one."""
    assert "store/Database.h".startswith(FORBIDDEN["ui"]) and not "desk/DeskService.h".startswith(FORBIDDEN["ui"])
    assert room_of(pathlib.Path("services/interfaces/desk/Commands.h")) == "services/interfaces"


if __name__ == "__main__":
    self_check()
    found = list(offences(pathlib.Path(sys.argv[1])))
    print("\n".join(found) or "no forbidden include")
    sys.exit(bool(found))
