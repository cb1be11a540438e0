package store

import (
	"database/sql"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/grader/grader/schema"
)

// translate converts a database error to a schema.Error; it returns other errors unchanged.
func translate(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return &schema.Error{Code: schema.CodeConflict, Message: "it is there already", Err: err}
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return unavailable("the database is full", err)
	case sqlite3.SQLITE_READONLY:
		return unavailable("the database is read-only", err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return unavailable("the database is held by another program", err)
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN:
		return unavailable("the database cannot be read or written", err)
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return unavailable("the database file is damaged or none of ours", err)
	}
	return err
}

func unavailable(message string, err error) error {
	return &schema.Error{Code: schema.CodeUnavailable, Message: message, Err: err}
}

// missing converts sql.ErrNoRows to CodeNotFound with a message; it returns other errors
// unchanged.
func missing(err error, format string, args ...any) error {
	if errors.Is(err, sql.ErrNoRows) {
		return schema.Errorf(schema.CodeNotFound, format, args...)
	}
	return err
}

// conflict adds a message to the error of a violated unique constraint.
func conflict(err error, format string, args ...any) error {
	if schema.CodeOf(err) != schema.CodeConflict {
		return err
	}
	worded := schema.Errorf(schema.CodeConflict, format, args...)
	worded.Err = err
	return worded
}
