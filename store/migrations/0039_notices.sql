-- Where people get notices, and about what.

-- +goose Up
-- code_hash is of the code that confirms the destination; empty once it was used. secret signs the calls
-- of a webhook. topics is a JSON list.
CREATE TABLE notice_destinations (
    id              INTEGER PRIMARY KEY,
    user_id         INTEGER NOT NULL REFERENCES users (id),
    channel         TEXT NOT NULL CHECK (channel IN ('email', 'webhook')),
    address         TEXT NOT NULL,
    topics          TEXT NOT NULL,
    secret          TEXT NOT NULL,
    unsubscribe     TEXT NOT NULL UNIQUE,
    code_hash       BLOB NOT NULL,
    code_expires_at INTEGER NOT NULL,
    made_at         INTEGER NOT NULL,
    confirmed_at    INTEGER NOT NULL DEFAULT 0,
    UNIQUE (user_id, channel, address)
) STRICT;

-- When a code was sent for an account; kept for a day, to limit them.
CREATE TABLE notice_codes (
    user_id INTEGER NOT NULL REFERENCES users (id),
    sent_at INTEGER NOT NULL
) STRICT;
CREATE INDEX notice_codes_user ON notice_codes (user_id, sent_at);

-- What people were told once, so that it is not told again: broken tests by version, pools by flavour.
CREATE TABLE notice_marks (
    topic   TEXT NOT NULL,
    mark    TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (topic, mark)
) STRICT;
