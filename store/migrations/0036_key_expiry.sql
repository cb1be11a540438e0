-- A key may have an end: from then on it signs nobody in.

-- +goose Up
ALTER TABLE keys ADD COLUMN expires_at INTEGER NOT NULL DEFAULT 0; -- 0: never
CREATE INDEX keys_expiry ON keys (expires_at) WHERE expires_at > 0;
