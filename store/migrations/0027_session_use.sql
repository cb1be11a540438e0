-- Browser sessions say how and by which browser they were made, and when they were last
-- used. Their owner sees and ends them by id. Sessions from before count as just used.

-- +goose Up
ALTER TABLE sessions ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN way TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN browser TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN made_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN used_at INTEGER NOT NULL DEFAULT 0;
UPDATE sessions SET id = lower(hex(randomblob(16))), made_at = unixepoch() * 1000000, used_at = unixepoch() * 1000000;
CREATE UNIQUE INDEX sessions_id ON sessions (id);
CREATE INDEX sessions_used ON sessions (used_at);
