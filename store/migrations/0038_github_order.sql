-- Which repository an announced push was to and when GitHub received it, so that one that arrives
-- late does not replace a later one.

-- +goose Up
ALTER TABLE github_deliveries ADD COLUMN repository_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE github_deliveries ADD COLUMN pushed_at INTEGER NOT NULL DEFAULT 0; -- 0: unknown
CREATE INDEX github_deliveries_pushed ON github_deliveries (repository_id, pushed_at);
