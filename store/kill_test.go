package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

// Environment variables of the child process to kill.
const (
	killedWork = "GRADER_KILLED_WORK" // task of the child
	killedFile = "GRADER_KILLED_FILE" // database of the child
)

func TestMain(m *testing.M) {
	if work := os.Getenv(killedWork); work != "" {
		if err := beKilled(work, os.Getenv(killedFile)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// beKilled opens a database, reports that it is open, and runs its task.
func beKilled(work, file string) error {
	ctx := context.Background()
	if work == "fill" {
		fmt.Println("begun")
	}
	s, err := Open(ctx, file, Options{})
	if err != nil {
		return err
	}
	fmt.Println("begun")
	switch work {
	case "fill":
		return s.Close()
	case "apply":
		set, err := s.Regrade(ctx, 1)
		if err != nil {
			return err
		}
		err = s.ApplyRegrade(ctx, schema.Operator(), set)
		return errors.Join(err, s.Close())
	case "import":
		c, err := s.Course(ctx, "comp2402")
		if err != nil {
			return err
		}
		q, _, err := s.BeginAPIRequest(ctx, schema.APIRequest{User: 1, Key: []byte("k"), Content: []byte("c"), Scope: schema.ScopeWrite})
		if err != nil {
			return err
		}
		by := schema.Operator()
		by.Request = q.ID
		_, err = s.ImportRoster(ctx, by, schema.RosterImport{Course: c, Rows: rosterRows(), Expires: time.Now().Add(time.Hour)})
		return errors.Join(err, s.Close())
	}
	return fmt.Errorf("no work %q", work)
}

const (
	killedOwners = 60
	killedRows   = 400
)

func rosterRows() []schema.RosterRow {
	var rows []schema.RosterRow
	for i := range killedRows {
		rows = append(rows, schema.RosterRow{Line: i + 2, Login: fmt.Sprintf("r%03d", i), StudentID: fmt.Sprintf("%07d", i), Name: "R", Role: schema.RoleStudent})
	}
	return rows
}

// kills returns how often a process is killed: GRADER_KILLS, or 5 by default.
func kills(t *testing.T) int {
	t.Helper()
	if text := os.Getenv("GRADER_KILLS"); text != "" {
		return ok(strconv.Atoi(text))(t)
	}
	return 5
}

// killed starts a child on a copy of a database and kills it after a share of the duration of
// its task. It returns the path of the copy.
func killed(t *testing.T, work, from string, after time.Duration) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "grader.db")
	check(t, os.WriteFile(file, ok(os.ReadFile(from))(t), 0o600))
	child, said := startChild(t, work, file)
	_, err := io.ReadFull(said, make([]byte, len("begun\n")))
	check(t, err)
	time.Sleep(after) // chooses the moment of the kill; the test does not depend on it
	check(t, child.Process.Kill())
	_ = child.Wait() // killed, or already done
	return file
}

func startChild(t *testing.T, work, file string) (*exec.Cmd, io.Reader) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), killedWork+"="+work, killedFile+"="+file)
	child.Stderr = os.Stderr
	said := ok(child.StdoutPipe())(t)
	check(t, child.Start())
	return child, said
}

// whole measures the duration of a child's task.
func whole(t *testing.T, work, from string) time.Duration {
	t.Helper()
	file := filepath.Join(t.TempDir(), "grader.db")
	check(t, os.WriteFile(file, ok(os.ReadFile(from))(t), 0o600))
	child, said := startChild(t, work, file)
	_, err := io.ReadFull(said, make([]byte, len("begun\n")))
	check(t, err)
	began := time.Now()
	check(t, child.Wait())
	return time.Since(began)
}

// TestKilledDuringApply kills a process that applies a regrade set. Each owner then has the
// old or the new grade and results. Applying the set again completes it without repeating an
// owner.
func TestKilledDuringApply(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for i := range killedOwners {
		b.enrol(fmt.Sprintf("s%02d", i), schema.RoleStudent)
		b.graded(fmt.Sprintf("s%02d", i), 17)
	}
	set := ok(b.CreateRegrade(t.Context(), schema.Operator(), schema.NewRegrade{Assignment: b.assignment, Which: schema.RegradeCounted}))(t)
	for range killedOwners {
		b.finish(b.claim("standard"), 19)
	}
	from := filepath.Join(t.TempDir(), "staged.db")
	check(t, b.Backup(t.Context(), from))
	span := whole(t, "apply", from)
	between := 0
	for range kills(t) {
		s := ok(Open(t.Context(), killed(t, "apply", from, rand.N(span)), Options{}))(t)
		changed := finals(t, s, b.assignment.ID, "19")
		if changed > 0 && changed < killedOwners {
			between++
		}
		halves := ok(list(t.Context(), s.reader, value[string], `SELECT r.owner FROM regraded r JOIN submissions s ON s.id = r.submission_id JOIN grades g ON g.assignment_id = s.assignment_id AND g.owner = r.owner
			WHERE (r.applied_at > 0) <> (s.done_job_id = r.job_id) OR (r.applied_at > 0) <> (g.final = '19') OR (r.applied_at > 0) <> (r.after_final = '19')`))(t)
		if len(halves) > 0 {
			t.Errorf("half applied: %q", halves)
		}
		again := ok(s.Regrade(t.Context(), set.ID))(t)
		if again.State != schema.RegradeApplied {
			check(t, s.ApplyRegrade(t.Context(), schema.Operator(), again))
		}
		if n := finals(t, s, b.assignment.ID, "19"); n != killedOwners {
			t.Errorf("%d of %d owners are regraded", n, killedOwners)
		}
		if log := ok(s.AuditLog(t.Context(), schema.AuditQuery{Action: "regrade.apply", Limit: 10}))(t); len(log) != 1 {
			t.Errorf("%d audit entries", len(log))
		}
		if skipped := ok(s.UndoRegrade(t.Context(), schema.Operator(), ok(s.Regrade(t.Context(), set.ID))(t)))(t); len(skipped) > 0 {
			t.Errorf("not undone: %v", skipped)
		}
		if n := finals(t, s, b.assignment.ID, "17"); n != killedOwners {
			t.Errorf("%d of %d owners have their first grade again", n, killedOwners)
		}
		check(t, s.Close())
	}
	t.Logf("%d kills, %d of them between two owners", kills(t), between)
}

// finals returns the number of owners with the given final points.
func finals(t *testing.T, s *Store, assignment int64, final string) int {
	t.Helper()
	return ok(one(t.Context(), s.reader, value[int], `SELECT count(*) FROM grades WHERE assignment_id = ? AND final = ?`, assignment, final))(t)
}

// TestKilledDuringRosterImport kills a process that imports a roster. Then either the whole
// file is imported or nothing, and the state of the API's request says which. Importing it again
// completes it without duplicates.
func TestKilledDuringRosterImport(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	from := filepath.Join(t.TempDir(), "empty.db")
	check(t, b.Backup(t.Context(), from))
	before := len(ok(b.Users(t.Context()))(t))
	span := whole(t, "import", from)
	for range kills(t) {
		s := ok(Open(t.Context(), killed(t, "import", from, rand.N(span)), Options{}))(t)
		c := ok(s.Course(t.Context(), "comp2402"))(t)
		imported := func() (users, enrolled, codes, entries int) {
			t.Helper()
			return len(ok(s.Users(t.Context()))(t)) - before, len(ok(s.RosterPeople(t.Context(), c.ID))(t)) - before,
				ok(one(t.Context(), s.reader, value[int], `SELECT count(*) FROM tokens WHERE kind = 'code'`))(t),
				len(ok(s.AuditLog(t.Context(), schema.AuditQuery{Action: "roster.import", Limit: 10}))(t))
		}
		kind := schema.RosterAdded
		users, enrolled, codes, entries := imported()
		switch {
		case users == 0 && enrolled == 0 && codes == 0 && entries == 0:
		case users == killedRows && enrolled == killedRows && codes == killedRows && entries == 1:
			kind = schema.RosterUnchanged
		default:
			t.Errorf("%d accounts, %d enrolled, %d codes, %d audit entries", users, enrolled, codes, entries)
		}
		done := ok(one(t.Context(), s.reader, value[bool], `SELECT EXISTS (SELECT 1 FROM api_requests WHERE state = 'done')`))(t)
		if done != (kind == schema.RosterUnchanged) {
			t.Errorf("%d accounts, but the request is in the state done: %v", users, done)
		}
		for _, change := range ok(s.ImportRoster(t.Context(), schema.Operator(), schema.RosterImport{Course: c, Rows: rosterRows(), Expires: time.Now().Add(time.Hour)}))(t) {
			if change.Line > 0 && change.Kind != kind { // skip the bundle's own people
				t.Errorf("%s is %s, want %s", change.Login, change.Kind, kind)
			}
		}
		if users, enrolled, codes, _ := imported(); users != killedRows || enrolled != killedRows || codes != killedRows {
			t.Errorf("after importing again: %d accounts, %d enrolled, %d codes", users, enrolled, codes)
		}
		check(t, s.Close())
	}
}
