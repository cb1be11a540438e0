-- Whose grades are published, and what the owner of a grade sees of it.

-- +goose Up
-- section: '' is everybody.
CREATE TABLE publications (
    assignment_id INTEGER NOT NULL REFERENCES assignments (id),
    section       TEXT NOT NULL,
    actor         TEXT NOT NULL,
    made_at       INTEGER NOT NULL,
    PRIMARY KEY (assignment_id, section)
) STRICT, WITHOUT ROWID;

-- seen is schema.SeenGrade, null where the owner sees every test that counts. anew_at is
-- when the owner will see more, so that the grade has to be computed again.
ALTER TABLE grades ADD COLUMN seen TEXT NOT NULL DEFAULT 'null';
ALTER TABLE grades ADD COLUMN anew_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX grades_anew ON grades (anew_at) WHERE anew_at > 0;

-- What the owner saw of the grade before and after a set; '' where that was all.
ALTER TABLE regraded ADD COLUMN before_seen TEXT NOT NULL DEFAULT '';
ALTER TABLE regraded ADD COLUMN after_seen TEXT NOT NULL DEFAULT '';
