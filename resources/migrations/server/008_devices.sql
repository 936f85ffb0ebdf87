-- What the device's file called itself when something was last taken of it: an older copy of the file knows it by an older stamp.
ALTER TABLE device ADD COLUMN stamp {text} NOT NULL DEFAULT '';
