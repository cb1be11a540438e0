-- Queries and the index read the outcome of a summary that is not JSON as NULL instead of failing.

-- +goose Up
DROP INDEX summaries_broken;
ALTER TABLE summaries ADD COLUMN outcome TEXT AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.outcome') END) VIRTUAL;
CREATE INDEX summaries_broken ON summaries (job_id) WHERE outcome = 'grader-error';
