package classroom_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// parted returns a result with a test of 10 points for each visibility, and the given earned points.
func parted(always, afterDue, afterPublish int64) schema.Result {
	r := schema.Result{Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent}
	for _, one := range []struct {
		visible schema.Visibility
		earned  int64
	}{{schema.VisibleAlways, always}, {schema.VisibleAfterDue, afterDue}, {schema.VisibleAfterPublish, afterPublish}} {
		t := schema.TestResult{Name: string(one.visible), Outcome: schema.OutcomePartial, Visible: one.visible, Score: schema.NewPoints(one.earned, 1), MaxScore: schema.NewPoints(10, 1)}
		r.Tests, r.Score, r.MaxScore = append(r.Tests, t), r.Score.Add(t.Score), r.MaxScore.Add(t.MaxScore)
	}
	return r
}

// hand records a submission to an assignment and grades it with a result.
func (b *bundle) hand(name, login string, r schema.Result) {
	b.t.Helper()
	b.pushTo(name, login)
	b.grade(r)
}

// reads returns the parts of alice's grade that a person sees: the counting submission, its final score and the
// maximum.
func (b *bundle) reads(name, login string) string {
	b.t.Helper()
	all, err := b.Grades.List(b.t.Context(), b.actors[login], "comp1", "alice")
	check(b.t, err)
	for _, g := range all {
		if g.Assignment == name {
			return strings.Join([]string{string(rune('0' + g.Number)), g.Final.String(), g.MaxScore.String()}, " ")
		}
	}
	return ""
}

// mustRead checks the parts of alice's grade that she and the staff see.
func (b *bundle) mustRead(when, student, staff string) {
	b.t.Helper()
	if got := b.reads("hidden", "alice"); got != student {
		b.t.Errorf("%s: alice reads %q, want %q", when, got, student)
	}
	if got := b.reads("hidden", "ida"); got != staff {
		b.t.Errorf("%s: staff reads %q, want %q", when, got, staff)
	}
}

const hiddenSource = "title: H\ndue: 2026-09-14 12:00\nlate: {until: 2026-09-16 12:00, penalty: {percent: 10}, tokens: true}\ntests:\n" +
	"  - {name: always, run: ./a}\n  - {name: after_due, run: ./a, visible: after_due}\n  - {name: after_publish, run: ./a, visible: after_publish}\n"

// TestBestIsChosenByWhatIsSeen uses three submissions. Each is the best at some time: by the visible tests, when alice
// can no longer submit, and when the grades are published. No action runs when her time ends.
func TestBestIsChosenByWhatIsSeen(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.assignment("hidden", hiddenSource)
	b.hand("hidden", "alice", parted(9, 1, 0))
	b.hand("hidden", "alice", parted(7, 8, 0))
	b.hand("hidden", "alice", parted(6, 6, 10))
	b.mustRead("before the end", "1 9 10", "1 10 30")
	b.pass(2*24*time.Hour + 3*time.Hour - time.Minute) // into the last minute of the late period
	b.mustRead("in the last minute", "1 9 10", "1 10 30")
	b.pass(2 * time.Minute)
	b.mustRead("after the end", "2 15 20", "2 15 30")
	is, err := b.Publications.Publish(t.Context(), b.actors["ida"], "comp1", "hidden", "")
	check(t, err)
	if !is.Everybody || len(is.StillOpen) != 0 {
		t.Errorf("%+v", is)
	}
	b.mustRead("published", "3 22 30", "3 22 30")
	_, err = b.Grades.Extend(t.Context(), b.actors["ida"], classroom.NewExtension{Course: "comp1", Assignment: "hidden", Owner: "alice", Days: 2})
	check(t, err)
	b.mustRead("extended", "3 16 20", "3 22 30")
	_, err = b.Publications.Unpublish(t.Context(), b.actors["ida"], "comp1", "hidden", "")
	check(t, err)
	b.mustRead("unpublished", "1 9 10", "1 10 30")
}

// TestPagesAgreeAfterTheEnd reads a grade in every way that channels use. Each way is once the first to read the grade
// after a student's time ends.
func TestPagesAgreeAfterTheEnd(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(b *bundle, a schema.Assignment) (int, error){
		"a grade": func(b *bundle, a schema.Assignment) (int, error) {
			g, err := b.store.Grade(t.Context(), a.ID, "alice")
			return g.Number, err
		},
		"the ledger": func(b *bundle, _ schema.Assignment) (int, error) {
			all, err := b.store.Grades(t.Context(), b.course.ID, "")
			return all[0].Number, err
		},
		"a push": func(b *bundle, a schema.Assignment) (int, error) {
			terms, err := b.store.Terms(t.Context(), a.ID, "alice", b.now())
			return terms.Grade.Number, err
		},
		"a class": func(b *bundle, a schema.Assignment) (int, error) {
			rows, err := b.store.ClassRows(t.Context(), a)
			return rows[0].Grade.Number, err
		},
		"an export": func(b *bundle, _ schema.Assignment) (int, error) {
			got, err := b.People.Export(t.Context(), b.actors["ida"], classroom.ExportRequest{Course: "comp1", Assignment: "hidden", Format: "csv"})
			if strings.Contains(string(got.Data), "15") {
				return 2, err
			}
			return 1, err
		},
		"a regrade set": func(b *bundle, _ schema.Assignment) (int, error) {
			_, err := b.Regrades.Create(t.Context(), b.actors["ida"], classroom.NewRegrade{Course: "comp1", Assignment: "hidden"})
			check(t, err)
			job := b.claim()
			for n := range 2 {
				if sub, err := b.store.Submission(t.Context(), schema.SubmissionName{Course: "comp1", Assignment: "hidden", Owner: "alice", Number: n + 1}); err == nil && sub.ID == job.Submission {
					return n + 1, nil
				}
			}
			return 0, err
		},
		"the sweep": func(b *bundle, _ schema.Assignment) (int, error) { return 2, b.store.UpdateDueGrades(t.Context()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBundle(t)
			a := b.assignment("hidden", hiddenSource)
			b.hand("hidden", "alice", parted(9, 1, 0))
			b.hand("hidden", "alice", parted(7, 8, 0))
			b.pass(5 * 24 * time.Hour)
			if number, err := read(b, a); err != nil || number != 2 {
				t.Errorf("submission %d counts, %v", number, err)
			}
			b.mustRead("then", "2 15 20", "2 15 30")
		})
	}
}

// TestLateDaysDoNotRevealHiddenTests compares two submissions that differ only in hidden tests. The numbers of
// remaining late days must be equal.
func TestLateDaysDoNotRevealHiddenTests(t *testing.T) {
	t.Parallel()
	left := func(hidden int64) (int, schema.Grade) {
		b := newBundle(t)
		check(t, b.Grades.SetLateTokens(t.Context(), b.actors["ida"], "comp1", 3))
		b.assignment("hidden", hiddenSource)
		other := b.assignment("other", strings.Replace(hiddenSource, "2026-09-14", "2026-09-15", 1))
		b.pass(20 * time.Hour) // a day late
		b.hand("hidden", "alice", parted(0, hidden, hidden))
		terms, err := b.store.Terms(t.Context(), other.ID, "alice", b.now())
		check(t, err)
		return terms.Tokens, b.final("hidden", "alice")
	}
	none, _ := left(0)
	all, grade := left(10)
	if none != all || none != 2 {
		t.Errorf("%d late days are left without hidden points, %d with them", none, all)
	}
	if grade.Final.String() != "20" || grade.Tokens != 1 {
		t.Errorf("staff reads %+v", grade)
	}
}

// TestPublishBySection publishes for one section, and moves a student into it and back.
func TestPublishBySection(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.place("alice,L1,student", "bob,L2,student")
	b.assignment("hidden", hiddenSource)
	b.hand("hidden", "alice", parted(5, 0, 5))
	sees := func(login string, want bool) {
		t.Helper()
		a, err := b.store.Assignment(t.Context(), "comp1", "hidden")
		check(t, err)
		access, err := b.Work.Access(t.Context(), course.Viewer{Login: login, Role: schema.RoleStudent}, a.ID, login)
		check(t, err)
		if got := access.Sees(schema.VisibleAfterPublish); got != want {
			t.Errorf("%s sees: %v", login, got)
		}
	}
	is, err := b.Publications.Publish(t.Context(), b.actors["ida"], "comp1", "hidden", "L2")
	check(t, err)
	if is.Everybody || !slices.Equal(is.Sections, []string{"L2"}) || !slices.Equal(is.StillOpen, []string{"bob"}) {
		t.Errorf("%+v", is)
	}
	if got := b.last(); got.Action != "grade.publish" || got.Subject != "comp1/hidden" || got.Before != "nobody" || got.After != "section L2" || got.Actor != "ida" {
		t.Errorf("audit %+v", got)
	}
	sees("alice", false)
	sees("bob", true)
	b.mustRead("for another section", "1 5 10", "1 10 30")
	b.place("alice,L2,student", "bob,L1,student")
	sees("alice", true)
	sees("bob", false)
	b.mustRead("moved", "1 10 20", "1 10 30")

	_, err = b.Publications.Publish(t.Context(), b.actors["ida"], "comp1", "hidden", "L2")
	refused(t, err, schema.CodeRefused, "comp1/hidden is published for section L2 already")
	_, err = b.Publications.Publish(t.Context(), b.actors["ida"], "comp1", "hidden", "L9")
	refused(t, err, schema.CodeNotFound, `no student of comp1 is in section "L9"`)
	_, err = b.Publications.Unpublish(t.Context(), b.actors["ida"], "comp1", "hidden", "L1")
	refused(t, err, schema.CodeRefused, "comp1/hidden is not published for section L1")
	_, err = b.Publications.Publish(t.Context(), b.actors["ida"], "comp1", "nothing", "")
	refused(t, err, schema.CodeNotFound, "there is no assignment comp1/nothing")
	_, err = b.Publications.Publish(t.Context(), b.actors["ida"], "comp1", "hidden", "")
	check(t, err)
	_, err = b.Publications.Unpublish(t.Context(), b.actors["ida"], "comp1", "hidden", "L2")
	refused(t, err, schema.CodeRefused, "comp1/hidden is published for everybody; unpublish it first")
	is, err = b.Publications.Unpublish(t.Context(), b.actors["ida"], "comp1", "hidden", "")
	check(t, err)
	if is.Everybody || len(is.Sections) != 0 {
		t.Errorf("%+v", is)
	}
	_, err = b.Publications.Unpublish(t.Context(), b.actors["ida"], "comp1", "hidden", "")
	refused(t, err, schema.CodeRefused, "comp1/hidden is not published for everybody")
	sees("alice", false)
}

// TestCoursePublishesAtTheEnd uses a course.yaml that publishes to each owner at the end of their time.
func TestCoursePublishesAtTheEnd(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.assignment("hidden", hiddenSource)
	b.hand("hidden", "alice", parted(5, 0, 5))
	b.pass(5 * 24 * time.Hour)
	b.mustRead("after the end", "1 5 20", "1 10 30")
	b.configure("publish: after_due\n")
	b.mustRead("with the rule", "1 10 30", "1 10 30")
	_, err := b.Grades.Extend(t.Context(), b.actors["ida"], classroom.NewExtension{Course: "comp1", Assignment: "hidden", Owner: "alice", Days: 9})
	check(t, err)
	b.mustRead("extended", "1 5 10", "1 10 30")
	b.pass(9 * 24 * time.Hour)
	b.mustRead("after that", "1 10 30", "1 10 30")
}

// TestRegradeNoticeOmitsHiddenTests applies a regrade that changes only hidden tests.
func TestRegradeNoticeOmitsHiddenTests(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	a := b.assignment("hidden", hiddenSource)
	told := func() string {
		t.Helper()
		notice, changed, err := b.store.LastRegrade(t.Context(), a.ID, "alice")
		check(t, err)
		if !changed {
			return ""
		}
		return course.RegradeWords(notice, course.OwnedBy(course.Viewer{Login: "alice", Role: schema.RoleStudent}, "alice"), time.UTC)
	}
	regrade := func(r schema.Result) {
		t.Helper()
		set, err := b.Regrades.Create(t.Context(), b.actors["ida"], classroom.NewRegrade{Course: "comp1", Assignment: "hidden"})
		check(t, err)
		b.grade(r)
		_, err = b.Regrades.Apply(t.Context(), b.actors["ida"], set.ID)
		check(t, err)
	}
	b.hand("hidden", "alice", parted(5, 0, 1))
	regrade(parted(5, 0, 9))
	if got := told(); got != "" {
		t.Errorf("alice reads %q", got)
	}
	_, err := b.Publications.Publish(t.Context(), b.actors["ida"], "comp1", "hidden", "")
	check(t, err)
	if got := told(); got != "" {
		t.Errorf("while a part is hidden alice reads %q", got)
	}
	b.pass(5 * 24 * time.Hour)
	if got := told(); !strings.Contains(got, "6 → 14") {
		t.Errorf("when all is shown alice reads %q", got)
	}

	b = newBundle(t) // one visible point more, one hidden point less
	a = b.assignment("hidden", hiddenSource)
	b.hand("hidden", "alice", parted(5, 0, 9))
	regrade(parted(6, 0, 8))
	if got := told(); !strings.Contains(got, "5 → 6") {
		t.Errorf("of visible tests alice reads %q", got)
	}
}
