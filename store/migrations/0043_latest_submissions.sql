-- Pages of a class read the latest submissions of hundreds of owners from this index, without
-- reading the table.

-- +goose Up
CREATE INDEX submissions_latest ON submissions (assignment_id, owner, number, received_at, done_job_id, try_out);
