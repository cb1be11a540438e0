-- What else a course's assignments may run on besides its own flavour: a JSON array
-- of names, or null.

-- +goose Up
ALTER TABLE courses ADD COLUMN other_flavours TEXT NOT NULL DEFAULT 'null';

DROP VIEW assignment_rows;
CREATE VIEW assignment_rows AS
SELECT a.id, a.name, a.created_at,
    c.id AS course_id, c.code AS course_code, c.title, c.zone, c.flavour, c.other_flavours, c.created_at AS course_created_at,
    v.id AS version_id, v.number, v.repository_id, v.commit_hash, v.tree_hash, v.source, v.state, v.pins, v.pusher_id, v.received_at
FROM assignments a
JOIN courses c ON c.id = a.course_id
LEFT JOIN versions v ON v.assignment_id = a.id AND v.state = 'active';
