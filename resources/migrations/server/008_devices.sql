-- The last lseq that was taken of a device: one that says it has given out fewer works with an older copy of its file.
ALTER TABLE device ADD COLUMN lseq {bigint} NOT NULL DEFAULT 0;
