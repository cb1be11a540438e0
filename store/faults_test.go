package store

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "text.db")
	check(t, os.WriteFile(text, []byte(strings.Repeat("no database ", 100)), 0o600))
	for path, words := range map[string]string{
		filepath.Join(dir, "none", "grader.db"): "cannot be opened",
		text:                                    "none of ours",
	} {
		_, err := Open(t.Context(), path, Options{})
		refused(t, err, schema.CodeUnavailable, "open store", words)
	}
}

func TestOpenRefusesANewerDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a name with ? and %.db")
	s := ok(Open(t.Context(), path, Options{}))(t)
	_, err := s.writer.db.Exec(`INSERT INTO schema_version (version_id, is_applied) VALUES (9999, 1)`)
	check(t, err)
	check(t, s.Close())
	_, err = Open(t.Context(), path, Options{})
	refused(t, err, schema.CodeRefused, "newer grader", "9999")
	info := ok(os.Stat(path))(t)
	equal(t, info.Mode().Perm(), os.FileMode(0o600))
}

func TestConnectionsAreSetUp(t *testing.T) {
	t.Parallel()
	b := open(t)
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "temp_store": "2", "busy_timeout": "5000"} {
		for _, db := range []*sql.DB{b.writer.db, b.reader.db} {
			var got string
			check(t, db.QueryRow("PRAGMA "+pragma).Scan(&got))
			if got != want {
				t.Errorf("%s is %s, want %s", pragma, got, want)
			}
		}
	}
	_, err := b.reader.db.Exec(`DELETE FROM users`)
	refused(t, translate(err), schema.CodeUnavailable, "read-only")
}

func TestReadOnlyDatabase(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	in := b.intent(b.repository(b.assignment, schema.RepositoryOwn, "alice"), "alice")
	_, err := b.writer.db.Exec(`PRAGMA query_only = 1`)
	check(t, err)
	_, err = b.RecordSubmission(t.Context(), b.pushed(b.assignment, in))
	refused(t, err, schema.CodeUnavailable, "read-only")
	_, err = b.Submission(t.Context(), schema.SubmissionName{Course: "comp2402", Assignment: "a1", Owner: "alice"})
	refused(t, err, schema.CodeNotFound) // reading still works
	_, err = b.writer.db.Exec(`PRAGMA query_only = 0`)
	check(t, err)
	ok(b.RecordSubmission(t.Context(), b.pushed(b.assignment, in)))(t)
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.push("bob")
	j := b.claim("standard")
	var pages int
	check(t, b.writer.db.QueryRow(`PRAGMA page_count`).Scan(&pages))
	_, err := b.writer.db.Exec(`PRAGMA max_page_count = ` + strconv.Itoa(pages+4))
	check(t, err)
	big := schema.Result{Outcome: schema.OutcomeGraded, Message: strings.Repeat("x", 1<<20)}
	_, err = b.Finish(t.Context(), j.ID, 1, big, b.tick())
	refused(t, err, schema.CodeUnavailable, "full")
	equal(t, ok(b.Job(t.Context(), j.ID))(t).State, schema.StateAssigned)
	b.sameCounts()
	_, err = b.writer.db.Exec(`PRAGMA max_page_count = 1000000`)
	check(t, err)
	ok(b.Finish(t.Context(), j.ID, 1, big, b.tick()))(t)
	b.sameCounts()
}

func TestLockedDatabase(t *testing.T) {
	t.Parallel()
	b := open(t)
	s := ok(Open(t.Context(), b.path, Options{BusyTimeout: time.Millisecond}))(t)
	t.Cleanup(func() { check(t, s.Close()) })
	held := ok(b.writer.db.BeginTx(t.Context(), nil))(t)
	_, err := s.AddUser(t.Context(), schema.Operator(), schema.User{Login: "alice"})
	refused(t, err, schema.CodeUnavailable, "another program")
	check(t, held.Rollback())
	ok(s.AddUser(t.Context(), schema.Operator(), schema.User{Login: "alice"}))(t)
}

func TestCancelledWriteIsRolledBack(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := b.write(ctx, "test", func(tx *tx) error {
		_, err := tx.exec(ctx, `INSERT INTO job_counts (state, jobs) VALUES ('x', 1)`)
		cancel()
		return err
	})
	if err == nil {
		t.Fatal("it was committed")
	}
	equal(t, ok(one(t.Context(), b.reader, value[int], `SELECT count(*) FROM job_counts WHERE state = 'x'`))(t), 0)
	b.push("alice")
}

func TestStateSurvivesReopening(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	sub := b.push("alice")
	b.finish(b.claim("standard"), 17)
	path := filepath.Join(t.TempDir(), "copy.db")
	check(t, b.Backup(t.Context(), path))
	refused(t, b.Backup(t.Context(), path), schema.CodeConflict, path)
	if err := b.Backup(t.Context(), filepath.Join(path, "none")); err == nil {
		t.Error("a backup into nowhere succeeded")
	}
	s := ok(Open(t.Context(), path, Options{}))(t)
	t.Cleanup(func() { check(t, s.Close()) })
	equal(t, ok(s.Submission(t.Context(), sub.Name))(t), ok(b.Submission(t.Context(), sub.Name))(t))
	equal(t, ok(os.Stat(path))(t).Mode().Perm(), os.FileMode(0o600))
}

func TestHealth(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.push("alice")
	b.push("alice")
	b.push("bob")
	b.claim("standard")
	b.intent(b.repository(b.assignment, schema.RepositoryOwn, "carol"), "alice")
	h := ok(b.Health(t.Context()))(t)
	equal(t, h, Health{OpenIntents: 1,
		Queue: []schema.QueueDepth{{Flavour: "standard", Lane: schema.LaneInteractive, Waiting: 1}, {Flavour: "standard", Lane: schema.LaneOvertaken, Waiting: 1}},
		Jobs: map[schema.State]int{schema.StateQueued: 2, schema.StateAssigned: 1, schema.StateRunning: 0, schema.StateDone: 1,
			schema.StateCancelled: 0, schema.StateFailed: 0}})
}
