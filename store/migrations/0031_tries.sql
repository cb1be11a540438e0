-- Pushes to the branch try: graded and counted nowhere.

-- +goose Up
CREATE TABLE tries (
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
    received_at   INTEGER NOT NULL,
    job_id        INTEGER NOT NULL REFERENCES jobs (id),
    UNIQUE (assignment_id, owner, number)
) STRICT;
CREATE UNIQUE INDEX tries_job ON tries (job_id);
CREATE INDEX tries_received ON tries (assignment_id, owner, received_at);
