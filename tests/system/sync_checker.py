"""What must hold of the sync, told from the server's own log and from what the desks called saved: the invariants I1-I10 of the protocol.

The oracle knows nothing of the programs: it takes each edit as it was asked for, in the order of the log, and works out what must stand."""

import collections
import json

DECISIONS = ("disposition",)


class Violation(Exception):
    """The protocol was broken. Begins with the invariant's name."""


class History:
    """The server's change log over restores and compactions, gathered while the test goes on."""

    def __init__(self, store):
        self.store = store
        self.lines = {}  # seq -> line of the log
        self.starts = [(1, 0)]  # (epoch, where its history began)

    def head(self):
        return self.store.query("SELECT epoch, seq, min_seq FROM ws_head")[0]

    def gather(self):
        """Reads what is new. A line that changed after it was written breaks every cursor that has passed it."""
        for line in self.store.query("SELECT seq, kind, id, op, mid, device, lseq FROM change ORDER BY seq"):
            known = self.lines.setdefault(line["seq"], line)
            if known != line:
                raise Violation(f"I5 the log's line {line['seq']} changed: {known} became {line}")

    def restored(self):
        """After the server came back from a copy: what the copy does not have has not happened."""
        head = self.head()
        self.lines = {seq: line for seq, line in self.lines.items() if seq <= head["seq"]}
        self.starts.append((head["epoch"], head["seq"]))
        self.gather()

    def epoch_of(self, seq):
        """The epoch in which a line of today's log was written."""
        return max(epoch for epoch, start in self.starts if start < seq)

    def edits(self):
        """The lines of edits themselves, in order; what followed from them left out."""
        return [line for _, line in sorted(self.lines.items()) if line["mid"] and line["op"] not in ("effect", "intake", "admin")]


class Witness:
    """Listens to one desk's traffic: what it sent, with which knowledge, and what it was told."""

    def __init__(self, name):
        self.name = name
        self.sent = {}  # mid -> {"edit", "bases": {epoch: base_ver}}
        self.epoch = 0
        self.known = {}  # call -> newest version that it was told in its epoch
        self.lies = []

    def saw_request(self, request):
        if request.path != "/api/sync/push":
            return
        body = json.loads(request.body)
        for edit in body["ms"]:
            seen = self.sent.setdefault(edit["mid"], {"edit": edit, "bases": {}})
            same = {key: value for key, value in edit.items() if key != "base_ver"}
            if same != {key: value for key, value in seen["edit"].items() if key != "base_ver"}:
                self.lies.append(f"I2 {edit['mid']} was sent as another edit: {seen['edit']} then {edit}")
            before = seen["bases"].setdefault(body["epoch"], edit.get("base_ver", 0))
            if before != edit.get("base_ver", 0):
                self.lies.append(f"I8 {edit['mid']} changed its base from {before} to {edit.get('base_ver')} within epoch {body['epoch']}")
            if edit["kind"] == "call" and body["epoch"] == self.epoch and edit.get("base_ver", 0) > self.known.get(edit["id"], 0):
                self.lies.append(f"I8 {self.name} claims to have seen version {edit['base_ver']} of {edit['id']}, it was told {self.known.get(edit['id'], 0)} at most: {edit}")

    def saw_answer(self, exchange):
        answer = exchange.delivered
        if not exchange.path.startswith("/api/sync/"):
            return
        try:
            body = json.loads(answer.body)
        except ValueError:
            return
        if answer.status == 409 and body.get("epoch", 0) > self.epoch:
            # What it knew beyond the common history it must forget.
            self.known = {call: min(version, body["base"]) for call, version in self.known.items()}
            self.epoch = body["epoch"]
        elif answer.status == 200 and "rows" in body:
            if self.epoch == 0:
                self.epoch = body["epoch"]
            if body["epoch"] == self.epoch:
                for row in body["rows"]:
                    if row["kind"] == "call":
                        self.known[row["id"]] = max(self.known.get(row["id"], 0), row["ver"])


class Ledger:
    """What one desk called saved."""

    def __init__(self, name):
        self.name = name
        self.saved = {}  # mid -> command
        self.perhaps_deleted = set()  # calls whose deletion was on its way to the disk when the desk was killed
        self.epoch = 0
        self.cursor = -1

    def took(self, mid, command):
        if mid in self.saved:
            raise Violation(f"I2 {self.name} gave the id {mid} to two edits")
        self.saved[mid] = command

    # --- during the run ----------------------------------------------------------------------------------------------------------

    def check_running(self, status, rows, history):
        """After every step: the cursor only moves on (I5), and what this desk did itself stays to be seen (I9)."""
        self.check_cursor(status)
        pending = status["pending"]
        acked = [entry["mid"] for entry in status["acked"]]
        dead = {entry["mid"] for entry in status["dead"]}
        lost = [mid for mid in pending + acked if mid in dead]
        if lost:
            raise Violation(f"I2 {self.name} has {lost} both on its way and among the dead")
        if status["snapshot"]:
            return
        for mid, command in self.saved.items():
            if command["op"] == "note" and mid not in dead:
                self._note_shows(mid, command, rows, pending, history)
        self._open_edits_show(pending, rows)

    def check_cursor(self, status):
        if status["snapshot"]:
            return
        if (status["epoch"], status["cursor"]) < (self.epoch, self.cursor):
            raise Violation(f"I5 {self.name}'s cursor went back from {self.epoch}.{self.cursor} to {status['epoch']}.{status['cursor']}")
        self.epoch, self.cursor = status["epoch"], status["cursor"]

    def _note_shows(self, mid, command, rows, pending, history):
        row = rows.get(command["id"])
        if row is None:
            # A call that somebody deleted takes its notes with it; so does one that a restore took back.
            if mid in pending and not self._is_gone(command["id"], history):
                raise Violation(f"I9 {self.name} no longer shows {command['id']} with its own open note {mid}")
            return
        if mid not in [note["id"] for note in row.get("notes", [])]:
            raise Violation(f"I9 {self.name}'s own note {mid} vanished from its view of {command['id']}")

    def _is_gone(self, call, history):
        own = any(command["op"] == "del" and command["id"] == call for command in self.saved.values())
        told = any(line["op"] == "del" and line["id"] == call for line in history.edits())
        return own or told or call in self.perhaps_deleted or len(history.starts) > 1

    def _open_edits_show(self, pending, rows):
        """The last open word of this desk on each part is what its view says."""
        says = {}
        for mid in pending:
            command = self.saved.get(mid)
            if command is None:  # it was killed before it could say so
                return
            for part, value in parts_of(command):
                says[(command["id"], part)] = (value, mid)
        for (call, part), (value, mid) in says.items():
            row = rows.get(call)
            # A decision that the backend has taken already, as the losing one, is in the history; its answer is still to come.
            if row is not None and part == "disposition" and mid in [outcome["id"] for outcome in row.get("outcomes", [])]:
                continue
            if row is not None and seen_in(row, part) != value:
                raise Violation(f"I9 {self.name} shows {part} of {call} as {seen_in(row, part)!r}, its own open edit {mid} says {value!r}")


def parts_of(command):
    op, args = command["op"], command["args"]
    if op == "set":
        return list(args.items())
    if op in ("tag+", "tag-"):
        return [("tag:" + args["tag"], op == "tag+")]
    if op in ("flag+", "flag-"):
        return [("do_not_contact", op == "flag+")]
    if op == "disposition":
        return [("disposition", args["disposition"])]
    return []


def seen_in(row, part):
    if part.startswith("tag:"):
        return part[4:] in row.get("tags", [])
    if part == "do_not_contact":
        return row.get(part, False)
    return row.get(part, "")


# --- the end ---------------------------------------------------------------------------------------------------------------------

class Standing:
    """What must stand of one call, worked out from its edits in the order of the log."""

    def __init__(self):
        self.fields = {}  # name -> (value, writer)
        self.tags = {}
        self.notes = {}
        self.flag = None  # writer of the latest setting
        self.outcomes = []
        self.beside = set()
        self.conflicts = {}  # mid -> (part, losing)
        self.deleted = False
        self.decision = None

    def take(self, seq, sent, edit):
        """`sent`: the edit's wire form with the base it had when it was applied."""
        op, args = edit["op"], edit["args"]
        writer = (seq, edit["device"], edit["lseq"])

        def seen(other):
            return other[0] <= edit["base"] or (other[1] == edit["device"] and other[2] < edit["lseq"])

        if op in ("set", "create"):
            for name, value in args.items():
                self.fields[name] = (value, writer)
        elif op == "disposition":
            value = args["disposition"]
            self.outcomes.append(sent)
            if self.decision and not seen(self.decision[1]) and self.decision[0] != value:
                self.beside.add(sent)
                self.conflicts[sent] = ("disposition", value)
            else:
                self.decision = (value, writer)
        elif op == "tag+":
            self.tags[args["tag"]] = writer
        elif op == "tag-":
            if args["tag"] in self.tags and seen(self.tags[args["tag"]]):
                del self.tags[args["tag"]]
        elif op == "note":
            self.notes[sent] = args["text"]
        elif op == "flag+":
            self.flag = writer
        elif op == "flag-":
            if self.flag and seen(self.flag):
                self.flag = None
            elif self.flag:
                self.conflicts[sent] = ("flag:do_not_contact", "false")
        elif op == "del":
            self.deleted = True


class FinalCheck:
    """After quiet: `ledgers`, `witnesses`, `statuses` and `views` by desk name."""

    def __init__(self, history, ledgers, witnesses, statuses, views, tolerated=()):
        self.history = history
        self.ledgers = ledgers
        self.witnesses = witnesses
        self.statuses = statuses
        self.views = views
        self.tolerated = tolerated
        self.sent = {}
        for witness in witnesses.values():
            self.sent.update(witness.sent)
        self.edits = history.edits()
        self.entities = {row["id"]: row for row in history.store.query("SELECT id, ver, deleted, \"row\" FROM entity WHERE kind = 'call'")}
        self.conflicts = {row["id"]: json.loads(row["row"]) for row in history.store.query("SELECT id, deleted, \"row\" FROM entity WHERE kind = 'conflict'") if not row["deleted"]}
        self.mutations = {row["mid"]: row for row in history.store.query("SELECT mid, status, code FROM mutation")}

    def run(self):
        for witness in self.witnesses.values():
            if witness.lies:
                raise Violation(witness.lies[0])
        self.nothing_lost_or_doubled()
        self.order()
        self.views_agree()
        for call, row in self.entities.items():
            self.stands(call, row)

    def nothing_lost_or_doubled(self):
        logged = collections.Counter(line["mid"] for line in self.edits)
        for mid, count in logged.items():
            if count > 1:
                raise Violation(f"I2 {mid} was applied {count} times: {[line for line in self.edits if line['mid'] == mid]}")
        for name, ledger in self.ledgers.items():
            dead = {entry["mid"]: entry for entry in self.statuses[name]["dead"]}
            for mid, entry in dead.items():
                if logged[mid]:
                    raise Violation(f"I2 {name} has {mid} among the dead ({entry['code']}) and the server has applied it")
            for mid, command in ledger.saved.items():
                if not logged[mid] and mid not in dead:
                    raise Violation(f"I1 {name}'s saved edit {mid} is lost: {command}; the server's result is {self.mutations.get(mid)}")
        for line in self.edits:
            if line["mid"] not in self.sent:
                raise Violation(f"I2 the log has an edit that no desk sent: {line}")
            result = self.mutations.get(line["mid"])
            if result is None or result["status"] not in ("applied", "conflict"):
                raise Violation(f"I2 the log has {line['mid']}, the results say {result}")

    def order(self):
        last = {}
        for line in self.edits:
            key = (line["device"], line["kind"], line["id"])
            if line["lseq"] <= last.get(key, 0):
                raise Violation(f"I4 {line['mid']} ({line['device']} {line['lseq']}) of {line['id']} came after {last[key]}")
            last[key] = line["lseq"]

    def views_agree(self):
        for name, view in self.views.items():
            for call, shown in view.items():
                entity = self.entities.get(call)
                expected = None if entity is None or entity["deleted"] else dict(json.loads(entity["row"]), ver=entity["ver"])
                if "list_order" in self.tolerated:
                    shown, expected = in_any_order(shown), in_any_order(expected)
                if shown != expected:
                    raise Violation(f"I3 {name}'s view of {call} is not the server's: {difference(shown, expected)}")

    def stands(self, call, entity):
        standing = Standing()
        for line in self.edits:
            if line["id"] != call:
                continue
            record = self.sent[line["mid"]]
            epoch = self.history.epoch_of(line["seq"])
            if epoch not in record["bases"]:
                raise Violation(f"I2 {line['mid']} was applied in epoch {epoch}, it was sent in {sorted(record['bases'])} only")
            standing.take(line["seq"], line["mid"], dict(record["edit"], device=line["device"], base=record["bases"][epoch]))
        if bool(entity["deleted"]) != standing.deleted:
            raise Violation(f"I3 {call} is {'' if entity['deleted'] else 'not '}deleted against its log")
        if standing.deleted:
            return
        row = json.loads(entity["row"])
        same("I6 notes of " + call, {note["id"]: note["text"] for note in row.get("notes", [])}, standing.notes)
        same("I6 notes of " + call + " once each", len(row.get("notes", [])), len(standing.notes))
        same("I7 tags of " + call, sorted(row.get("tags", [])), sorted(standing.tags))
        same("I8 do-not-contact of " + call, row.get("do_not_contact", False), standing.flag is not None)
        for name, (value, writer) in standing.fields.items():
            same(f"I10 {name} of {call}, last written as {writer}", row.get(name, ""), value)
        same("I10 decisions of " + call, [outcome["id"] for outcome in row.get("outcomes", [])], standing.outcomes)
        same("I10 losing decisions of " + call, {outcome["id"] for outcome in row.get("outcomes", []) if outcome.get("beside")}, standing.beside)
        same("I10 the decision on " + call, row.get("disposition", ""), standing.decision[0] if standing.decision else "")
        shown = {mid: (row["part"], row["losing"]) for mid, row in self.conflicts.items() if row["call_id"] == call}
        same("I10 conflicts of " + call, shown, standing.conflicts)


def same(what, found, expected):
    if found != expected:
        raise Violation(f"{what}: there is {found!r}, the log says {expected!r}")


def in_any_order(row):
    return row and dict(row, **{key: sorted(row[key], key=lambda one: one["id"]) for key in ("outcomes", "notes") if key in row})


def difference(shown, expected):
    """The keys that differ, and how."""
    if shown is None or expected is None:
        return f"shown {'nothing' if shown is None else 'version %s' % shown.get('ver')}, expected {'nothing' if expected is None else 'version %s' % expected.get('ver')}"
    keys = sorted(key for key in shown.keys() | expected.keys() if shown.get(key) != expected.get(key))
    return "; ".join(f"{key}: shown {shown.get(key)!r}, expected {expected.get(key)!r}" for key in keys)
