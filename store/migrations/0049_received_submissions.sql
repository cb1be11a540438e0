-- Pages of a class show when each owner's last submission was received.

-- +goose Up
CREATE INDEX submissions_received ON submissions (assignment_id, owner, received_at);
