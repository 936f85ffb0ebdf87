-- What the backend does by itself: happenings for the sockets, jobs, files and mail. Words as in 001.

-- Which deadline of a call was told of already: the deadline itself, so that a new one is told of again.
ALTER TABLE call_index ADD COLUMN sla_notified {bigint} NOT NULL DEFAULT 0;
CREATE INDEX call_index_untold ON call_index(ws, sla_due_at) WHERE sla_met_at IS NULL AND sla_notified <> sla_due_at;
CREATE INDEX follow_up_untold ON follow_up(ws, due_at) WHERE notified = 0 AND state = 'OPEN';
-- Numbered per workspace without gaps in the order of commits, as the log of changes.
CREATE TABLE event_head(ws {text} PRIMARY KEY, n {bigint} NOT NULL) {strict};
CREATE TABLE event(
    ws {text} NOT NULL,
    n {bigint} NOT NULL,
    type {text} NOT NULL,
    call_id {text} NOT NULL,
    task_id {text} NOT NULL,
    due_at {bigint} NOT NULL,
    at {bigint} NOT NULL,
    PRIMARY KEY(ws, n)
) {strict};
CREATE INDEX event_at ON event(ws, at);

-- Work that outlives its request. The lease is the process's that does it: when it ran out, another one goes on.
CREATE TABLE job(
    ws {text} NOT NULL,
    id {text} NOT NULL,
    kind {text} NOT NULL,
    account {text} NOT NULL,
    args {text} NOT NULL,
    state {text} NOT NULL,
    total {bigint} NOT NULL,
    done {bigint} NOT NULL DEFAULT 0,
    failed {bigint} NOT NULL DEFAULT 0,
    message {text} NOT NULL DEFAULT '',
    result {text} NOT NULL DEFAULT '{}',
    lease {text} NOT NULL DEFAULT '',
    lease_until {bigint} NOT NULL DEFAULT 0,
    tries {bigint} NOT NULL DEFAULT 0,
    created_at {bigint} NOT NULL,
    finished_at {bigint},
    PRIMARY KEY(ws, id)
) {strict};
CREATE INDEX job_open ON job(ws, created_at) WHERE state IN ('pending', 'running');
CREATE INDEX job_account ON job(ws, account, kind, state);
CREATE TABLE job_item(
    ws {text} NOT NULL,
    job {text} NOT NULL,
    n {bigint} NOT NULL,
    call_id {text} NOT NULL,
    state {text} NOT NULL DEFAULT '',
    code {text} NOT NULL DEFAULT '',
    message {text} NOT NULL DEFAULT '',
    PRIMARY KEY(ws, job, n)
) {strict};

CREATE TABLE attachment(
    ws {text} NOT NULL,
    id {text} NOT NULL,
    call_id {text} NOT NULL,
    name {text} NOT NULL,
    type {text} NOT NULL,
    bytes {bigint} NOT NULL,
    sha256 {text} NOT NULL,
    created_at {bigint} NOT NULL,
    created_by {text} NOT NULL,
    PRIMARY KEY(ws, id)
) {strict};
CREATE INDEX attachment_call ON attachment(ws, call_id, created_at, id);
CREATE INDEX attachment_sha ON attachment(ws, sha256);

-- Bytes of attachments whose row is gone, until they are removed from where they lie.
CREATE TABLE blob_gone(ws {text} NOT NULL, name {text} NOT NULL, PRIMARY KEY(ws, name)) {strict};

-- Mail that waits to go out, once for each key.
CREATE TABLE mail(
    ws {text} NOT NULL,
    id {text} NOT NULL,
    recipient {text} NOT NULL,
    subject {text} NOT NULL,
    body {text} NOT NULL,
    state {text} NOT NULL,
    tries {bigint} NOT NULL DEFAULT 0,
    next_try {bigint} NOT NULL,
    lease_until {bigint} NOT NULL DEFAULT 0,
    message {text} NOT NULL DEFAULT '',
    created_at {bigint} NOT NULL,
    sent_at {bigint},
    PRIMARY KEY(ws, id)
) {strict};
CREATE INDEX mail_waiting ON mail(ws, next_try) WHERE state = 'waiting';

{pg}DO $$
{pg}DECLARE t TEXT;
{pg}BEGIN
{pg}  FOREACH t IN ARRAY ARRAY['event_head', 'event', 'job', 'job_item', 'attachment', 'blob_gone', 'mail'] LOOP
{pg}    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
{pg}    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
{pg}    EXECUTE format('CREATE POLICY one_workspace ON %I USING (ws = current_setting(''calldeck.ws'', true)) WITH CHECK (ws = current_setting(''calldeck.ws'', true))', t);
{pg}  END LOOP;
{pg}END $$;

-- A link to one file for a while: looked up by what is in it, before the workspace is known.
CREATE TABLE file_ticket(hash {text} PRIMARY KEY, ws {text} NOT NULL, kind {text} NOT NULL, id {text} NOT NULL, account {text} NOT NULL, expires_at {bigint} NOT NULL) {strict};
CREATE INDEX file_ticket_expiry ON file_ticket(expires_at);
