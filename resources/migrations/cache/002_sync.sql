-- What the sync with the backend needs: names of records that are the same on every desk, versions, what waits and what failed.
ALTER TABLE calls ADD COLUMN ver INTEGER NOT NULL DEFAULT 0;      -- version that the backend gave, 0 while it knows nothing of the call
ALTER TABLE calls ADD COLUMN snapshot INTEGER NOT NULL DEFAULT 0; -- the snapshot that last brought the call

ALTER TABLE contacts ADD COLUMN uid TEXT;
UPDATE contacts SET uid = lower(hex(randomblob(16)));
CREATE UNIQUE INDEX contacts_by_uid ON contacts (uid);
DROP INDEX calls_by_contact;
ALTER TABLE calls RENAME COLUMN contact_id TO contact_row;
ALTER TABLE calls ADD COLUMN contact_id TEXT;
UPDATE calls SET contact_id = (SELECT uid FROM contacts WHERE contacts.id = calls.contact_row) WHERE contact_row IS NOT NULL;
ALTER TABLE calls DROP COLUMN contact_row;
CREATE INDEX calls_by_contact ON calls (contact_id) WHERE contact_id IS NOT NULL;

ALTER TABLE follow_ups ADD COLUMN uid TEXT;
UPDATE follow_ups SET uid = lower(hex(randomblob(16)));
CREATE UNIQUE INDEX follow_ups_by_uid ON follow_ups (uid);
-- The backend keeps the rule of the one automatic task; on the way here two of its rows may cross.
DROP INDEX follow_ups_one_automatic;
DROP INDEX follow_ups_open_of_number;
CREATE INDEX follow_ups_of_number ON follow_ups (number) WHERE number IS NOT NULL;

ALTER TABLE call_outcomes ADD COLUMN beside INTEGER NOT NULL DEFAULT 0;

CREATE TABLE call_notes (
    id TEXT PRIMARY KEY,
    call_id INTEGER NOT NULL REFERENCES calls (id),
    text TEXT NOT NULL,
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    copy_of TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX call_notes_of_call ON call_notes (call_id);

-- Versions of what is no call.
CREATE TABLE versions (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    ver INTEGER NOT NULL,
    snapshot INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- Edits that the backend has and the desk has seen again, kept as its backup for 30 days.
CREATE TABLE kept (
    lseq INTEGER PRIMARY KEY,
    mid TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    op TEXT NOT NULL,
    args_json TEXT NOT NULL,
    base_ver INTEGER,
    schema_ver INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    mutation TEXT NOT NULL,
    seq INTEGER NOT NULL,
    acked_ms INTEGER NOT NULL
) STRICT;
-- Edits that the backend refused; shown until somebody has dealt with them.
CREATE TABLE dead (
    lseq INTEGER PRIMARY KEY,
    mid TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    op TEXT NOT NULL,
    args_json TEXT NOT NULL,
    base_ver INTEGER,
    schema_ver INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    mutation TEXT NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    seq INTEGER NOT NULL DEFAULT 0, -- where the backend stood when it refused
    at_ms INTEGER NOT NULL
) STRICT;
-- Edits of the time before there was a backend: their effects are in the rows, which go to it whole.
INSERT INTO kept SELECT lseq, mid, kind, id, op, args_json, base_ver, schema_ver, created_ms, ifnull(json_extract(args_json, '$.group'), mid), 0, created_ms FROM outbox;
DELETE FROM outbox;
ALTER TABLE outbox ADD COLUMN mutation TEXT NOT NULL DEFAULT '';
CREATE INDEX outbox_of_record ON outbox (kind, id);

-- Records whose row is asked for again, since an edit of theirs was refused or given up.
CREATE TABLE stale (kind TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID;

-- Two decisions that were made without knowing of each other.
CREATE TABLE conflicts (
    id TEXT PRIMARY KEY,
    call_id TEXT NOT NULL,
    part TEXT NOT NULL,
    kept TEXT NOT NULL,
    losing TEXT NOT NULL,
    kept_by TEXT NOT NULL,
    losing_by TEXT NOT NULL,
    at INTEGER NOT NULL,
    state TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX conflicts_open ON conflicts (call_id) WHERE state = 'OPEN';

ALTER TABLE saved_views ADD COLUMN uid TEXT;
UPDATE saved_views SET uid = lower(hex(randomblob(16)));
CREATE UNIQUE INDEX saved_views_by_uid ON saved_views (uid);

-- Where this file stands: one row.
CREATE TABLE sync (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    device TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,        -- 0: never spoke with a backend
    cursor INTEGER NOT NULL DEFAULT -1,      -- -1: a snapshot must come first
    snapshot INTEGER NOT NULL DEFAULT 0,     -- number of the snapshot that is being taken, or was last
    floor INTEGER NOT NULL DEFAULT 0,        -- how far the cursor was before a snapshot began: an older one does not count
    snapshot_s INTEGER,                      -- its fixed head while it is being taken
    snapshot_kind TEXT,
    snapshot_after TEXT,
    user_id TEXT NOT NULL DEFAULT '',
    workspace_id TEXT NOT NULL DEFAULT '',
    synced_ms INTEGER
) STRICT;
INSERT INTO sync (one, device) VALUES (1, lower(hex(randomblob(16))));
