-- What administrators set for the pools of a running server.

-- +goose Up
-- warm and max are NULL where the configuration says how many.
CREATE TABLE pool_controls (
    flavour    TEXT PRIMARY KEY,
    mode       TEXT NOT NULL CHECK (mode IN ('open', 'paused', 'draining')),
    reason     TEXT NOT NULL,
    warm       INTEGER,
    max        INTEGER,
    by_login   TEXT NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
