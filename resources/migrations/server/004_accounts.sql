-- An address may have an account in each workspace: whether it has one in another is nobody's business.
{pg}ALTER TABLE account DROP CONSTRAINT account_email_key;
{sqlite}CREATE TABLE account_new(
{sqlite}    id {text} PRIMARY KEY,
{sqlite}    ws {text} NOT NULL,
{sqlite}    email {text} NOT NULL,
{sqlite}    name {text} NOT NULL,
{sqlite}    role {text} NOT NULL,
{sqlite}    password {text} NOT NULL,
{sqlite}    disabled {bigint} NOT NULL DEFAULT 0,
{sqlite}    created_at {bigint} NOT NULL
{sqlite}) {strict};
{sqlite}INSERT INTO account_new SELECT id, ws, email, name, role, password, disabled, created_at FROM account;
{sqlite}DROP TABLE account;
{sqlite}ALTER TABLE account_new RENAME TO account;
CREATE UNIQUE INDEX account_of_address ON account(email, ws);
