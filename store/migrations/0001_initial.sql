-- Times are microseconds since 1970 UTC, 0 for none. Hashes of commits and trees
-- are hex. Secrets are kept only as their SHA-256.

-- +goose Up
CREATE TABLE users (
    id         INTEGER PRIMARY KEY,
    login      TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    email      TEXT NOT NULL,
    admin      INTEGER NOT NULL CHECK (admin IN (0, 1)),
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE keys (
    id          INTEGER PRIMARY KEY,
    user_id     INTEGER NOT NULL REFERENCES users (id),
    fingerprint TEXT NOT NULL,
    public      TEXT NOT NULL,
    comment     TEXT NOT NULL,
    active      INTEGER NOT NULL CHECK (active IN (0, 1)),
    added_at    INTEGER NOT NULL,
    used_at     INTEGER NOT NULL DEFAULT 0,
    UNIQUE (user_id, fingerprint)
) STRICT;
-- A pending key blocks nobody: only active ones are unique.
CREATE UNIQUE INDEX keys_active ON keys (fingerprint) WHERE active = 1;

CREATE TABLE tokens (
    hash       BLOB PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('code', 'login')),
    user_id    INTEGER NOT NULL REFERENCES users (id),
    made_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    spent_at   INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_expiry ON tokens (expires_at);

CREATE TABLE sessions (
    hash       BLOB PRIMARY KEY,
    data       BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE courses (
    id         INTEGER PRIMARY KEY,
    code       TEXT NOT NULL UNIQUE,
    title      TEXT NOT NULL,
    zone       TEXT NOT NULL,
    flavour    TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE enrolments (
    course_id INTEGER NOT NULL REFERENCES courses (id),
    user_id   INTEGER NOT NULL REFERENCES users (id),
    role      TEXT NOT NULL CHECK (role IN ('student', 'ta', 'instructor')),
    PRIMARY KEY (course_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX enrolments_user ON enrolments (user_id);

CREATE TABLE assignments (
    id         INTEGER PRIMARY KEY,
    course_id  INTEGER NOT NULL REFERENCES courses (id),
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (course_id, name)
) STRICT;

CREATE TABLE repositories (
    id            INTEGER PRIMARY KEY,
    kind          TEXT NOT NULL CHECK (kind IN ('own', 'tests', 'course', 'starter')),
    course_id     INTEGER NOT NULL REFERENCES courses (id),
    assignment_id INTEGER REFERENCES assignments (id),
    owner         TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX repositories_name ON repositories (course_id, coalesce(assignment_id, 0), kind, owner);

CREATE TABLE intents (
    id            TEXT PRIMARY KEY,
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    pusher_id     INTEGER NOT NULL REFERENCES users (id),
    ref           TEXT NOT NULL,
    old_hash      TEXT NOT NULL,
    new_hash      TEXT NOT NULL,
    received_at   INTEGER NOT NULL,
    options       TEXT NOT NULL,
    process_group INTEGER NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('open', 'recorded', 'void'))
) STRICT;
CREATE UNIQUE INDEX intents_open ON intents (repository_id) WHERE state = 'open';

CREATE TABLE versions (
    id            INTEGER PRIMARY KEY,
    assignment_id INTEGER NOT NULL REFERENCES assignments (id),
    number        INTEGER NOT NULL,
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    intent_id     TEXT NOT NULL UNIQUE REFERENCES intents (id),
    commit_hash   TEXT NOT NULL,
    tree_hash     TEXT NOT NULL,
    source        BLOB NOT NULL,
    flavour       TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('candidate', 'active', 'retired', 'rejected')),
    pins          TEXT NOT NULL,
    pusher_id     INTEGER NOT NULL REFERENCES users (id),
    received_at   INTEGER NOT NULL,
    UNIQUE (assignment_id, number)
) STRICT;
CREATE UNIQUE INDEX versions_active ON versions (assignment_id) WHERE state = 'active';

CREATE TABLE submissions (
    id            INTEGER PRIMARY KEY,
    assignment_id INTEGER NOT NULL REFERENCES assignments (id),
    owner         TEXT NOT NULL,
    number        INTEGER NOT NULL,
    pusher_id     INTEGER NOT NULL REFERENCES users (id),
    commit_hash   TEXT NOT NULL,
    tree_hash     TEXT NOT NULL,
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    intent_id     TEXT NOT NULL UNIQUE REFERENCES intents (id),
    version_id    INTEGER NOT NULL REFERENCES versions (id),
    try_out       INTEGER NOT NULL CHECK (try_out IN (0, 1)),
    receipt       TEXT NOT NULL UNIQUE,
    received_at   INTEGER NOT NULL,
    job_id        INTEGER REFERENCES jobs (id), -- the latest
    done_job_id   INTEGER REFERENCES jobs (id), -- the latest that has a result
    UNIQUE (assignment_id, owner, number)
) STRICT;
CREATE INDEX submissions_owner ON submissions (owner, received_at);

-- The queue is this table. uncounted is how many attempts do not count towards the
-- three; event_seq is the last event's number; sent counts the events that the
-- current attempt's runner has handed over.
CREATE TABLE jobs (
    id            INTEGER PRIMARY KEY,
    kind          TEXT NOT NULL CHECK (kind IN ('grade', 'gate')),
    submission_id INTEGER REFERENCES submissions (id),
    version_id    INTEGER NOT NULL REFERENCES versions (id),
    course_id     INTEGER NOT NULL REFERENCES courses (id),
    owner         TEXT NOT NULL,
    lane          INTEGER NOT NULL CHECK (lane IN (0, 1, 2, 3)),
    flavour       TEXT NOT NULL,
    state         TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'assigned', 'running', 'done', 'cancelled', 'failed')),
    attempt       INTEGER NOT NULL DEFAULT 0,
    uncounted     INTEGER NOT NULL DEFAULT 0,
    runner        TEXT NOT NULL DEFAULT '',
    reason        TEXT NOT NULL DEFAULT '',
    queued_at     INTEGER NOT NULL,
    assigned_at   INTEGER NOT NULL DEFAULT 0,
    started_at    INTEGER NOT NULL DEFAULT 0,
    ended_at      INTEGER NOT NULL DEFAULT 0,
    lease_until   INTEGER NOT NULL DEFAULT 0,
    free_retry    INTEGER NOT NULL DEFAULT 0 CHECK (free_retry IN (0, 1)),
    event_seq     INTEGER NOT NULL DEFAULT 0,
    sent          INTEGER NOT NULL DEFAULT 0,
    CHECK ((kind = 'grade') = (submission_id IS NOT NULL))
) STRICT;
CREATE INDEX jobs_queue ON jobs (flavour, lane, course_id, owner, queued_at) WHERE state = 'queued';
CREATE INDEX jobs_active ON jobs (course_id, owner) WHERE state IN ('assigned', 'running');
CREATE INDEX jobs_done ON jobs (flavour, ended_at) WHERE state = 'done';
CREATE INDEX jobs_submission ON jobs (submission_id) WHERE submission_id IS NOT NULL;
CREATE INDEX jobs_gate ON jobs (version_id) WHERE kind = 'gate';

CREATE TABLE events (
    job_id INTEGER NOT NULL REFERENCES jobs (id),
    seq    INTEGER NOT NULL,
    kind   TEXT NOT NULL,
    body   TEXT NOT NULL, -- schema.Event without its Result
    PRIMARY KEY (job_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE results (
    job_id INTEGER PRIMARY KEY REFERENCES jobs (id),
    body   TEXT NOT NULL -- schema.Result
) STRICT;

CREATE TABLE runners (
    id            TEXT PRIMARY KEY,
    flavour       TEXT NOT NULL,
    secret_hash   BLOB NOT NULL UNIQUE,
    host          TEXT NOT NULL,
    image         TEXT NOT NULL,
    wall          TEXT NOT NULL,
    version       TEXT NOT NULL,
    job_id        INTEGER REFERENCES jobs (id),
    registered_at INTEGER NOT NULL,
    retired_at    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX runners_live ON runners (registered_at) WHERE retired_at = 0;

CREATE TABLE audit (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail  TEXT NOT NULL
) STRICT;

-- What claiming looks at, kept by the triggers below so that it never has to count
-- a long queue: who waits in a lane, and what they have on runners already.
CREATE TABLE queue_courses (
    flavour   TEXT NOT NULL,
    lane      INTEGER NOT NULL,
    course_id INTEGER NOT NULL,
    waiting   INTEGER NOT NULL,
    PRIMARY KEY (flavour, lane, course_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE queue_owners (
    course_id INTEGER NOT NULL,
    owner     TEXT NOT NULL,
    flavour   TEXT NOT NULL,
    lane      INTEGER NOT NULL,
    busy      INTEGER NOT NULL, -- assigned and running, of every flavour
    waiting   INTEGER NOT NULL,
    head      INTEGER NOT NULL, -- queued_at of the oldest that waits
    PRIMARY KEY (course_id, owner, flavour, lane)
) STRICT, WITHOUT ROWID;
CREATE INDEX queue_owners_turn ON queue_owners (flavour, lane, course_id, busy, waiting, head, owner);
CREATE INDEX queue_owners_head ON queue_owners (flavour, lane, course_id, head);

CREATE TABLE job_counts (
    state TEXT PRIMARY KEY,
    jobs  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO job_counts (state, jobs)
VALUES ('queued', 0), ('assigned', 0), ('running', 0), ('done', 0), ('cancelled', 0), ('failed', 0);

-- +goose StatementBegin
CREATE TRIGGER jobs_begin BEFORE INSERT ON jobs WHEN NEW.state <> 'queued'
BEGIN
    SELECT raise(ABORT, 'a job begins queued');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER jobs_transition BEFORE UPDATE OF state ON jobs
WHEN NEW.state <> OLD.state AND NOT CASE OLD.state
    WHEN 'queued'   THEN NEW.state IN ('assigned', 'cancelled', 'failed')
    WHEN 'assigned' THEN NEW.state IN ('running', 'queued', 'cancelled', 'failed')
    WHEN 'running'  THEN NEW.state IN ('done', 'queued', 'cancelled', 'failed')
    ELSE 0 END
BEGIN
    SELECT raise(ABORT, 'no such transition of a job');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER jobs_inserted AFTER INSERT ON jobs
BEGIN
    UPDATE job_counts SET jobs = jobs + 1 WHERE state = NEW.state;
    INSERT INTO queue_courses (flavour, lane, course_id, waiting)
    VALUES (NEW.flavour, NEW.lane, NEW.course_id, 1)
    ON CONFLICT DO UPDATE SET waiting = waiting + 1;
    INSERT INTO queue_owners (course_id, owner, flavour, lane, busy, waiting, head)
    VALUES (NEW.course_id, NEW.owner, NEW.flavour, NEW.lane,
        (SELECT count(*) FROM jobs WHERE course_id = NEW.course_id AND owner = NEW.owner AND state IN ('assigned', 'running')),
        1, NEW.queued_at)
    ON CONFLICT DO UPDATE SET waiting = waiting + 1, head = min(head, excluded.head);
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER jobs_left_queue AFTER UPDATE OF state, lane ON jobs
WHEN OLD.state = 'queued' AND (NEW.state <> 'queued' OR NEW.lane <> OLD.lane)
BEGIN
    UPDATE queue_courses SET waiting = waiting - 1
    WHERE flavour = OLD.flavour AND lane = OLD.lane AND course_id = OLD.course_id;
    DELETE FROM queue_courses
    WHERE flavour = OLD.flavour AND lane = OLD.lane AND course_id = OLD.course_id AND waiting = 0;
    UPDATE queue_owners SET waiting = waiting - 1, head = coalesce((
        SELECT min(queued_at) FROM jobs
        WHERE flavour = OLD.flavour AND lane = OLD.lane AND course_id = OLD.course_id AND owner = OLD.owner AND state = 'queued'), 0)
    WHERE course_id = OLD.course_id AND owner = OLD.owner AND flavour = OLD.flavour AND lane = OLD.lane;
    DELETE FROM queue_owners
    WHERE course_id = OLD.course_id AND owner = OLD.owner AND flavour = OLD.flavour AND lane = OLD.lane AND waiting = 0;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER jobs_joined_queue AFTER UPDATE OF state, lane ON jobs
WHEN NEW.state = 'queued' AND (OLD.state <> 'queued' OR NEW.lane <> OLD.lane)
BEGIN
    INSERT INTO queue_courses (flavour, lane, course_id, waiting)
    VALUES (NEW.flavour, NEW.lane, NEW.course_id, 1)
    ON CONFLICT DO UPDATE SET waiting = waiting + 1;
    INSERT INTO queue_owners (course_id, owner, flavour, lane, busy, waiting, head)
    VALUES (NEW.course_id, NEW.owner, NEW.flavour, NEW.lane,
        (SELECT count(*) FROM jobs WHERE course_id = NEW.course_id AND owner = NEW.owner AND state IN ('assigned', 'running')),
        1, NEW.queued_at)
    ON CONFLICT DO UPDATE SET waiting = waiting + 1, head = min(head, excluded.head);
END;
-- +goose StatementEnd

-- The order in which triggers fire is not defined: this one sets busy, never adds to it.
-- +goose StatementBegin
CREATE TRIGGER jobs_moved AFTER UPDATE OF state ON jobs WHEN NEW.state <> OLD.state
BEGIN
    UPDATE job_counts SET jobs = jobs - 1 WHERE state = OLD.state;
    UPDATE job_counts SET jobs = jobs + 1 WHERE state = NEW.state;
    UPDATE queue_owners SET busy = (
        SELECT count(*) FROM jobs WHERE course_id = NEW.course_id AND owner = NEW.owner AND state IN ('assigned', 'running'))
    WHERE course_id = NEW.course_id AND owner = NEW.owner;
END;
-- +goose StatementEnd

-- The views give each type its columns in the order in which Go scans them.
CREATE VIEW job_rows AS
SELECT id, kind, coalesce(submission_id, 0) AS submission_id, version_id, course_id, owner, lane, flavour, state, attempt,
    runner, reason, queued_at, assigned_at, started_at, ended_at, lease_until
FROM jobs;

CREATE VIEW version_rows AS
SELECT id, assignment_id, number, repository_id, commit_hash, tree_hash, source, state, pins, pusher_id, received_at
FROM versions;

CREATE VIEW assignment_rows AS
SELECT a.id, a.name, a.created_at,
    c.id AS course_id, c.code AS course_code, c.title, c.zone, c.flavour, c.created_at AS course_created_at,
    v.id AS version_id, v.number, v.repository_id, v.commit_hash, v.tree_hash, v.source, v.state, v.pins, v.pusher_id, v.received_at
FROM assignments a
JOIN courses c ON c.id = a.course_id
LEFT JOIN versions v ON v.assignment_id = a.id AND v.state = 'active';

CREATE VIEW submission_rows AS
SELECT s.id, c.code AS course_code, a.name AS assignment_name, s.owner, s.number, s.assignment_id, s.pusher_id, u.login,
    s.commit_hash, s.tree_hash, s.repository_id, s.intent_id, s.version_id, s.try_out, s.receipt, s.received_at,
    j.id AS job_id, j.kind, coalesce(j.submission_id, 0) AS submission_id, j.version_id AS job_version_id, j.course_id, j.owner AS job_owner,
    j.lane, j.flavour, j.state, j.attempt, j.runner, j.reason, j.queued_at, j.assigned_at, j.started_at, j.ended_at, j.lease_until,
    r.body AS result
FROM submissions s
JOIN assignments a ON a.id = s.assignment_id
JOIN courses c ON c.id = a.course_id
JOIN users u ON u.id = s.pusher_id
JOIN jobs j ON j.id = s.job_id
LEFT JOIN results r ON r.job_id = s.done_job_id;
