-- What the lists and figures of the REST routes filter, sort and count by, filled from the rows that are there.
ALTER TABLE call_index ADD COLUMN customer {text} NOT NULL DEFAULT '';
ALTER TABLE call_index ADD COLUMN business {text} NOT NULL DEFAULT '';
ALTER TABLE call_index ADD COLUMN agent_id {text} NOT NULL DEFAULT '';
ALTER TABLE call_index ADD COLUMN campaign_id {text} NOT NULL DEFAULT '';
ALTER TABLE call_index ADD COLUMN lead_status {text} NOT NULL DEFAULT '';
ALTER TABLE call_index ADD COLUMN lead_score {bigint};
ALTER TABLE call_index ADD COLUMN scheduled_at {bigint};
ALTER TABLE call_index ADD COLUMN is_conversion {bigint} NOT NULL DEFAULT 0;
ALTER TABLE call_index ADD COLUMN insurance_verified {bigint} NOT NULL DEFAULT 0;
ALTER TABLE call_index ADD COLUMN payment_plan_cents {bigint};
ALTER TABLE call_index ADD COLUMN collection_attempt {bigint} NOT NULL DEFAULT 0;
ALTER TABLE call_index ADD COLUMN collection_success {bigint} NOT NULL DEFAULT 0;
ALTER TABLE call_index ADD COLUMN collection_cents {bigint};

-- The migration is of no workspace: as the tables' owner it may see them all for this moment.
{pg}ALTER TABLE call_index NO FORCE ROW LEVEL SECURITY;
{pg}ALTER TABLE entity NO FORCE ROW LEVEL SECURITY;
{pg}UPDATE call_index SET
{pg}  customer = lower(coalesce(j.r->>'caller_name', j.r->>'business_name', j.r->>'customer_number', j.r->>'customer_number_raw', '')),
{pg}  business = lower(coalesce(j.r->>'business_name', '')), agent_id = coalesce(j.r->>'agent_id', ''), campaign_id = coalesce(j.r->>'campaign_id', ''),
{pg}  lead_status = coalesce(j.r->>'lead_status', ''), lead_score = (j.r->>'lead_score')::numeric::bigint,
{pg}  scheduled_at = round(extract(epoch FROM (j.r->>'scheduled_at')::timestamptz) * 1000)::bigint,
{pg}  is_conversion = CASE WHEN j.r->>'is_conversion' = 'true' THEN 1 ELSE 0 END,
{pg}  insurance_verified = CASE WHEN j.r->>'insurance_verified' = 'true' THEN 1 ELSE 0 END,
{pg}  payment_plan_cents = CASE WHEN j.r->>'payment_plan_discussed' = 'true' THEN (j.r->>'payment_plan_amount')::numeric::bigint END,
{pg}  collection_attempt = CASE WHEN j.r->>'collection_attempt' = 'true' THEN 1 ELSE 0 END,
{pg}  collection_success = CASE WHEN j.r->>'collection_success' = 'true' THEN 1 ELSE 0 END,
{pg}  collection_cents = (j.r->>'collection_amount')::numeric::bigint
{pg}FROM (SELECT ws, id, "row"::jsonb AS r FROM entity WHERE kind = 'call' AND deleted = 0) j WHERE j.ws = call_index.ws AND j.id = call_index.id;
{pg}ALTER TABLE entity FORCE ROW LEVEL SECURITY;
{pg}ALTER TABLE call_index FORCE ROW LEVEL SECURITY;
{sqlite}UPDATE call_index SET
{sqlite}  customer = lower(coalesce(json_extract(e."row", '$.caller_name'), json_extract(e."row", '$.business_name'), json_extract(e."row", '$.customer_number'), json_extract(e."row", '$.customer_number_raw'), '')),
{sqlite}  business = lower(coalesce(json_extract(e."row", '$.business_name'), '')), agent_id = coalesce(json_extract(e."row", '$.agent_id'), ''),
{sqlite}  campaign_id = coalesce(json_extract(e."row", '$.campaign_id'), ''), lead_status = coalesce(json_extract(e."row", '$.lead_status'), ''),
{sqlite}  lead_score = CAST(json_extract(e."row", '$.lead_score') AS INTEGER),
{sqlite}  scheduled_at = CAST(round((julianday(json_extract(e."row", '$.scheduled_at')) - 2440587.5) * 86400000) AS INTEGER),
{sqlite}  is_conversion = coalesce(json_extract(e."row", '$.is_conversion'), 0), insurance_verified = coalesce(json_extract(e."row", '$.insurance_verified'), 0),
{sqlite}  payment_plan_cents = CASE WHEN json_extract(e."row", '$.payment_plan_discussed') = 1 THEN CAST(json_extract(e."row", '$.payment_plan_amount') AS INTEGER) END,
{sqlite}  collection_attempt = coalesce(json_extract(e."row", '$.collection_attempt'), 0), collection_success = coalesce(json_extract(e."row", '$.collection_success'), 0),
{sqlite}  collection_cents = CAST(json_extract(e."row", '$.collection_amount') AS INTEGER)
{sqlite}FROM entity e WHERE e.ws = call_index.ws AND e.kind = 'call' AND e.id = call_index.id AND e.deleted = 0;

CREATE INDEX call_index_value ON call_index(ws, value_cents, id) WHERE value_cents IS NOT NULL;
CREATE INDEX call_index_due ON call_index(ws, sla_due_at, id) WHERE sla_due_at IS NOT NULL;
CREATE INDEX call_index_scheduled ON call_index(ws, scheduled_at, id) WHERE scheduled_at IS NOT NULL;
CREATE INDEX call_index_duration ON call_index(ws, duration, id);
CREATE INDEX call_index_customer ON call_index(ws, customer, id);
CREATE INDEX follow_up_list ON follow_up(ws, due_at, id);
