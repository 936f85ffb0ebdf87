-- The desk's cache. Columns that the table filters and sorts by come first, so that a scan reads little of each row.
CREATE TABLE calls (
    id INTEGER PRIMARY KEY,
    started_at INTEGER,
    in_triage INTEGER NOT NULL DEFAULT 0,
    emergency INTEGER NOT NULL DEFAULT 0,
    status TEXT,
    call_type TEXT,
    outcome TEXT,
    disposition TEXT,
    live_state TEXT,
    priority INTEGER,
    agent_name TEXT,
    queue TEXT,
    duration_seconds INTEGER,
    queue_seconds INTEGER,
    value_cents INTEGER,
    lead_score INTEGER,
    sentiment_score REAL,
    sla_due_at INTEGER,
    sla_warning_at INTEGER,
    sla_critical_at INTEGER,
    sla_met_at INTEGER,
    outcome_required INTEGER NOT NULL DEFAULT 0,
    outcome_owed_reason TEXT,
    do_not_contact INTEGER NOT NULL DEFAULT 0,
    spam INTEGER NOT NULL DEFAULT 0,
    after_hours INTEGER NOT NULL DEFAULT 0,
    follow_up_required INTEGER NOT NULL DEFAULT 0,
    recording_status TEXT,
    transcript_status TEXT,
    name TEXT,
    call_id TEXT NOT NULL UNIQUE,
    provider TEXT,
    provider_call_id TEXT,
    vapi_call_id TEXT,
    conversation_id TEXT,
    import_source TEXT,
    caller_name TEXT,
    business_name TEXT,
    customer_number TEXT,
    customer_number_raw TEXT,
    line_number TEXT,
    customer_email TEXT,
    customer_address TEXT,
    customer_ref TEXT,
    contact_id INTEGER,
    scheduled_at INTEGER,
    answered_at INTEGER,
    ended_at INTEGER,
    ivr_seconds INTEGER,
    talk_seconds INTEGER,
    wrap_up_seconds INTEGER,
    abandoned_stage TEXT,
    agent_id TEXT,
    carrier_info TEXT,
    source_queue_type TEXT,
    queue_status TEXT,
    queue_entered_at INTEGER,
    queue_position INTEGER,
    user_priority_score REAL,
    call_attempt_number INTEGER,
    call_source TEXT,
    source TEXT,
    lead_source TEXT,
    last_outcome_notes TEXT,
    last_outcome_agent_id TEXT,
    outcome_at INTEGER,
    transferred_to_staff INTEGER NOT NULL DEFAULT 0,
    transferred_to TEXT,
    appointment_set INTEGER NOT NULL DEFAULT 0,
    follow_up_date INTEGER,
    callback_scheduled INTEGER NOT NULL DEFAULT 0,
    magic_link_sent INTEGER NOT NULL DEFAULT 0,
    sms_sent INTEGER NOT NULL DEFAULT 0,
    sale_made INTEGER NOT NULL DEFAULT 0,
    is_conversion INTEGER NOT NULL DEFAULT 0,
    job_id INTEGER,
    call_purpose TEXT,
    call_notes TEXT,
    transcript_summary TEXT,
    sla_trigger TEXT,
    sla_started_at INTEGER,
    call_score INTEGER,
    customer_sentiment TEXT,
    agent_performance_score INTEGER,
    conversion_likelihood REAL,
    call_quality INTEGER,
    ai_confidence REAL,
    lead_status TEXT,
    cost_cents INTEGER,
    payment_plan_discussed INTEGER NOT NULL DEFAULT 0,
    payment_plan_amount INTEGER,
    collection_attempt INTEGER NOT NULL DEFAULT 0,
    collection_amount INTEGER,
    collection_success INTEGER NOT NULL DEFAULT 0,
    insurance_verified INTEGER NOT NULL DEFAULT 0,
    insurance_provider TEXT,
    consent INTEGER NOT NULL DEFAULT 0,
    spam_reason TEXT,
    recording_url TEXT,
    recording_sid TEXT,
    recording_duration_seconds INTEGER,
    transcript_url TEXT,
    campaign_id TEXT,
    recipient_id TEXT,
    created_at INTEGER,
    updated_at INTEGER,
    last_outcome_type TEXT GENERATED ALWAYS AS (outcome) VIRTUAL,
    last_outcome_at INTEGER GENERATED ALWAYS AS (outcome_at) VIRTUAL
) STRICT;
CREATE INDEX calls_by_start ON calls (started_at, id);
CREATE INDEX calls_in_triage ON calls (emergency DESC, ifnull(sla_due_at, 9223372036854775807), ifnull(priority, 9), started_at, id) WHERE in_triage = 1;
CREATE INDEX calls_by_number ON calls (customer_number, started_at) WHERE customer_number IS NOT NULL;
CREATE INDEX calls_by_caller ON calls (caller_name COLLATE NOCASE, id);
CREATE INDEX calls_by_contact ON calls (contact_id) WHERE contact_id IS NOT NULL;

CREATE TABLE call_tags (
    call_id INTEGER NOT NULL REFERENCES calls (id),
    tag TEXT NOT NULL,
    PRIMARY KEY (call_id, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX call_tags_by_tag ON call_tags (tag, call_id);

-- What the provider sent, word for word, kept for a later backfill.
CREATE TABLE call_payloads (call_id INTEGER PRIMARY KEY REFERENCES calls (id), raw TEXT NOT NULL) STRICT;

-- id is call id * 4096 + number of the turn, so that a hit in the full-text index names its call without a join.
CREATE TABLE conversation_turns (
    id INTEGER PRIMARY KEY,
    speaker TEXT NOT NULL,
    content TEXT NOT NULL,
    at_ms INTEGER NOT NULL DEFAULT 0,
    confidence REAL,
    intent TEXT,
    entities TEXT,
    sentiment REAL,
    audio_url TEXT
) STRICT;

CREATE TABLE call_outcomes (
    id INTEGER PRIMARY KEY,
    call_id INTEGER NOT NULL REFERENCES calls (id),
    mutation_id TEXT NOT NULL,
    disposition TEXT NOT NULL,
    outcome TEXT NOT NULL,
    notes TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    retracted_at INTEGER,
    UNIQUE (call_id, mutation_id)
) STRICT;

CREATE TABLE contacts (
    id INTEGER PRIMARY KEY,
    name TEXT,
    business_name TEXT,
    number TEXT,
    email TEXT,
    address TEXT,
    preferred_channel TEXT,
    time_windows TEXT
) STRICT;
CREATE INDEX contacts_by_number ON contacts (number);
CREATE INDEX contacts_by_name ON contacts (name COLLATE NOCASE);

CREATE TABLE do_not_contact (number TEXT PRIMARY KEY, reason TEXT NOT NULL, set_at INTEGER NOT NULL, set_by TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE follow_ups (
    id INTEGER PRIMARY KEY,
    call_id INTEGER NOT NULL REFERENCES calls (id),
    number TEXT,
    due_at INTEGER NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    owner TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'OPEN',
    automatic INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    closed_at INTEGER
) STRICT;
CREATE INDEX follow_ups_open ON follow_ups (due_at) WHERE state = 'OPEN';
CREATE INDEX follow_ups_of_call ON follow_ups (call_id);
-- One automatic task on a number while it is open: the rule of the missed call, kept by the file itself.
CREATE UNIQUE INDEX follow_ups_one_automatic ON follow_ups (number) WHERE state = 'OPEN' AND automatic = 1;
CREATE INDEX follow_ups_open_of_number ON follow_ups (number) WHERE state = 'OPEN';

CREATE TABLE drafts (call_id INTEGER PRIMARY KEY REFERENCES calls (id), body TEXT NOT NULL, updated_at INTEGER NOT NULL) STRICT;

-- One row for each call that a mutation changed; `changes` holds old and new values and is what undo reads.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    mutation_id TEXT NOT NULL,
    call_id INTEGER,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    changes TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_mutation ON audit (mutation_id);
CREATE INDEX audit_by_call ON audit (call_id);

CREATE TABLE outbox (
    lseq INTEGER PRIMARY KEY AUTOINCREMENT,
    mid TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    op TEXT NOT NULL,
    args_json TEXT NOT NULL,
    base_ver INTEGER,
    schema_ver INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'acked', 'dead')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try_ms INTEGER,
    last_error TEXT,
    seq INTEGER
) STRICT;

CREATE TABLE saved_views (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, filter TEXT NOT NULL) STRICT;
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- What the full-text index holds for each call. Saving only notes the call in search_queue; the index follows right after.
-- No triggers: a statement that fires one opens a savepoint, and at each savepoint FTS5 writes out its buffer, a tenfold slower import.
CREATE TABLE search_text (
    call_id INTEGER PRIMARY KEY,
    party TEXT NOT NULL,
    numbers TEXT NOT NULL,
    notes TEXT NOT NULL,
    tags TEXT NOT NULL,
    summary TEXT NOT NULL
) STRICT;
CREATE TABLE search_queue (call_id INTEGER PRIMARY KEY) STRICT;
CREATE VIRTUAL TABLE call_search USING fts5 (
    party, numbers, notes, tags, summary,
    content = 'search_text', content_rowid = 'call_id', prefix = '2 3', tokenize = 'unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE turn_search USING fts5 (
    content, content = 'conversation_turns', content_rowid = 'id', prefix = '3', tokenize = 'unicode61 remove_diacritics 2');

-- A larger buffer of new words before they are written out: a bulk import merges its index pages an eighth as often.
INSERT INTO call_search (call_search, rank) VALUES ('hashsize', 16777216);
INSERT INTO turn_search (turn_search, rank) VALUES ('hashsize', 16777216);
