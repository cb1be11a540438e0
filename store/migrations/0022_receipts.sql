-- Signed receipts of pushes. body is the text as it was given out; hash is its SHA-256 in
-- hex, and key the fingerprint of the key that signed it. A receipt names the hash of the
-- course's previous one.

-- +goose Up
CREATE TABLE receipts (
    submission_id INTEGER PRIMARY KEY REFERENCES submissions (id),
    course_id     INTEGER NOT NULL REFERENCES courses (id),
    hash          TEXT NOT NULL,
    key           TEXT NOT NULL,
    body          TEXT NOT NULL
) STRICT;
CREATE INDEX receipts_course ON receipts (course_id, submission_id);

-- Courses whose next receipt begins a new chain: the data was restored from a backup.
CREATE TABLE receipt_breaks (
    course_id INTEGER PRIMARY KEY REFERENCES courses (id)
) STRICT;
