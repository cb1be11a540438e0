-- When the server was away: a running server notes the time, and the next one sees how
-- long nobody did.

-- +goose Up
CREATE TABLE heartbeat (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    at INTEGER NOT NULL
) STRICT;

CREATE TABLE downtimes (
    id       INTEGER PRIMARY KEY,
    start_at INTEGER NOT NULL,
    end_at   INTEGER NOT NULL,
    CHECK (start_at < end_at)
) STRICT;
