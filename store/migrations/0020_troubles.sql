-- What the staff of a course must be shown: jobs that our machines failed to grade, and
-- results that say that the tests are broken.

-- +goose Up
CREATE INDEX IF NOT EXISTS jobs_failed ON jobs (course_id, ended_at) WHERE state = 'failed';
CREATE INDEX IF NOT EXISTS summaries_broken ON summaries (job_id) WHERE CASE WHEN json_valid(body) THEN json_extract(body, '$.outcome') END = 'grader-error';
