-- Whether an announced push was accepted here. Only an accepted one makes an earlier push late.

-- +goose Up
ALTER TABLE github_deliveries ADD COLUMN accepted INTEGER NOT NULL DEFAULT 0;
UPDATE github_deliveries SET accepted = 1 WHERE NOT EXISTS (SELECT 1 FROM outbox w WHERE w.kind = 'github.push' AND w.entry_key = github_deliveries.delivery);
