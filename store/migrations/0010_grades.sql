-- What a course does with submissions: late days, extensions, outages, marks,
-- adjustments, publication, and the grade of each owner and assignment.

-- +goose Up
ALTER TABLE courses ADD COLUMN late_tokens INTEGER NOT NULL DEFAULT 0 CHECK (late_tokens >= 0);

-- The points of a submission's latest grading that is the student's doing, as
-- schema.Tally; NULL until there is one. Try-outs never have it.
ALTER TABLE submissions ADD COLUMN tally TEXT;

-- A push after the end is kept and not graded: its job is cancelled from the start.
ALTER TABLE submissions ADD COLUMN kept INTEGER NOT NULL DEFAULT 0 CHECK (kept IN (0, 1));


-- Exactly one of due_at, days and by_us is set. ended_at is when staff took it back.
CREATE TABLE extensions (
    id            INTEGER PRIMARY KEY,
    assignment_id INTEGER NOT NULL REFERENCES assignments (id),
    owner         TEXT NOT NULL,
    due_at        INTEGER NOT NULL DEFAULT 0,
    days          INTEGER NOT NULL DEFAULT 0,
    by_us         INTEGER NOT NULL DEFAULT 0,
    until_at      INTEGER NOT NULL DEFAULT 0,
    reason        TEXT NOT NULL,
    actor         TEXT NOT NULL,
    made_at       INTEGER NOT NULL,
    ended_at      INTEGER NOT NULL DEFAULT 0,
    CHECK ((due_at > 0) + (days > 0) + (by_us > 0) = 1)
) STRICT;
CREATE INDEX extensions_owner ON extensions (assignment_id, owner) WHERE ended_at = 0;

CREATE TABLE outages (
    id        INTEGER PRIMARY KEY,
    course_id INTEGER NOT NULL REFERENCES courses (id),
    start_at  INTEGER NOT NULL,
    length_us INTEGER NOT NULL CHECK (length_us > 0),
    reason    TEXT NOT NULL,
    actor     TEXT NOT NULL,
    made_at   INTEGER NOT NULL,
    ended_at  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX outages_course ON outages (course_id) WHERE ended_at = 0;

CREATE TABLE marks (
    assignment_id INTEGER NOT NULL REFERENCES assignments (id),
    owner         TEXT NOT NULL,
    number        INTEGER NOT NULL,
    PRIMARY KEY (assignment_id, owner)
) STRICT, WITHOUT ROWID;

CREATE TABLE adjustments (
    id            INTEGER PRIMARY KEY,
    assignment_id INTEGER NOT NULL REFERENCES assignments (id),
    owner         TEXT NOT NULL,
    points        TEXT NOT NULL, -- exact, such as "-1/2"
    reason        TEXT NOT NULL,
    actor         TEXT NOT NULL,
    made_at       INTEGER NOT NULL,
    ended_at      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX adjustments_owner ON adjustments (assignment_id, owner) WHERE ended_at = 0;

-- Written in the transaction of whatever changes it: a result, an extension, an
-- outage, a mark, an adjustment. number is 0 while no submission counts.
CREATE TABLE grades (
    assignment_id INTEGER NOT NULL REFERENCES assignments (id),
    owner         TEXT NOT NULL,
    number        INTEGER NOT NULL,
    score         TEXT NOT NULL,
    max_score     TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('', 'on-time', 'late', 'after-end')),
    days          INTEGER NOT NULL,
    tokens        INTEGER NOT NULL,
    deducted      TEXT NOT NULL,
    adjusted      TEXT NOT NULL,
    final         TEXT NOT NULL,
    changed_at    INTEGER NOT NULL,
    PRIMARY KEY (assignment_id, owner)
) STRICT, WITHOUT ROWID;
CREATE INDEX grades_owner ON grades (owner);

DROP VIEW submission_rows;
CREATE VIEW submission_rows AS
SELECT s.id, c.code AS course_code, a.name AS assignment_name, s.owner, s.number, s.assignment_id, s.pusher_id, u.login,
    s.commit_hash, s.tree_hash, s.repository_id, s.intent_id, s.version_id, s.try_out, s.kept, s.receipt, s.received_at,
    j.id AS job_id, j.kind, coalesce(j.submission_id, 0) AS submission_id, j.version_id AS job_version_id, j.course_id, j.owner AS job_owner,
    j.lane, j.flavour, j.state, j.attempt, j.runner, j.reason, j.queued_at, j.assigned_at, j.started_at, j.ended_at, j.lease_until,
    r.body AS result
FROM submissions s
JOIN assignments a ON a.id = s.assignment_id
JOIN courses c ON c.id = a.course_id
JOIN users u ON u.id = s.pusher_id
JOIN jobs j ON j.id = s.job_id
LEFT JOIN results r ON r.job_id = s.done_job_id;

DROP VIEW submission_summaries;
CREATE VIEW submission_summaries AS
SELECT s.id, c.code AS course_code, a.name AS assignment_name, s.owner, s.number, s.assignment_id, s.pusher_id, u.login,
    s.commit_hash, s.tree_hash, s.repository_id, s.intent_id, s.version_id, s.try_out, s.kept, s.receipt, s.received_at,
    j.id AS job_id, j.kind, coalesce(j.submission_id, 0) AS submission_id, j.version_id AS job_version_id, j.course_id, j.owner AS job_owner,
    j.lane, j.flavour, j.state, j.attempt, j.runner, j.reason, j.queued_at, j.assigned_at, j.started_at, j.ended_at, j.lease_until,
    r.body AS summary
FROM submissions s
JOIN assignments a ON a.id = s.assignment_id
JOIN courses c ON c.id = a.course_id
JOIN users u ON u.id = s.pusher_id
JOIN jobs j ON j.id = s.job_id
LEFT JOIN summaries r ON r.job_id = s.done_job_id;
