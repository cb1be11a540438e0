-- Teams of an assignment. A team owns what its members push, under its name, which never
-- changes. Who is or was in it is kept: what counted when somebody left stays theirs.

-- +goose Up
CREATE TABLE teams (
    id            INTEGER PRIMARY KEY,
    assignment_id INTEGER NOT NULL REFERENCES assignments (id),
    name          TEXT NOT NULL,
    actor         TEXT NOT NULL,
    made_at       INTEGER NOT NULL,
    UNIQUE (assignment_id, name)
) STRICT;
CREATE INDEX teams_name ON teams (name);

-- left_at is 0 for members. tokens are the late days that the team's counting submission
-- had spent when somebody left, -1 where none counted; mark is the number of the
-- submission that the team had marked then, 0 for none.
CREATE TABLE seats (
    id            INTEGER PRIMARY KEY,
    assignment_id INTEGER NOT NULL,
    team          TEXT NOT NULL,
    login         TEXT NOT NULL,
    actor         TEXT NOT NULL,
    joined_at     INTEGER NOT NULL,
    left_at       INTEGER NOT NULL DEFAULT 0,
    tokens        INTEGER NOT NULL DEFAULT -1,
    mark          INTEGER NOT NULL DEFAULT 0,
    FOREIGN KEY (assignment_id, team) REFERENCES teams (assignment_id, name) ON DELETE CASCADE,
    FOREIGN KEY (login) REFERENCES users (login)
) STRICT;
CREATE UNIQUE INDEX seats_taken ON seats (assignment_id, login) WHERE left_at = 0;
CREATE INDEX seats_team ON seats (assignment_id, team);
CREATE INDEX seats_login ON seats (login);

CREATE TABLE invitations (
    assignment_id INTEGER NOT NULL,
    team          TEXT NOT NULL,
    login         TEXT NOT NULL REFERENCES users (login),
    actor         TEXT NOT NULL,
    made_at       INTEGER NOT NULL,
    PRIMARY KEY (assignment_id, team, login),
    FOREIGN KEY (assignment_id, team) REFERENCES teams (assignment_id, name) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX invitations_login ON invitations (login);

-- Whose submission counts, where it is one of a team that the owner has left.
ALTER TABLE grades ADD COLUMN team TEXT NOT NULL DEFAULT '';
