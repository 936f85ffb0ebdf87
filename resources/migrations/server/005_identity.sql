-- Who an identity provider says that an account is. Belongs to the door, like the accounts: looked up before a workspace is known.
CREATE TABLE identity(
    issuer {text} NOT NULL,
    subject {text} NOT NULL,
    account {text} NOT NULL,
    linked_at {bigint} NOT NULL,
    PRIMARY KEY(issuer, subject)
) {strict};
-- Nobody takes over an account that somebody else of the same provider has.
CREATE UNIQUE INDEX identity_account ON identity(account, issuer);
