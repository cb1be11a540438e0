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

// before makes a database with the tables of a version and the rows that the statements insert.
func before(t *testing.T, version int64, statements ...string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "grader.db")
	db := ok(sql.Open("sqlite", path))(t)
	ok(ok(migrator(db))(t).UpTo(t.Context(), version))(t)
	for _, text := range statements {
		ok(db.ExecContext(t.Context(), text))(t)
	}
	check(t, db.Close())
	return path
}

// TestMigrateVisibility checks that repositories at GitHub keep their visibility, and that a push
// that waits counts.
func TestMigrateVisibility(t *testing.T) {
	t.Parallel()
	commit := `INSERT INTO github_commits (repository_id, commit_hash, repository, installation, public) VALUES `
	s := ok(Open(t.Context(), before(t, 40,
		commit+`(1, 'a', 'o/a1-ada', 0, 0)`, commit+`(2, 'a', 'o/a1-bob', 0, 1)`, commit+`(3, 'a', 'o/a1-eve', 0, 0)`,
		`INSERT INTO github_deliveries (delivery, received_at, repository_id, pushed_at) VALUES ('d', 9, 2, 8000000)`,
		`INSERT INTO outbox (kind, entry_key, receiver, body, token, made_at, due_at) VALUES ('github.push', 'd', '3', CAST('{"repository_id": 3, "public": true}' AS BLOB), 'x', 9, 9),
			('github.push', 'e', '4', CAST('{"repository_id": 4}' AS BLOB), 'y', 9, 9), ('mail', 'f', '5', x'7b7d', 'z', 9, 9)`), Options{}))(t)
	t.Cleanup(func() { check(t, s.Close()) })
	for repository, want := range map[int64]bool{1: false, 2: true, 3: true, 4: false} {
		if got := ok(s.PublicAtGitHub(t.Context(), repository))(t); got != want {
			t.Errorf("repository %d: public %v, want %v", repository, got, want)
		}
	}
	for i, c := range []struct {
		second int64
		want   bool
	}{{7, true}, {9, false}} { // before and after the last known push
		ok(s.ReceiveGitHubPush(t.Context(), schema.GitHubPush{GitHubCommit: schema.GitHubCommit{RepositoryID: 2}, Delivery: string(rune('g' + i)), ReceivedAt: time.Unix(10, 0), PushedAt: time.Unix(c.second, 0)}))(t)
		equal(t, ok(s.PublicAtGitHub(t.Context(), 2))(t), c.want)
	}
}

// TestMigrateNoticeMarks checks that a version of tests that people were notified about causes no
// second notice, and that marks of pools stay.
func TestMigrateNoticeMarks(t *testing.T) {
	t.Parallel()
	s := ok(Open(t.Context(), before(t, 40, `INSERT INTO notice_marks (topic, mark, made_at) VALUES ('tests', '7', 1), ('tests', '8/gate', 2), ('tests', '9', 3), ('tests', '9/gate', 4), ('pool', 'large', 5)`), Options{}))(t)
	t.Cleanup(func() { check(t, s.Close()) })
	got := ok(list(t.Context(), s.reader, value[string], `SELECT topic || ' ' || mark || ' ' || made_at FROM notice_marks ORDER BY topic, mark`))(t)
	equal(t, got, []string{"pool large 5", "tests 7/gate 1", "tests 7/submissions 1", "tests 8/gate 2", "tests 9/gate 4", "tests 9/submissions 3"})
}

// TestMigratePoolAdmins checks that pauses and numbers that administrators set stay theirs, and that
// those of instructors stay open to instructors.
func TestMigratePoolAdmins(t *testing.T) {
	t.Parallel()
	control := `INSERT INTO pool_controls (flavour, mode, reason, warm, max, by_login, changed_at) VALUES `
	s := ok(Open(t.Context(), before(t, 43,
		`INSERT INTO users (login, name, email, admin, created_at) VALUES ('root', 'R', '', 1, 9), ('ida', 'I', '', 0, 9)`,
		control+`('a', 'paused', '', NULL, NULL, 'root', 9)`, control+`('b', 'open', '', 2, NULL, 'operator', 9)`,
		control+`('c', 'draining', '', NULL, 3, 'ida', 9)`, control+`('d', 'open', '', NULL, NULL, 'root', 9)`), Options{}))(t)
	t.Cleanup(func() { check(t, s.Close()) })
	for i, want := range []schema.PoolControl{{AdminMode: true}, {AdminSize: true}, {}, {}} {
		if got := ok(s.PoolControls(t.Context()))(t)[i]; got.AdminMode != want.AdminMode || got.AdminSize != want.AdminSize {
			t.Errorf("%s: %+v", got.Flavour, got)
		}
	}
}

// TestMigrateSummaries opens databases with damaged summaries, from before and after the index of outcomes.
func TestMigrateSummaries(t *testing.T) {
	t.Parallel()
	const summaries = `INSERT INTO summaries (job_id, body) VALUES (1, '{"outcome": "grader-error"}'), (2, '{"outcome": "graded"}'), `
	for version, damaged := range map[int64]string{19: `(3, '{"tests": [')`, 49: `(3, '{"outcome": 7}')`} {
		s := ok(Open(t.Context(), before(t, version, summaries+damaged), Options{}))(t)
		t.Cleanup(func() { check(t, s.Close()) })
		got := ok(list(t.Context(), s.reader, value[int64], `SELECT job_id FROM summaries INDEXED BY summaries_broken WHERE outcome = 'grader-error'`))(t)
		equal(t, got, []int64{1})
	}
}
