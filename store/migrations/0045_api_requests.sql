-- Requests of the API with an Idempotency-Key, and their answers.

-- +goose Up
-- key_hash and content_hash are SHA-256. answer is sealed with the key, which is not stored.
CREATE TABLE api_requests (
    id           INTEGER PRIMARY KEY,
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key_hash     BLOB NOT NULL,
    content_hash BLOB NOT NULL,
    scope        TEXT NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
    state        TEXT NOT NULL CHECK (state IN ('running', 'unknown', 'done', 'answered')),
    answer       BLOB CHECK ((answer IS NOT NULL) = (state = 'answered')),
    made_at      INTEGER NOT NULL,
    UNIQUE (user_id, key_hash)
) STRICT;
CREATE INDEX api_requests_by_time ON api_requests (made_at);
