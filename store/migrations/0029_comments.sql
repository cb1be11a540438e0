-- What staff say about submissions.

-- +goose Up
-- file: '' is the submission as a whole; line: 0 is the file as a whole. actor is the
-- author's login. ended_at is when the comment was removed.
CREATE TABLE comments (
    id            INTEGER PRIMARY KEY,
    submission_id INTEGER NOT NULL REFERENCES submissions (id),
    actor         TEXT NOT NULL,
    file          TEXT NOT NULL,
    line          INTEGER NOT NULL CHECK (line >= 0),
    comment       TEXT NOT NULL,
    made_at       INTEGER NOT NULL,
    ended_at      INTEGER NOT NULL DEFAULT 0,
    CHECK (line = 0 OR file <> '')
) STRICT;
CREATE INDEX comments_submission ON comments (submission_id) WHERE ended_at = 0;
