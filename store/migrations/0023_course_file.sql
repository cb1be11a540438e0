-- course.yaml: every pushed state of it, and what the current one says. The limits of a
-- version of tests are the course's defaults when it was pushed: a version never changes.

-- +goose Up
ALTER TABLE courses ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'; -- schema.CourseSettings

ALTER TABLE versions ADD COLUMN limits TEXT NOT NULL DEFAULT '{}'; -- schema.StepLimits

CREATE TABLE course_versions (
    id            INTEGER PRIMARY KEY,
    course_id     INTEGER NOT NULL REFERENCES courses (id),
    number        INTEGER NOT NULL,
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    intent_id     TEXT NOT NULL UNIQUE REFERENCES intents (id),
    commit_hash   TEXT NOT NULL,
    tree_hash     TEXT NOT NULL,
    source        BLOB NOT NULL,
    applied       INTEGER NOT NULL CHECK (applied IN (0, 1)),
    pusher_id     INTEGER NOT NULL REFERENCES users (id),
    received_at   INTEGER NOT NULL,
    UNIQUE (course_id, number)
) STRICT;

DROP VIEW assignment_rows;
CREATE VIEW assignment_rows AS
SELECT a.id, a.name, a.created_at,
    c.id AS course_id, c.code AS course_code, c.title, c.zone, c.flavour, c.other_flavours, c.created_at AS course_created_at, c.settings,
    v.id AS version_id, v.number, v.repository_id, v.commit_hash, v.tree_hash, v.source, v.state, v.pins, v.pusher_id, v.received_at
FROM assignments a
JOIN courses c ON c.id = a.course_id
LEFT JOIN versions v ON v.assignment_id = a.id AND v.state = 'active';
