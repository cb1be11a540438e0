-- The id of a request is not used again after the request was removed, because the server may still
-- be carrying it out.

-- +goose Up
CREATE TABLE api_requests_new (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key_hash     BLOB NOT NULL,
    content_hash BLOB NOT NULL,
    scope        TEXT NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
    state        TEXT NOT NULL CHECK (state IN ('running', 'unknown', 'done', 'answered')),
    answer       BLOB CHECK ((answer IS NOT NULL) = (state = 'answered')),
    made_at      INTEGER NOT NULL,
    refused      INTEGER NOT NULL DEFAULT 0 CHECK (refused IN (0, 1)),
    UNIQUE (user_id, key_hash)
) STRICT;
INSERT INTO api_requests_new (id, user_id, key_hash, content_hash, scope, state, answer, made_at, refused)
    SELECT id, user_id, key_hash, content_hash, scope, state, answer, made_at, refused FROM api_requests;
DROP TABLE api_requests;
ALTER TABLE api_requests_new RENAME TO api_requests;
CREATE INDEX api_requests_by_time ON api_requests (made_at);
