-- Messages for other systems, kept until they are delivered.

-- +goose Up
-- At most one entry of a kind and key exists: a newer one replaces it. token names the entry and its
-- content to the receiver; it stays the same over the attempts. failed_at is when the entry was given up.
CREATE TABLE outbox (
    id         INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL,
    entry_key  TEXT NOT NULL,
    receiver   TEXT NOT NULL,
    body       BLOB NOT NULL,
    token      TEXT NOT NULL UNIQUE,
    made_at    INTEGER NOT NULL,
    due_at     INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    last_error TEXT NOT NULL DEFAULT '',
    failed_at  INTEGER NOT NULL DEFAULT 0,
    UNIQUE (kind, entry_key)
) STRICT;
CREATE INDEX outbox_due ON outbox (kind, due_at, id) WHERE failed_at = 0;
CREATE INDEX outbox_receiver ON outbox (kind, receiver);

-- A receiver that answers nothing, or asks for a pause. failures counts those in succession.
CREATE TABLE outbox_pauses (
    kind     TEXT NOT NULL,
    receiver TEXT NOT NULL,
    until_at INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    PRIMARY KEY (kind, receiver)
) STRICT, WITHOUT ROWID;
