-- The backend's store, in the words of both engines: see server/sql/ServerSchema.h. Times are ms since 1970 UTC, truth values 0 or 1.

-- Who may come in. Not bound to a workspace by a policy: looked up by what a person shows at the door.
CREATE TABLE workspace(ws {text} PRIMARY KEY, created_at {bigint} NOT NULL) {strict};
CREATE TABLE account(
    id {text} PRIMARY KEY,
    ws {text} NOT NULL,
    email {text} NOT NULL UNIQUE,
    name {text} NOT NULL,
    role {text} NOT NULL,
    password {text} NOT NULL,
    disabled {bigint} NOT NULL DEFAULT 0,
    created_at {bigint} NOT NULL
) {strict};
-- One signing in and all that came of it: revoked as a whole.
CREATE TABLE token_family(
    id {text} PRIMARY KEY,
    account {text} NOT NULL,
    kind {text} NOT NULL,
    device_name {text} NOT NULL,
    created_at {bigint} NOT NULL,
    expires_at {bigint} NOT NULL,
    revoked_at {bigint}
) {strict};
CREATE INDEX token_family_account ON token_family(account);
CREATE TABLE token(
    hash {text} PRIMARY KEY,
    family {text} NOT NULL,
    kind {text} NOT NULL,
    expires_at {bigint} NOT NULL,
    used_at {bigint}
) {strict};
CREATE INDEX token_family_index ON token(family);
CREATE INDEX token_expiry ON token(expires_at);
-- Moves when a token was revoked or a role changed: open sockets are then looked at again.
CREATE TABLE access_change(one {bigint} PRIMARY KEY, n {bigint} NOT NULL) {strict};
INSERT INTO access_change(one, n) VALUES (1, 0);

-- Everything below belongs to one workspace.
CREATE TABLE ws_head(ws {text} PRIMARY KEY, epoch {bigint} NOT NULL, seq {bigint} NOT NULL, min_seq {bigint} NOT NULL) {strict};
CREATE TABLE epoch(ws {text} NOT NULL, epoch {bigint} NOT NULL, base_seq {bigint} NOT NULL, at {bigint} NOT NULL, PRIMARY KEY(ws, epoch)) {strict};
CREATE TABLE entity(
    ws {text} NOT NULL,
    kind {text} NOT NULL,
    id {text} NOT NULL,
    ver {bigint} NOT NULL,
    deleted {bigint} NOT NULL DEFAULT 0,
    "row" {text} NOT NULL,
    stamps {text} NOT NULL DEFAULT '{}',
    PRIMARY KEY(ws, kind, id)
) {strict};
CREATE TABLE change(
    ws {text} NOT NULL,
    seq {bigint} NOT NULL,
    kind {text} NOT NULL,
    id {text} NOT NULL,
    op {text} NOT NULL,
    mid {text} NOT NULL,
    device {text} NOT NULL,
    lseq {bigint} NOT NULL,
    actor {text} NOT NULL,
    at {bigint} NOT NULL,
    PRIMARY KEY(ws, seq)
) {strict};
CREATE INDEX change_mid ON change(ws, mid);
CREATE TABLE mutation(
    ws {text} NOT NULL,
    mid {text} NOT NULL,
    body_hash {text} NOT NULL,
    status {text} NOT NULL,
    code {text} NOT NULL,
    message {text} NOT NULL,
    seq {bigint} NOT NULL,
    at {bigint} NOT NULL,
    PRIMARY KEY(ws, mid)
) {strict};
CREATE INDEX mutation_at ON mutation(ws, at);
-- The last lseq of a device on a record: nothing older is taken after it.
CREATE TABLE device_order(
    ws {text} NOT NULL,
    device {text} NOT NULL,
    kind {text} NOT NULL,
    id {text} NOT NULL,
    lseq {bigint} NOT NULL,
    PRIMARY KEY(ws, device, kind, id)
) {strict};
CREATE TABLE device(
    ws {text} NOT NULL,
    id {text} NOT NULL,
    account {text} NOT NULL,
    first_seen {bigint} NOT NULL,
    last_seen {bigint} NOT NULL,
    PRIMARY KEY(ws, id)
) {strict};
-- What the conflict's row does not show to all: the losing edit, for the choice to replace.
CREATE TABLE conflict(
    ws {text} NOT NULL,
    id {text} NOT NULL,
    call_id {text} NOT NULL,
    args {text} NOT NULL,
    losing_account {text} NOT NULL,
    PRIMARY KEY(ws, id)
) {strict};
CREATE INDEX conflict_call ON conflict(ws, call_id);
CREATE TABLE parked(
    ws {text} NOT NULL,
    mid {text} NOT NULL,
    account {text} NOT NULL,
    device {text} NOT NULL,
    payload {text} NOT NULL,
    at {bigint} NOT NULL,
    PRIMARY KEY(ws, mid)
) {strict};
-- What a provider said, as it said it: each different message once.
CREATE TABLE provider_payload(
    ws {text} NOT NULL,
    call_id {text} NOT NULL,
    hash {text} NOT NULL,
    payload {text} NOT NULL,
    at {bigint} NOT NULL,
    PRIMARY KEY(ws, call_id, hash)
) {strict};
CREATE TABLE audit(
    ws {text} NOT NULL,
    n {bigint} NOT NULL,
    entry {text} NOT NULL,
    hash {text} NOT NULL,
    PRIMARY KEY(ws, n)
) {strict};
CREATE TABLE erased(ws {text} NOT NULL, kind {text} NOT NULL, id_hash {text} NOT NULL, at {bigint} NOT NULL, PRIMARY KEY(ws, kind, id_hash)) {strict};

-- Derived from the rows in the same transaction: what lists filter and sort by.
CREATE TABLE call_index(
    ws {text} NOT NULL,
    id {text} NOT NULL,
    started_at {bigint},
    status {text} NOT NULL,
    call_type {text} NOT NULL,
    outcome {text} NOT NULL,
    disposition {text} NOT NULL,
    agent_name {text} NOT NULL,
    queue {text} NOT NULL,
    priority {bigint},
    emergency {bigint} NOT NULL,
    do_not_contact {bigint} NOT NULL,
    spam {bigint} NOT NULL,
    in_triage {bigint} NOT NULL,
    outcome_required {bigint} NOT NULL,
    sla_warning_at {bigint},
    sla_critical_at {bigint},
    sla_due_at {bigint},
    sla_met_at {bigint},
    value_cents {bigint},
    duration {bigint},
    customer_number {text} NOT NULL,
    has_recording {bigint} NOT NULL,
    has_transcript {bigint} NOT NULL,
    follow_up_required {bigint} NOT NULL,
    provider {text} NOT NULL,
    provider_call_id {text} NOT NULL,
    search {text} NOT NULL,
    PRIMARY KEY(ws, id)
) {strict};
CREATE INDEX call_index_started ON call_index(ws, started_at, id);
CREATE INDEX call_index_triage ON call_index(ws, in_triage, emergency, sla_due_at);
CREATE INDEX call_index_number ON call_index(ws, customer_number, id);
CREATE TABLE call_tag(ws {text} NOT NULL, id {text} NOT NULL, tag {text} NOT NULL, PRIMARY KEY(ws, id, tag)) {strict};
CREATE INDEX call_tag_tag ON call_tag(ws, tag, id);
CREATE TABLE follow_up(
    ws {text} NOT NULL,
    id {text} NOT NULL,
    call_id {text} NOT NULL,
    number {text} NOT NULL,
    due_at {bigint} NOT NULL,
    state {text} NOT NULL,
    automatic {bigint} NOT NULL,
    owner {text} NOT NULL,
    note {text} NOT NULL,
    created_at {bigint} NOT NULL,
    closed_at {bigint},
    notified {bigint} NOT NULL DEFAULT 0,
    PRIMARY KEY(ws, id)
) {strict};
CREATE INDEX follow_up_call ON follow_up(ws, call_id);
CREATE INDEX follow_up_number ON follow_up(ws, number, state);
CREATE INDEX follow_up_due ON follow_up(ws, state, due_at);

-- The second wall: a statement that forgot its workspace sees nothing.
{pg}DO $$
{pg}DECLARE t TEXT;
{pg}BEGIN
{pg}  FOREACH t IN ARRAY ARRAY['ws_head', 'epoch', 'entity', 'change', 'mutation', 'device_order', 'device', 'conflict', 'parked', 'provider_payload', 'audit', 'erased', 'call_index', 'call_tag', 'follow_up'] LOOP
{pg}    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
{pg}    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
{pg}    EXECUTE format('CREATE POLICY one_workspace ON %I USING (ws = current_setting(''calldeck.ws'', true)) WITH CHECK (ws = current_setting(''calldeck.ws'', true))', t);
{pg}  END LOOP;
{pg}END $$;
