-- A push records the channel that it came by, which the audit log names.

-- +goose Up
ALTER TABLE intents ADD COLUMN channel TEXT NOT NULL DEFAULT 'ssh';
