-- By which what somebody wrote is known to be whole when it is read from a damaged file: see services/store/Rescue.h.
ALTER TABLE outbox ADD COLUMN digest TEXT NOT NULL DEFAULT '';
ALTER TABLE kept ADD COLUMN digest TEXT NOT NULL DEFAULT '';
ALTER TABLE dead ADD COLUMN digest TEXT NOT NULL DEFAULT '';
ALTER TABLE drafts ADD COLUMN record TEXT NOT NULL DEFAULT ''; -- the call's name on the wire
ALTER TABLE drafts ADD COLUMN digest TEXT NOT NULL DEFAULT '';

-- Drafts from a damaged file, until their call comes from the backend.
CREATE TABLE rescued_drafts (record TEXT PRIMARY KEY, body TEXT NOT NULL, updated_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
