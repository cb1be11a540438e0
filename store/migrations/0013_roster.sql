-- What a roster says of people: the registrar's id, and of an enrolment its section and
-- whether the person has left.

-- +goose Up
ALTER TABLE users ADD COLUMN student_id TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX users_student_id ON users (student_id) WHERE student_id <> '';

ALTER TABLE enrolments ADD COLUMN section TEXT NOT NULL DEFAULT '';
ALTER TABLE enrolments ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0 CHECK (dropped IN (0, 1));
