package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

// graded pushes and grades a submission with that score.
func (b *bundle) graded(login string, score int64) schema.GradedSubmission {
	b.t.Helper()
	sub := b.push(login)
	b.finish(b.claim("standard"), score)
	return sub
}

func (b *bundle) grade(owner string) schema.Grade {
	b.t.Helper()
	return ok(b.Grade(b.t.Context(), b.assignment.ID, owner))(b.t)
}

// activate pushes tests with another assignment.yaml and passes their gate.
func (b *bundle) activate(source string) {
	b.t.Helper()
	b.source = source
	v, _ := b.candidate(b.assignment)
	b.gate(v, schema.GateResult{Passed: true})
	b.assignment = ok(b.Assignment(b.t.Context(), b.course.Code, b.assignment.Name))(b.t)
}

func TestGradeRemembersBestOfManySubmissions(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.graded("alice", 25)
	for range 220 {
		b.graded("alice", 3)
	}
	if g := b.grade("alice"); g.Number != 1 || g.Final.String() != "25" || g.MaxScore.String() != "25" || g.State != schema.TimelinessOnTime {
		t.Errorf("grade %+v, want submission 1 with 25", g)
	}
	if g := b.grade("bob"); g.Number != 0 || !g.Final.IsZero() {
		t.Errorf("grade of somebody who never pushed: %+v", g)
	}
}

func TestGradeFollowsResults(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	first := b.graded("alice", 10)
	b.graded("alice", 20)
	if g := b.grade("alice"); g.Number != 2 || g.Final.String() != "20" {
		t.Errorf("best: %+v", g)
	}
	// A rerun against changed tests raises the first submission's score.
	b.rerun("tina", first)
	if g := b.grade("alice"); g.Number != 2 {
		t.Errorf("while the rerun waits: %+v", g)
	}
	b.finish(b.claim("standard"), 22)
	if g := b.grade("alice"); g.Number != 1 || g.Final.String() != "22" {
		t.Errorf("after the rerun: %+v", g)
	}
	// A rerun that fails because of the tests leaves the grade unchanged.
	b.rerun("tina", first)
	j := b.claim("standard")
	ok(b.Finish(t.Context(), j.ID, j.Attempt, schema.Result{Outcome: schema.OutcomeGraderError, Blame: schema.BlameGrader}, b.tick()))(t)
	if g := b.grade("alice"); g.Number != 1 || g.Final.String() != "22" {
		t.Errorf("after a grader error: %+v", g)
	}
}

func TestTryOutsGetNoGrade(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	in := b.intent(b.repository(b.assignment, schema.RepositoryOwn, "tina"), "tina")
	p := b.pushed(b.assignment, in)
	p.TryOut = true
	ok(b.RecordSubmission(t.Context(), p))(t)
	b.finish(b.claim("standard"), 25)
	if g := b.grade("tina"); g.Number != 0 {
		t.Errorf("grade %+v of a try-out", g)
	}
}

func TestActivatingTestsRecomputesGrades(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.graded("alice", 20)
	b.graded("alice", 15)
	b.graded("bob", 7)
	// The bundle's clock is at 2026-09-14 09:00 UTC, 05:00 in Toronto.
	for _, c := range []struct {
		source      string
		alice, bob  string
		aliceNumber int
		state       schema.Timeliness
	}{
		{"title: A1\nsubmissions: {counts: last}\n", "15", "7", 2, schema.TimelinessOnTime},
		{"title: A1\ndue: 2026-09-13 23:59\nlate: {until: 2026-09-20 23:59, penalty: {percent: 10, per: day}}\n", "18", "6.3", 1, schema.TimelinessLate},
		{"title: A1\ndue: 2026-09-13 23:59\n", "0", "0", 0, ""},
		{"title: A1\n", "20", "7", 1, schema.TimelinessOnTime},
	} {
		b.activate(c.source + "tests:\n  - {name: greets, run: ./hello}\n")
		alice, bob := b.grade("alice"), b.grade("bob")
		if alice.Final.String() != c.alice || bob.Final.String() != c.bob || alice.Number != c.aliceNumber || alice.State != c.state {
			t.Errorf("%q:\nalice %+v\nbob %+v", c.source, alice, bob)
		}
	}
}

// TestGradesOfCourseAndOfOwnerAgree computes grades for the whole course and for single owners.
func TestGradesOfCourseAndOfOwnerAgree(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.activate("title: A1\ndue: 2026-09-13 23:59\nlate: {until: 2026-09-20 23:59, tokens: true, penalty: {percent: 10, per: day}}\ntests:\n  - {name: greets, run: ./hello}\n")
	_, err := b.writer.db.Exec(`UPDATE courses SET late_tokens = 2`)
	check(t, err)
	_, err = b.writer.db.Exec(`INSERT INTO extensions (assignment_id, owner, days, reason, actor, made_at) VALUES (?, 'bob', 1, 'ill', 'ida', 1)`, b.assignment.ID)
	check(t, err)
	_, err = b.writer.db.Exec(`INSERT INTO adjustments (assignment_id, owner, points, reason, actor, made_at) VALUES (?, 'alice', '-1/2', 'style', 'ida', 1)`, b.assignment.ID)
	check(t, err)
	b.graded("alice", 20)
	b.graded("bob", 12)
	want := ok(b.Grades(t.Context(), b.course.ID, ""))(t)
	if len(want) != 2 || want[0].Final.String() != "19.5" || want[0].Tokens != 1 || want[1].Final.String() != "12" || want[1].Tokens != 0 {
		t.Fatalf("grades %+v", want)
	}
	_, err = b.writer.db.Exec(`DELETE FROM grades`)
	check(t, err)
	check(t, b.write(t.Context(), "update grades", func(tx *tx) error { return b.updateCourseGrades(t.Context(), tx, b.course.ID, b.tick()) }))
	got := ok(b.Grades(t.Context(), b.course.ID, ""))(t)
	for i := range got {
		got[i].ChangedAt, want[i].ChangedAt = time.Time{}, time.Time{}
	}
	equal(t, got, want)
}

// TestOpeningOldDatabaseComputesGrades removes the tallies and grades from a database, and
// opens it.
func TestOpeningOldDatabaseComputesGrades(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.graded("alice", 20)
	b.graded("alice", 15)
	b.push("bob")
	want := b.grade("alice")
	for _, text := range []string{`UPDATE submissions SET tally = NULL`, `DELETE FROM grades`} {
		_, err := b.writer.db.Exec(text)
		check(t, err)
	}
	tx := ok(b.writer.db.BeginTx(t.Context(), nil))(t)
	check(t, fillTallies(t.Context(), tx)) // like its migration
	check(t, tx.Commit())
	again := ok(Open(t.Context(), b.path, Options{Clock: b.tick}))(t)
	t.Cleanup(func() { check(t, again.Close()) })
	got := ok(again.Grade(t.Context(), b.assignment.ID, "alice"))(t)
	got.ChangedAt = want.ChangedAt
	equal(t, got, want)
	equal(t, len(ok(again.Grades(t.Context(), b.course.ID, ""))(t)), 1)
}

// BenchmarkUpdateGrades uses a course of 1,000 students with 12 assignments and 20 submissions each.
func BenchmarkUpdateGrades(b *testing.B) {
	s := newBundle(b)
	for a := 2; a <= 12; a++ {
		s.addAssignment(s.course, fmt.Sprintf("a%d", a))
	}
	for _, text := range []string{
		`CREATE TEMP TABLE pushes AS
		WITH RECURSIVE students (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM students WHERE n < 1000),
			numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20)
		SELECT a.id AS assignment, v.id AS version, 's' || students.n AS owner, numbers.n AS number, a.id || '-' || students.n || '-' || numbers.n AS name,
			(SELECT min(id) FROM repositories) AS repository
		FROM assignments a JOIN versions v ON v.assignment_id = a.id, students, numbers`,
		`INSERT INTO intents (id, repository_id, pusher_id, ref, old_hash, new_hash, received_at, options, process_group, state)
		SELECT name, repository, 1, '', '', '', 1, '', 0, 'recorded' FROM pushes`,
		`INSERT INTO submissions (assignment_id, owner, number, pusher_id, commit_hash, tree_hash, repository_id, intent_id, version_id, try_out, receipt, received_at, tally)
		SELECT assignment, owner, number, 1, '', '', repository, name, version, 0, name, 1, '{"score":"' || (number % 17) || '","max_score":"25"}' FROM pushes`,
	} {
		_, err := s.writer.db.Exec(text)
		check(b, err)
	}
	update := func(f func(context.Context, *tx) error) func(*testing.B) {
		return func(b *testing.B) {
			for b.Loop() {
				check(b, s.write(b.Context(), "update grades", func(t *tx) error { return f(b.Context(), t) }))
			}
		}
	}
	b.Run("course", update(func(ctx context.Context, t *tx) error { return s.updateCourseGrades(ctx, t, s.course.ID, s.tick()) }))
	b.Run("owner", update(func(ctx context.Context, t *tx) error { return s.updateGrades(ctx, t, s.course.ID, "s7", s.tick()) }))
}
