-- How the queues of flavours did, thinned with age.

-- +goose Up
-- span is the length in seconds that a row is about: 60, 600 or 3600. Times are in microseconds.
CREATE TABLE measurements (
    span     INTEGER NOT NULL CHECK (span IN (60, 600, 3600)),
    at       INTEGER NOT NULL,
    flavour  TEXT NOT NULL,
    waiting  INTEGER NOT NULL,
    verdicts INTEGER NOT NULL,
    pushes   INTEGER NOT NULL,
    wait50   INTEGER NOT NULL,
    wait95   INTEGER NOT NULL,
    busy     REAL NOT NULL,
    max      REAL NOT NULL,
    PRIMARY KEY (span, at, flavour)
) STRICT, WITHOUT ROWID;
