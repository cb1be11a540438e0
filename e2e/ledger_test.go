package e2e

import (
	"database/sql"
	"errors"
	"net/url"
	"testing"

	"modernc.org/sqlite" // also the driver "sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ledger reads the database of a data directory, with or without a running server. It never
// writes. It must be closed before the server is killed, because an open connection would
// keep the shared memory, and the restart would have nothing to recover.
type ledger struct {
	t       *testing.T
	db      *sql.DB
	watches bool // the server may be frozen
}

func openLedger(t *testing.T, path string) *ledger {
	t.Helper()
	file := url.URL{Scheme: "file", Path: path}
	db, err := sql.Open("sqlite", file.String()+"?mode=ro&_pragma=query_only(1)&_busy_timeout=5000")
	check(t, err)
	db.SetMaxOpenConns(1)
	return &ledger{t: t, db: db}
}

func (l *ledger) close() { check(l.t, l.db.Close()) }

// held reports whether a query failed because a server that is frozen holds the lock of the database's
// index. Only a watcher accepts that, and reads nothing.
func (l *ledger) held(err error) bool {
	var is *sqlite.Error
	return l.watches && errors.As(err, &is) && is.Code() == sqlite3.SQLITE_PROTOCOL
}

// count returns the number that a query selects.
func (l *ledger) count(query string, args ...any) int {
	l.t.Helper()
	var n int
	if err := l.db.QueryRow(query, args...).Scan(&n); err != nil && !l.held(err) {
		l.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// openIntent is an intent that is not resolved.
type openIntent struct {
	id, commit string
	repository int64
}

func (l *ledger) openIntents() []openIntent {
	l.t.Helper()
	var all []openIntent
	l.each(func(rows *sql.Rows) error {
		var in openIntent
		err := rows.Scan(&in.id, &in.commit, &in.repository)
		all = append(all, in)
		return err
	}, `SELECT id, new_hash, repository_id FROM intents WHERE state = 'open'`)
	return all
}

// texts returns the first column of every row.
func (l *ledger) texts(query string, args ...any) []string {
	l.t.Helper()
	var all []string
	l.each(func(rows *sql.Rows) error {
		var text string
		err := rows.Scan(&text)
		all = append(all, text)
		return err
	}, query, args...)
	return all
}

func (l *ledger) each(scan func(*sql.Rows) error, query string, args ...any) {
	l.t.Helper()
	rows, err := l.db.Query(query, args...)
	if l.held(err) {
		return
	}
	if err != nil {
		l.t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	for rows.Next() {
		check(l.t, scan(rows))
	}
	check(l.t, rows.Err())
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
