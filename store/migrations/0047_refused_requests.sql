-- Whether the answer to a request refuses it, so that the request changed nothing.

-- +goose Up
ALTER TABLE api_requests ADD COLUMN refused INTEGER NOT NULL DEFAULT 0 CHECK (refused IN (0, 1));
