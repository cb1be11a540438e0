-- Gates get a bounded share of a flavour's claims while pushes wait: this counts the
-- claims since the last one of a gate. A queued job may be moved to another flavour.

-- +goose Up
CREATE TABLE queue_turns (
    flavour    TEXT PRIMARY KEY,
    since_gate INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

DROP TRIGGER jobs_left_queue;
DROP TRIGGER jobs_joined_queue;

-- +goose StatementBegin
CREATE TRIGGER jobs_left_queue AFTER UPDATE OF state, lane, flavour ON jobs
WHEN OLD.state = 'queued' AND (NEW.state <> 'queued' OR NEW.lane <> OLD.lane OR NEW.flavour <> OLD.flavour)
BEGIN
    UPDATE queue_courses SET waiting = waiting - 1
    WHERE flavour = OLD.flavour AND lane = OLD.lane AND course_id = OLD.course_id;
    DELETE FROM queue_courses
    WHERE flavour = OLD.flavour AND lane = OLD.lane AND course_id = OLD.course_id AND waiting = 0;
    UPDATE queue_owners SET waiting = waiting - 1, head = coalesce((
        SELECT min(queued_at) FROM jobs
        WHERE flavour = OLD.flavour AND lane = OLD.lane AND course_id = OLD.course_id AND owner = OLD.owner AND state = 'queued'), 0)
    WHERE course_id = OLD.course_id AND owner = OLD.owner AND flavour = OLD.flavour AND lane = OLD.lane;
    DELETE FROM queue_owners
    WHERE course_id = OLD.course_id AND owner = OLD.owner AND flavour = OLD.flavour AND lane = OLD.lane AND waiting = 0;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER jobs_joined_queue AFTER UPDATE OF state, lane, flavour ON jobs
WHEN NEW.state = 'queued' AND (OLD.state <> 'queued' OR NEW.lane <> OLD.lane OR NEW.flavour <> OLD.flavour)
BEGIN
    INSERT INTO queue_courses (flavour, lane, course_id, waiting)
    VALUES (NEW.flavour, NEW.lane, NEW.course_id, 1)
    ON CONFLICT DO UPDATE SET waiting = waiting + 1;
    INSERT INTO queue_owners (course_id, owner, flavour, lane, busy, waiting, head)
    VALUES (NEW.course_id, NEW.owner, NEW.flavour, NEW.lane,
        (SELECT count(*) FROM jobs WHERE course_id = NEW.course_id AND owner = NEW.owner AND state IN ('assigned', 'running')),
        1, NEW.queued_at)
    ON CONFLICT DO UPDATE SET waiting = waiting + 1, head = min(head, excluded.head);
END;
-- +goose StatementEnd
