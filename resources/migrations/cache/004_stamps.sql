-- By which the backend tells this file from an older copy of it: the stamp of the last push that was answered, and of the one that is on its way.
ALTER TABLE sync ADD COLUMN stamp TEXT NOT NULL DEFAULT '';
ALTER TABLE sync ADD COLUMN next_stamp TEXT NOT NULL DEFAULT '';
