-- A row of more than about 1,000 bytes does not fit into a leaf of a table without row ids, and takes a page of its own beside it: four pages for what one holds,
-- and as many to write with each edit. These two carry long rows.
{sqlite}CREATE TABLE entity_rows(
{sqlite}    ws TEXT NOT NULL,
{sqlite}    kind TEXT NOT NULL,
{sqlite}    id TEXT NOT NULL,
{sqlite}    ver INTEGER NOT NULL,
{sqlite}    deleted INTEGER NOT NULL DEFAULT 0,
{sqlite}    "row" TEXT NOT NULL,
{sqlite}    stamps TEXT NOT NULL DEFAULT '{}',
{sqlite}    PRIMARY KEY(ws, kind, id)
{sqlite}) STRICT;
{sqlite}INSERT INTO entity_rows(ws, kind, id, ver, deleted, "row", stamps) SELECT ws, kind, id, ver, deleted, "row", stamps FROM entity ORDER BY ws, kind, id;
{sqlite}DROP TABLE entity;
{sqlite}ALTER TABLE entity_rows RENAME TO entity;
{sqlite}CREATE TABLE payload_rows(
{sqlite}    ws TEXT NOT NULL,
{sqlite}    call_id TEXT NOT NULL,
{sqlite}    hash TEXT NOT NULL,
{sqlite}    payload TEXT NOT NULL,
{sqlite}    at INTEGER NOT NULL,
{sqlite}    PRIMARY KEY(ws, call_id, hash)
{sqlite}) STRICT;
{sqlite}INSERT INTO payload_rows(ws, call_id, hash, payload, at) SELECT ws, call_id, hash, payload, at FROM provider_payload ORDER BY ws, call_id, hash;
{sqlite}DROP TABLE provider_payload;
{sqlite}ALTER TABLE payload_rows RENAME TO provider_payload;
{sqlite}INSERT INTO sqlite_stat1(tbl, idx, stat) VALUES
{sqlite}  ('entity', 'sqlite_autoindex_entity_1', '300000 300000 100000 1'),
{sqlite}  ('provider_payload', 'sqlite_autoindex_provider_payload_1', '100000 100000 1 1');
