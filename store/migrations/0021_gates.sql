-- A gate is several jobs: runs of the solution, and the samples with the starter. part
-- says which of them a job does, and is done again by a later job where our machines
-- failed. What they came to is kept as it was decided.

-- +goose Up
CREATE TABLE IF NOT EXISTS gate_parts (
    job_id     INTEGER PRIMARY KEY REFERENCES jobs (id),
    version_id INTEGER NOT NULL REFERENCES versions (id),
    part       INTEGER NOT NULL, -- counts per version from 0
    body       TEXT NOT NULL     -- schema.GatePart
) STRICT;
CREATE INDEX IF NOT EXISTS gate_parts_version ON gate_parts (version_id, part, job_id);
INSERT OR IGNORE INTO gate_parts (job_id, version_id, part, body) SELECT id, version_id, 0, '{}' FROM jobs WHERE kind = 'gate';

CREATE TABLE IF NOT EXISTS gate_verdicts (
    version_id INTEGER PRIMARY KEY REFERENCES versions (id),
    body       TEXT NOT NULL -- schema.GateVerdict
) STRICT;

CREATE INDEX IF NOT EXISTS versions_tree ON versions (assignment_id, tree_hash, number);
