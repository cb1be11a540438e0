-- What lists of submissions show of a result, so that they need not read whole ones:
-- no texts, and of each test only its outcome and points (schema.Result.Summary).
-- Results from before are their own summaries.

-- +goose Up
CREATE TABLE summaries (
    job_id INTEGER PRIMARY KEY REFERENCES jobs (id),
    body   TEXT NOT NULL -- schema.Result
) STRICT;
INSERT INTO summaries (job_id, body) SELECT job_id, body FROM results;

CREATE VIEW submission_summaries AS
SELECT s.id, c.code AS course_code, a.name AS assignment_name, s.owner, s.number, s.assignment_id, s.pusher_id, u.login,
    s.commit_hash, s.tree_hash, s.repository_id, s.intent_id, s.version_id, s.try_out, s.receipt, s.received_at,
    j.id AS job_id, j.kind, coalesce(j.submission_id, 0) AS submission_id, j.version_id AS job_version_id, j.course_id, j.owner AS job_owner,
    j.lane, j.flavour, j.state, j.attempt, j.runner, j.reason, j.queued_at, j.assigned_at, j.started_at, j.ended_at, j.lease_until,
    r.body AS summary
FROM submissions s
JOIN assignments a ON a.id = s.assignment_id
JOIN courses c ON c.id = a.course_id
JOIN users u ON u.id = s.pusher_id
JOIN jobs j ON j.id = s.job_id
LEFT JOIN summaries r ON r.job_id = s.done_job_id;
