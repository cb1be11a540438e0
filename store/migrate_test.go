package store

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

// TestMigrateAuditLog opens a database with the tables of version 5.
func TestMigrateAuditLog(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "grader.db")
	db := ok(sql.Open("sqlite", path))(t)
	ok(ok(migrator(db))(t).UpTo(t.Context(), 5))(t)
	for _, e := range [][]any{
		{1, "operator", "user.add", "alice", ""},
		{2, "operator", "course.enrol", "comp2402", "alice student"},
		{3, "operator", "course.set", "comp2402", "small large"},
		{4, "alice", "submission.rerun", "comp2402/a1/alice/3", ""},
		{5, "operator", "queue.move", "large", "3 jobs to small"},
	} {
		ok(db.ExecContext(t.Context(), `INSERT INTO audit (at, actor, action, subject, detail) VALUES (?, ?, ?, ?, ?)`, e...))(t)
	}
	ok(db.ExecContext(t.Context(), `INSERT INTO sessions (hash, data, expires_at) VALUES (x'00', x'00', 9)`))(t)
	check(t, db.Close())

	s := ok(Open(t.Context(), path, Options{}))(t)
	t.Cleanup(func() { check(t, s.Close()) })
	at := func(n int64) time.Time { return time.UnixMicro(n).UTC() }
	got := ok(s.AuditLog(t.Context(), schema.AuditQuery{Limit: 10}))(t)
	for i := range got {
		got[i].ID = 0
	}
	equal(t, got, []schema.AuditEntry{
		{At: at(5), Actor: "operator", Channel: "admin", Action: "queue.move", Subject: "large", Detail: "3 jobs to small"},
		{At: at(4), Actor: "alice", Channel: "ssh", Action: "submission.rerun", Course: "comp2402", Subject: "comp2402/a1/alice/3"},
		{At: at(3), Actor: "operator", Channel: "admin", Action: "course.set", Course: "comp2402", Subject: "comp2402", After: "small large"},
		{At: at(2), Actor: "operator", Channel: "admin", Action: "course.enrol", Course: "comp2402", Subject: "alice", After: "student"},
		{At: at(1), Actor: "operator", Channel: "admin", Action: "user.add", Subject: "alice"},
	})
}
