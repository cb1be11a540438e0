-- How many jobs of a course are on runners, so that a claim need not count ten
-- thousand of them.

-- +goose Up
CREATE TABLE queue_busy (
    course_id INTEGER PRIMARY KEY,
    busy      INTEGER NOT NULL -- assigned and running, of every flavour
) STRICT;
INSERT INTO queue_busy (course_id, busy)
SELECT course_id, count(*) FROM jobs WHERE state IN ('assigned', 'running') GROUP BY course_id;

-- +goose StatementBegin
CREATE TRIGGER jobs_began AFTER UPDATE OF state ON jobs
WHEN NEW.state IN ('assigned', 'running') AND OLD.state NOT IN ('assigned', 'running')
BEGIN
    INSERT INTO queue_busy (course_id, busy) VALUES (NEW.course_id, 1)
    ON CONFLICT DO UPDATE SET busy = busy + 1;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER jobs_left AFTER UPDATE OF state ON jobs
WHEN OLD.state IN ('assigned', 'running') AND NEW.state NOT IN ('assigned', 'running')
BEGIN
    UPDATE queue_busy SET busy = busy - 1 WHERE course_id = NEW.course_id;
END;
-- +goose StatementEnd
