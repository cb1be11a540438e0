package classroom_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// scored returns a graded result with that many of 10 points.
func scored(points int64) schema.Result {
	return schema.Result{Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, Score: schema.NewPoints(points, 1), MaxScore: schema.NewPoints(10, 1)}
}

// final returns the login's grade for an assignment.
func (b *bundle) final(name, login string) schema.Grade {
	b.t.Helper()
	all, err := b.Grades.List(b.t.Context(), schema.Operator(), "comp1", login)
	check(b.t, err)
	for _, g := range all {
		if g.Assignment == name {
			return g
		}
	}
	return schema.Grade{}
}

// TestExtensionGradesKeptPushes grants an extension after the end, to one of two students.
func TestExtensionGradesKeptPushes(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.assignment("late", "title: L\ndue: 2026-09-14 12:00\ntests:\n  - {name: greets, run: ./hello}\n")
	b.pushTo("late", "alice")
	b.grade(scored(3))
	b.pass(30 * time.Hour) // to 15:00 of the next day
	for _, login := range []string{"alice", "bob"} {
		if sub := b.pushTo("late", login); !sub.Kept || sub.Job.State != schema.StateCancelled {
			t.Errorf("%s: %+v", login, sub)
		}
	}
	woken := b.woken.Load()
	extended, err := b.Grades.Extend(t.Context(), b.actors["ida"], classroom.NewExtension{Course: "comp1", Assignment: "late", Owner: "alice", By: 48 * time.Hour, Reason: "ill"})
	check(t, err)
	if extended.Graded != 1 || extended.Due.Format("2006-01-02 15:04") != "2026-09-16 12:00" || !extended.End.Equal(extended.Due) || b.woken.Load() == woken {
		t.Errorf("%+v", extended)
	}
	b.grade(scored(8))
	if g := b.final("late", "alice"); g.Number != 2 || g.Final.String() != "8" || g.State != schema.TimelinessOnTime {
		t.Errorf("alice: %+v", g)
	}
	if g := b.final("late", "bob"); g.Number != 0 {
		t.Errorf("bob: %+v", g)
	}
	_, err = b.Grades.EndExtension(t.Context(), b.actors["ida"], "comp1", "late", extended.ID)
	check(t, err)
	if g := b.final("late", "alice"); g.Number != 1 || g.Final.String() != "3" {
		t.Errorf("alice, without the extension: %+v", g)
	}
	_, err = b.Grades.EndExtension(t.Context(), b.actors["ida"], "comp1", "late", extended.ID)
	refused(t, err, schema.CodeNotFound, "comp1/late has no extension 1")
}

// TestLaterDueGradesKeptPushes moves the due date with a push of tests.
func TestLaterDueGradesKeptPushes(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	const source = "title: L\ndue: 2026-09-DAY 12:00\ntests:\n  - {name: greets, run: ./hello}\n"
	b.assignment("late", strings.Replace(source, "DAY", "14", 1))
	b.pass(30 * time.Hour)
	b.pushTo("late", "bob")
	b.assignment("late", strings.Replace(source, "DAY", "20", 1))
	b.grade(scored(9))
	if g := b.final("late", "bob"); g.Number != 1 || g.Final.String() != "9" {
		t.Errorf("bob: %+v", g)
	}
}

// TestOutageMovesDueForEverybody records an outage that covers the due minute.
func TestOutageMovesDueForEverybody(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.assignment("late", "title: L\ndue: 2026-09-14 12:00\ntests:\n  - {name: greets, run: ./hello}\n")
	b.assignment("other", "title: O\ndue: 2026-09-14 20:00\ntests:\n  - {name: greets, run: ./hello}\n")
	b.pass(4 * time.Hour) // to 13:00
	for _, login := range []string{"alice", "bob"} {
		b.pushTo("late", login)
	}
	added, graded, err := b.Grades.Outage(t.Context(), b.actors["ida"], classroom.NewOutage{Course: "comp1", Start: "2026-09-14 11:30", Length: 90 * time.Minute})
	check(t, err)
	if graded != 2 || added.Length != 90*time.Minute {
		t.Errorf("%+v, %d graded", added, graded)
	}
	b.grade(scored(5))
	b.grade(scored(6))
	if g := b.final("late", "alice"); g.State != schema.TimelinessOnTime || g.Number != 1 {
		t.Errorf("alice: %+v", g)
	}
	terms, err := b.store.Terms(t.Context(), 3, "alice", b.now())
	if check(t, err); terms.Name != "comp1/other" || terms.Schedule.Due().Hour() != 20 {
		t.Errorf("an assignment that the outage did not touch is due %s", terms.Schedule.Due())
	}
	for _, c := range []struct {
		n    classroom.NewOutage
		want string
	}{
		{classroom.NewOutage{Course: "comp1", Start: "2026-09-14 11:30"}, "an outage lasts more than nothing and at most 30 days; write a length such as 90m"},
		{classroom.NewOutage{Course: "comp1", Start: "2026-09-14 12:30", Length: 2 * time.Hour}, "an outage is confirmed when it is over; this one would end at 2026-09-14 14:30"},
		{classroom.NewOutage{Course: "comp1", Start: "noon", Length: time.Hour}, `start "noon": write a local time such as`},
	} {
		_, _, err := b.Grades.Outage(t.Context(), b.actors["ida"], c.n)
		refused(t, err, schema.CodeInvalid, c.want)
	}
}

// TestLateDaysAreSharedByAssignments sets late days after late pushes.
func TestLateDaysAreSharedByAssignments(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for _, name := range []string{"l1", "l2"} {
		b.assignment(name, "title: L\ndue: 2026-09-14 12:00\nlate: {until: 2026-09-20 12:00, tokens: true, penalty: {percent: 10, per: day}}\ntests:\n  - {name: greets, run: ./hello}\n")
	}
	b.pass(30 * time.Hour) // two days late
	for _, name := range []string{"l2", "l1"} {
		b.pushTo(name, "bob")
		b.grade(scored(10))
	}
	for tokens, want := range []string{"8 8", "9 8", "10 8", "10 9", "10 10"} {
		check(t, b.Grades.SetLateTokens(t.Context(), b.actors["ida"], "comp1", tokens))
		if got := b.final("l1", "bob").Final.String() + " " + b.final("l2", "bob").Final.String(); got != want {
			t.Errorf("with %d late days: %s, want %s", tokens, got, want)
		}
	}
	refused(t, b.Grades.SetLateTokens(t.Context(), b.actors["ida"], "comp1", -1), schema.CodeInvalid, "late days are a number from 0 to 100")
}

func TestMarkedSubmissionCounts(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.assignment("m", "title: M\ndue: 2026-09-14 12:00\nsubmissions: {counts: marked}\ntests:\n  - {name: greets, run: ./hello}\n")
	for _, points := range []int64{7, 3} {
		b.pushTo("m", "bob")
		b.grade(scored(points))
	}
	name := func(n int) schema.SubmissionName {
		return schema.SubmissionName{Course: "comp1", Assignment: "m", Owner: "bob", Number: n}
	}
	if g := b.final("m", "bob"); g.Number != 2 {
		t.Errorf("before a mark: %+v", g)
	}
	_, err := b.Grades.Mark(t.Context(), b.actors["bob"], name(1))
	check(t, err)
	if g := b.final("m", "bob"); g.Number != 1 || g.Final.String() != "7" {
		t.Errorf("after it: %+v", g)
	}
	_, err = b.Grades.Mark(t.Context(), b.actors["bob"], name(9))
	refused(t, err, schema.CodeNotFound, "there is no submission comp1/m/bob/9")
	b.push("bob")
	_, err = b.Grades.Mark(t.Context(), b.actors["bob"], schema.SubmissionName{Course: "comp1", Assignment: "a1", Number: 1})
	refused(t, err, schema.CodeRefused, "in comp1/a1 the best submission counts; nothing needs to be marked")
	b.pass(30 * time.Hour)
	_, err = b.Grades.Mark(t.Context(), b.actors["bob"], name(2))
	refused(t, err, schema.CodeRefused, "comp1/m is closed; ask the course staff if another submission should count")
}

// TestRosterOfTenThousand imports a large roster twice. The second import changes nothing.
func TestRosterOfTenThousand(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	var text strings.Builder
	text.WriteString("student_id,login,email,name,section\n")
	for i := range 10_000 {
		n := strings.Repeat("0", 5-len(strconv.Itoa(i))) + strconv.Itoa(i)
		text.WriteString("00" + n + ",u" + n + ",u" + n + "@uni.example,\"N, " + n + "\",L" + n[4:] + "\n")
	}
	for _, kind := range []schema.RosterKind{schema.RosterAdded, schema.RosterUnchanged} {
		done, err := b.People.Import(t.Context(), b.actors["ida"], classroom.ImportRequest{Course: "comp1", Data: []byte(text.String())})
		check(t, err)
		counts := make(map[schema.RosterKind]int)
		codes := make(map[string]bool)
		for _, c := range done.Changes {
			counts[c.Kind]++
			codes[c.Code] = true
		}
		if counts[kind] != 10_000 || counts[schema.RosterMissing] != 2 || kind == schema.RosterAdded && len(codes) != 10_001 {
			t.Errorf("%v, %d codes", counts, len(codes))
		}
	}
}

// TestReportsSayHowLate compares the lateness in the JSON of a late submission with its grade.
func TestReportsSayHowLate(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.assignment("late", "title: L\ndue: 2026-09-14 12:00\nlate: {until: 2026-09-20 12:00, tokens: true, penalty: {percent: 10, per: day}}\ntests:\n  - {name: greets, run: ./hello}\n")
	check(t, b.Grades.SetLateTokens(t.Context(), b.actors["ida"], "comp1", 1))
	b.pass(30 * time.Hour)
	b.pushTo("late", "bob")
	b.grade(scored(10))
	all, err := b.Work.Submissions(t.Context(), b.actors["ida"], classroom.SubmissionPage{Assignment: "comp1/late"})
	check(t, err)
	g := b.final("late", "bob")
	if l := all[0].Late; len(all) != 1 || l.State != schema.TimelinessLate || l.Days != 2 || l.Tokens != 1 || l.Deducted != "1" || g.Deducted.String() != "1" || g.Tokens != 1 {
		t.Errorf("report %+v, grade %+v", all[0].Late, g)
	}
}
