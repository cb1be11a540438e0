-- Accounts and commits at GitHub.

-- +goose Up
-- host is the address of the GitHub. login is as it was last seen; the id stays.
CREATE TABLE github_accounts (
    host      TEXT NOT NULL,
    github_id INTEGER NOT NULL,
    login     TEXT NOT NULL,
    user_id   INTEGER NOT NULL REFERENCES users (id),
    linked_at INTEGER NOT NULL,
    PRIMARY KEY (host, github_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX github_accounts_user ON github_accounts (user_id);

-- Announcements of pushes, so that a repeated one does nothing.
CREATE TABLE github_deliveries (
    delivery    TEXT PRIMARY KEY,
    received_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX github_deliveries_received ON github_deliveries (received_at);

-- Commits that were pushed at GitHub, and what they became here. owner is '' for tests. told
-- identifies the status that the commit was last given.
CREATE TABLE github_commits (
    repository_id INTEGER NOT NULL,
    commit_hash   TEXT NOT NULL,
    repository    TEXT NOT NULL,
    installation  INTEGER NOT NULL,
    public        INTEGER NOT NULL CHECK (public IN (0, 1)),
    assignment_id INTEGER REFERENCES assignments (id),
    owner         TEXT NOT NULL DEFAULT '',
    told          TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (repository_id, commit_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX github_commits_work ON github_commits (assignment_id, owner, commit_hash);
