-- Accounts can be disabled. Sessions, sign-in links and codes know the key that made
-- them, and end with it; a code may be for one key alone. The audit log says by which
-- channel somebody acted, in which course, and what changed.
-- Browsers sign in again: sessions from before do not say whose they are.

-- +goose Up
ALTER TABLE users ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1));

ALTER TABLE keys ADD COLUMN added_by TEXT NOT NULL DEFAULT '';

ALTER TABLE tokens ADD COLUMN made_by TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN for_key TEXT NOT NULL DEFAULT '';
CREATE INDEX tokens_user ON tokens (user_id);

DROP TABLE sessions;
CREATE TABLE sessions (
    hash       BLOB PRIMARY KEY,
    user_id    INTEGER NOT NULL REFERENCES users (id),
    key        TEXT NOT NULL,
    data       BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE INDEX sessions_user ON sessions (user_id);

ALTER TABLE audit ADD COLUMN channel TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN course TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN before_value TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN after_value TEXT NOT NULL DEFAULT '';
UPDATE audit SET channel = iif(actor = 'operator', 'admin', 'ssh');
UPDATE audit SET course = subject WHERE action IN ('course.add', 'course.set', 'course.enrol');
UPDATE audit SET subject = substr(detail, 1, instr(detail, ' ') - 1), after_value = substr(detail, instr(detail, ' ') + 1), detail = ''
WHERE action = 'course.enrol';
UPDATE audit SET after_value = detail, detail = '' WHERE action = 'course.set';
UPDATE audit SET course = substr(subject, 1, instr(subject, '/') - 1) WHERE action = 'submission.rerun';
CREATE INDEX audit_course ON audit (course, id);
CREATE INDEX audit_actor ON audit (actor, id);
CREATE INDEX audit_subject ON audit (subject, id);
