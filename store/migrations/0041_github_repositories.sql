-- Who may read a repository at GitHub: as its latest announced push says. The push may be refused.

-- +goose Up
CREATE TABLE github_repositories (
    repository_id INTEGER PRIMARY KEY,
    public        INTEGER NOT NULL CHECK (public IN (0, 1)),
    pushed_at     INTEGER NOT NULL -- of the push that says so; 0: unknown
) STRICT;
INSERT INTO github_repositories (repository_id, public, pushed_at)
    SELECT k.repository_id, max(k.public), coalesce((SELECT max(d.pushed_at) FROM github_deliveries d WHERE d.repository_id = k.repository_id), 0)
    FROM (SELECT repository_id, public FROM github_commits
        UNION ALL SELECT json_extract(CAST(body AS TEXT), '$.repository_id'), coalesce(json_extract(CAST(body AS TEXT), '$.public'), 0) FROM outbox WHERE kind IN ('github.push', 'github.status')) k
    WHERE k.repository_id IS NOT NULL GROUP BY k.repository_id;
ALTER TABLE github_commits DROP COLUMN public;
