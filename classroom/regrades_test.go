package classroom_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/schema"
)

// cases returns a result with the cases a and b, one point each, which passed or failed.
func cases(tests string, a, b bool) schema.Result {
	r := schema.Result{Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, MaxScore: schema.NewPoints(2, 1), Provenance: schema.Provenance{Tests: tests}}
	for i, passed := range []bool{a, b} {
		t := schema.TestResult{Name: "ab"[i : i+1], Outcome: schema.OutcomeFailed, MaxScore: schema.NewPoints(1, 1), Visible: schema.VisibleAlways}
		if passed {
			t.Outcome, t.Score = schema.OutcomePassed, schema.NewPoints(1, 1)
			r.Score = r.Score.Add(t.Score)
		}
		r.Tests = append(r.Tests, t)
	}
	return r
}

// show returns a set's report, and its change for an owner.
func (b *bundle) show(id int64) (classroom.RegradeReport, map[string]schema.RegradedOwner) {
	b.t.Helper()
	report, err := b.Regrades.Show(b.t.Context(), b.actors["ida"], id)
	check(b.t, err)
	owners := make(map[string]schema.RegradedOwner)
	for _, o := range report.Owners {
		owners[o.Owner] = o
	}
	return report, owners
}

// TestRegradeSetIsAppliedAndUndone regrades with a repaired test, which was wrong for alice.
func TestRegradeSetIsAppliedAndUndone(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for _, login := range []string{"alice", "bob"} {
		b.push(login)
		b.grade(cases("v1", login == "bob", true))
	}
	b.assignment("a1", released) // version 2
	set, err := b.Regrades.Create(t.Context(), b.actors["ida"], classroom.NewRegrade{Course: "comp1", Assignment: "a1", Reason: "case a was wrong"})
	check(t, err)
	if set.Total != 2 || set.State != schema.RegradeRunning || set.Version != 2 {
		t.Errorf("%+v", set)
	}
	_, err = b.Regrades.Create(t.Context(), b.actors["ida"], classroom.NewRegrade{Course: "comp1", Assignment: "a1"})
	refused(t, err, schema.CodeConflict, "comp1/a1 has a regrade set that is neither applied nor discarded; finish it first")
	_, err = b.Regrades.Apply(t.Context(), b.actors["ida"], set.ID)
	refused(t, err, schema.CodeRefused, "regrade set 1 is still running: 0 of 2 submissions are graded")

	// A push is graded before the set's jobs, and nobody sees their results.
	b.grade(cases("v2", true, true))
	b.grade(cases("v2", true, false))
	if sub := b.first("alice"); sub.Result.Score.String() != "1" || sub.Job.Kind != schema.JobGrade {
		t.Errorf("alice sees %s of job kind %s before the set is applied", sub.Result.Score, sub.Job.Kind)
	}
	report, owners := b.show(set.ID)
	if report.Set.State != schema.RegradeStaged || report.Up != 1 || report.Down != 1 || report.Same != 0 || report.Flaky != 0 {
		t.Errorf("%+v", report)
	}
	if diff := cmp.Diff([]schema.CaseChange{{Name: "a", Before: schema.OutcomeFailed, After: schema.OutcomePassed}}, owners["alice"].Changes); diff != "" {
		t.Error(diff)
	}
	if o := owners["alice"]; o.Before.Final != "1" || o.After.Final != "2" {
		t.Errorf("alice: %+v", o)
	}
	if g := b.final("a1", "alice"); g.Final.String() != "1" {
		t.Errorf("alice's grade before the set is applied: %+v", g)
	}

	for range 2 { // applied, undone, applied again with a new set
		_, err = b.Regrades.Apply(t.Context(), b.actors["ida"], set.ID)
		check(t, err)
		if a, o := b.final("a1", "alice"), b.final("a1", "bob"); a.Final.String() != "2" || o.Final.String() != "1" {
			t.Errorf("applied: alice %+v, bob %+v", a, o)
		}
		if sub := b.first("alice"); sub.Result.Score.String() != "2" {
			t.Errorf("alice sees %s", sub.Result.Score)
		}
		notice, changed, err := b.store.LastRegrade(t.Context(), set.Assignment, "alice")
		check(t, err)
		if !changed || notice.Before.String() != "1" || notice.After.String() != "2" || notice.Version != 2 {
			t.Errorf("notice %+v, %v", notice, changed)
		}
		_, err = b.Regrades.Apply(t.Context(), b.actors["ida"], set.ID)
		refused(t, err, schema.CodeRefused, "is applied")
		report, err := b.Regrades.Undo(t.Context(), b.actors["ida"], set.ID)
		check(t, err)
		if report.Set.State != schema.RegradeUndone {
			t.Errorf("%+v", report.Set)
		}
		if a, o := b.final("a1", "alice"), b.final("a1", "bob"); a.Final.String() != "1" || o.Final.String() != "2" {
			t.Errorf("undone: alice %+v, bob %+v", a, o)
		}
		if sub := b.first("alice"); sub.Result.Score.String() != "1" {
			t.Errorf("undone, alice sees %s", sub.Result.Score)
		}
		_, err = b.Regrades.Undo(t.Context(), b.actors["ida"], set.ID)
		refused(t, err, schema.CodeRefused, "only an applied set can be undone")
		set, err = b.Regrades.Create(t.Context(), b.actors["ida"], classroom.NewRegrade{Course: "comp1", Assignment: "a1", Reason: "again"})
		check(t, err)
		b.grade(cases("v2", true, true))
		b.grade(cases("v2", true, false))
	}
}

// TestUndoKeepsLaterGrades pushes as bob and grades alice again after the set. Undoing the set keeps both.
func TestUndoKeepsLaterGrades(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for _, login := range []string{"alice", "bob"} {
		b.push(login)
		b.grade(cases("v1", false, true))
	}
	set, err := b.Regrades.Create(t.Context(), b.actors["ida"], classroom.NewRegrade{Course: "comp1", Assignment: "a1"})
	check(t, err)
	b.grade(cases("v2", true, true))
	b.grade(cases("v2", true, true))
	_, err = b.Regrades.Apply(t.Context(), b.actors["ida"], set.ID)
	check(t, err)
	b.pass(time.Minute)
	b.push("bob")
	b.grade(cases("v2", false, false))
	_, err = b.Work.Rerun(t.Context(), b.actors["ida"], b.first("alice").ID)
	check(t, err)
	b.grade(cases("v2", true, true))
	report, err := b.Regrades.Undo(t.Context(), b.actors["ida"], set.ID)
	check(t, err)
	for _, o := range report.Owners {
		want := map[string]string{"alice": "graded again since", "bob": "pushed since"}[o.Owner]
		if o.Skipped != want {
			t.Errorf("%s: %q, want %q", o.Owner, o.Skipped, want)
		}
	}
	if a, o := b.final("a1", "alice"), b.final("a1", "bob"); a.Final.String() != "2" || o.Final.String() != "2" {
		t.Errorf("alice %+v, bob %+v", a, o)
	}
}

// TestRegradeNamesFlakyAndFailedOwners grades with the same tests again and gets other outcomes.
func TestRegradeNamesFlakyAndFailedOwners(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for _, login := range []string{"alice", "bob"} {
		b.push(login)
		b.grade(cases("v1", true, true))
	}
	set, err := b.Regrades.Create(t.Context(), b.actors["ida"], classroom.NewRegrade{Course: "comp1", Assignment: "a1"})
	check(t, err)
	b.grade(cases("v1", false, true))
	b.grade(schema.Result{Outcome: schema.OutcomeGraderError, Blame: schema.BlameGrader})
	report, owners := b.show(set.ID)
	if !owners["alice"].Flaky || owners["bob"].Flaky || !owners["bob"].Failed || report.Flaky != 1 || report.Failed != 1 || report.Set.Failed != 1 {
		t.Errorf("%+v", report)
	}
	if owners["bob"].Before != owners["bob"].After {
		t.Errorf("bob has no new result: %+v", owners["bob"])
	}
	_, err = b.Regrades.Apply(t.Context(), b.actors["ida"], set.ID)
	check(t, err)
	if g := b.final("a1", "bob"); g.Final.String() != "2" {
		t.Errorf("bob, whose job failed: %+v", g)
	}
}

func TestRegradeChoosesSubmissions(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for _, points := range []int64{9, 4, 5} {
		b.push("alice")
		b.grade(scored(points))
	}
	b.push("bob")
	b.grade(scored(1))
	for _, c := range []struct {
		n     classroom.NewRegrade
		total int
		want  string
	}{
		{classroom.NewRegrade{}, 2, ""},
		{classroom.NewRegrade{Which: schema.RegradeAll}, 4, ""},
		{classroom.NewRegrade{Which: schema.RegradeLatest, Owners: []string{"alice"}}, 1, ""},
		{classroom.NewRegrade{Version: 9}, 0, "comp1/a1 has no version 9 of its tests that passed its gate"},
		{classroom.NewRegrade{Owners: []string{"eve"}}, 0, "eve is not in comp1"},
		{classroom.NewRegrade{Owners: []string{"ida"}}, 0, "comp1/a1 has no graded submission that the set would grade again"},
		{classroom.NewRegrade{Section: "L9"}, 0, `nobody in comp1 is in section "L9"`},
	} {
		c.n.Course, c.n.Assignment = "comp1", "a1"
		set, err := b.Regrades.Create(t.Context(), b.actors["ida"], c.n)
		if schema.MessageOf(err) != c.want && c.want != "" || c.want == "" && (err != nil || set.Total != c.total) {
			t.Errorf("%+v: %+v, %v", c.n, set, err)
		}
		if err == nil {
			_, err := b.Regrades.Discard(t.Context(), b.actors["ida"], set.ID)
			check(t, err)
			_, err = b.Regrades.Apply(t.Context(), b.actors["ida"], set.ID)
			refused(t, err, schema.CodeRefused, "is discarded")
		}
	}
	if _, err := b.store.Claim(t.Context(), "runner", "standard", b.now(), time.Hour); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("a job of a discarded set is still queued: %v", err)
	}
	_, err := b.Regrades.Show(t.Context(), b.actors["ida"], 99)
	refused(t, err, schema.CodeNotFound, "there is no regrade set 99")
}

// TestUndoneSetIsAppliedAgain applies an undone set again. That is refused while another set is open.
func TestUndoneSetIsAppliedAgain(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ida := b.actors["ida"]
	b.push("alice")
	b.grade(cases("v1", false, true))
	b.assignment("a1", released)
	set, err := b.Regrades.Create(t.Context(), ida, classroom.NewRegrade{Course: "comp1", Assignment: "a1", Reason: "case a was wrong"})
	check(t, err)
	b.grade(cases("v2", true, true))
	for range 2 {
		_, err = b.Regrades.Apply(t.Context(), ida, set.ID)
		check(t, err)
		if g := b.final("a1", "alice"); g.Final.String() != "2" {
			t.Errorf("applied: %+v", g)
		}
		_, err = b.Regrades.Undo(t.Context(), ida, set.ID)
		check(t, err)
		if g := b.final("a1", "alice"); g.Final.String() != "1" {
			t.Errorf("undone: %+v", g)
		}
	}
	other, err := b.Regrades.Create(t.Context(), ida, classroom.NewRegrade{Course: "comp1", Assignment: "a1"})
	check(t, err)
	_, err = b.Regrades.Apply(t.Context(), ida, set.ID)
	refused(t, err, schema.CodeConflict, "the assignment has another regrade set that is neither applied nor discarded; finish it first")
	_, err = b.Regrades.Discard(t.Context(), ida, other.ID)
	check(t, err)
	report, err := b.Regrades.Apply(t.Context(), ida, set.ID)
	check(t, err)
	if g := b.final("a1", "alice"); g.Final.String() != "2" || report.Set.State != schema.RegradeApplied {
		t.Errorf("applied after all: %+v, %+v", g, report.Set)
	}
	_, err = b.Regrades.Apply(t.Context(), ida, set.ID)
	refused(t, err, schema.CodeRefused, "regrade set 1 is applied")
}

// A set that changes only the points of a case is also a difference.
func TestRegradeOfAnotherMaximumIsListed(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.push("alice")
	b.grade(cases("v1", true, true))
	b.assignment("a1", released)
	set, err := b.Regrades.Create(t.Context(), b.actors["ida"], classroom.NewRegrade{Course: "comp1", Assignment: "a1", Reason: "case a earns more"})
	check(t, err)
	more := cases("v2", true, true)
	more.Tests[0].MaxScore = schema.NewPoints(3, 1)
	b.grade(more)
	report, owners := b.show(set.ID)
	want := []schema.CaseChange{{Name: "a", Before: schema.OutcomePassed, After: schema.OutcomePassed,
		BeforePoints: &schema.CasePoints{Score: "1", MaxScore: "1"}, AfterPoints: &schema.CasePoints{Score: "1", MaxScore: "3"}}}
	if diff := cmp.Diff(want, owners["alice"].Changes); diff != "" {
		t.Error(diff)
	}
	var text strings.Builder
	check(t, tables.Writer{Out: &text}.Regrade(report))
	if want := "    a: passed 1/1 → passed 1/3\n"; !strings.Contains(text.String(), want) {
		t.Errorf("%s\nlacks %q", text.String(), want)
	}
}
