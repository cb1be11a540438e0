-- What pages of a class show of a result, in a compact form (store/outcomes.go): derived from
-- results, and written in the same transactions. It is for staff only, like whole results.

-- +goose Up
CREATE TABLE outcome_layouts (
    id   INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE, -- SHA-256 of the body
    body TEXT NOT NULL         -- the tests of results, as a list of outcomeTest
) STRICT;
CREATE TABLE outcomes (
    job_id    INTEGER PRIMARY KEY REFERENCES jobs (id),
    layout_id INTEGER NOT NULL REFERENCES outcome_layouts (id),
    body      BLOB NOT NULL
) STRICT;

-- The progress of deriving outcomes from earlier results. form is the form and the rules that the
-- outcomes of the results up to job_id have; rewritten counts changes of existing outcomes.
CREATE TABLE outcome_progress (
    id        INTEGER PRIMARY KEY CHECK (id = 1),
    form      INTEGER NOT NULL,
    job_id    INTEGER NOT NULL,
    complete  INTEGER NOT NULL CHECK (complete IN (0, 1)),
    rewritten INTEGER NOT NULL
) STRICT;
INSERT INTO outcome_progress (id, form, job_id, complete, rewritten) VALUES (1, 0, 0, 0, 0);
