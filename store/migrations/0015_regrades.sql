-- Regrade sets: jobs whose results nobody sees until the set is applied.

-- +goose Up
-- state: open until it is applied or discarded; applying while owners are being changed.
CREATE TABLE regrades (
    id            INTEGER PRIMARY KEY,
    assignment_id INTEGER NOT NULL REFERENCES assignments (id),
    version_id    INTEGER NOT NULL REFERENCES versions (id),
    which         TEXT NOT NULL CHECK (which IN ('counted', 'latest', 'all')),
    reason        TEXT NOT NULL,
    actor         TEXT NOT NULL,
    made_at       INTEGER NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('open', 'applying', 'applied', 'discarded', 'undone')),
    ended_at      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX regrades_assignment ON regrades (assignment_id);
CREATE UNIQUE INDEX regrades_open ON regrades (assignment_id) WHERE state IN ('open', 'applying');

-- One submission of a set. before_job is its result when the set was applied; changes
-- are the cases that came out otherwise, as JSON.
CREATE TABLE regraded (
    regrade_id    INTEGER NOT NULL REFERENCES regrades (id),
    submission_id INTEGER NOT NULL REFERENCES submissions (id),
    job_id        INTEGER NOT NULL REFERENCES jobs (id),
    owner         TEXT NOT NULL,
    tally         TEXT,
    changes       TEXT NOT NULL DEFAULT '[]',
    flaky         INTEGER NOT NULL DEFAULT 0 CHECK (flaky IN (0, 1)),
    before_job    INTEGER REFERENCES jobs (id),
    before_tally  TEXT,
    before_final  TEXT NOT NULL DEFAULT '',
    after_final   TEXT NOT NULL DEFAULT '',
    applied_at    INTEGER NOT NULL DEFAULT 0,
    undone_at     INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (regrade_id, submission_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX regraded_job ON regraded (job_id);
CREATE INDEX regraded_submission ON regraded (submission_id);
CREATE INDEX regraded_owner ON regraded (regrade_id, owner);
