package course_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// endsAt returns the schedule of work that is due at that minute.
func endsAt(due time.Time, extensions ...schema.Extension) course.Schedule {
	return course.ScheduleOf(&assignment.Spec{Due: due.Add(time.Minute)}, time.UTC, extensions, nil)
}

func TestSees(t *testing.T) {
	t.Parallel()
	due := time.Date(2026, 9, 28, 23, 59, 0, 0, time.UTC)
	end := due.Add(time.Minute)
	plain, extended := endsAt(due), endsAt(due, schema.Extension{Days: 2})
	for name, c := range map[string]struct {
		schedule  course.Schedule
		published bool
		now       time.Time
		want      string // one letter each for always, after_due, after_publish, never
	}{
		"before due":                        {plain, false, end.Add(-1), "s..."},
		"at the end":                        {plain, false, end, "ss.."},
		"at the end, extended":              {extended, false, end, "s..."},
		"extended, in the last instant":     {extended, false, end.AddDate(0, 0, 2).Add(-1), "s..."},
		"extended, at the extension's end":  {extended, false, end.AddDate(0, 0, 2), "ss.."},
		"published before due":              {plain, true, end.Add(-1), "s.s."},
		"published":                         {plain, true, end, "sss."},
		"published while extended":          {extended, true, end, "s.s."},
		"never due":                         {course.Schedule{}, false, end.AddDate(9, 0, 0), "s..."},
		"never due, and published":          {course.Schedule{}, true, end, "s.s."},
		"with no access to anything at all": {course.Schedule{}, false, time.Time{}, "s..."},
	} {
		a := course.Access{Viewer: student().Viewer, Owner: course.Owner{Logins: []string{"alice"}, Schedule: c.schedule, Published: c.published}, Now: c.now}
		got := ""
		for _, v := range []schema.Visibility{schema.VisibleAlways, schema.VisibleAfterDue, schema.VisibleAfterPublish, schema.VisibleNever} {
			if a.Sees(v) {
				got += "s"
			} else {
				got += "."
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		for _, v := range []schema.Visibility{schema.VisibleAfterDue, schema.VisibleNever} {
			if a.Viewer = staff()[0].Viewer; !a.Sees(v) {
				t.Errorf("%s: staff does not see %s", name, v)
			}
		}
	}
}

// TestCountOfHiddenCasesIsNotShown has unpinned cases of a hidden test. The submission chooses
// their number, so students must not see it.
func TestCountOfHiddenCasesIsNotShown(t *testing.T) {
	t.Parallel()
	r := mixed()
	_, before := course.Redact(r, student())
	for range 65 {
		r.Tests = append(r.Tests, schema.TestResult{Name: "letter A", Test: "later", Outcome: schema.OutcomeFailed, Visible: schema.VisibleAfterDue, InProcess: true, Unpinned: true})
	}
	seen, after := course.Redact(r, student())
	if diff := cmp.Diff(before, after); diff != "" || len(seen.Tests) != 1 {
		t.Errorf("%d tests are shown, and the hidden are (-before +after):\n%s", len(seen.Tests), diff)
	}
}

// TestHiddenPenaltyIsNotInVisibleScore has a total that is clamped to 0. Subtracting the hidden
// part from it would not give the score of the visible tests.
func TestHiddenPenaltyIsNotInVisibleScore(t *testing.T) {
	t.Parallel()
	r := schema.Result{Outcome: schema.OutcomeGraded, MaxScore: points(10), Tests: []schema.TestResult{
		{Name: "a", Score: points(10), MaxScore: points(10), Visible: schema.VisibleAlways},
		{Name: "style", Score: points(-15), Visible: schema.VisibleAfterDue},
	}}
	if got, hidden := course.Redact(r, student()); got.Score.String() != "10" || got.MaxScore.String() != "10" || hidden.Tests != 1 {
		t.Errorf("a student reads %s of %s, hidden %+v", got.Score, got.MaxScore, hidden)
	}
}

// TestOutputOfHiddenInProcessTest hides the output of a hidden in-process test, because the submission's code could read and
// print the test.
func TestOutputOfHiddenInProcessTest(t *testing.T) {
	t.Parallel()
	later := student()
	later.Owner.Published = true
	of := func(v schema.Visibility, inProcess bool) schema.Result {
		test := schema.TestResult{Name: "units/A.a", Outcome: schema.OutcomeFailed, Visible: v, InProcess: inProcess, Output: "SECRET-1", Message: "expected SECRET-2", Hint: "read page 3"}
		return schema.Result{Outcome: schema.OutcomeGraded, Tests: []schema.TestResult{test}}
	}
	text := func(r schema.Result) string {
		shown, _ := course.Redact(r, later)
		body, _ := json.Marshal(shown)
		return string(body)
	}
	if got := text(of(schema.VisibleAfterPublish, true)); strings.Contains(got, "SECRET") || !strings.Contains(got, "units/A.a") || !strings.Contains(got, "read page 3") || !strings.Contains(got, "what it printed is not shown") {
		t.Errorf("published, a student reads %s", got)
	}
	for name, r := range map[string]schema.Result{"always visible": of(schema.VisibleAlways, true), "judged from outside": of(schema.VisibleAfterPublish, false)} {
		if got := text(r); !strings.Contains(got, "SECRET-1") || !strings.Contains(got, "SECRET-2") {
			t.Errorf("%s: a student reads %s", name, got)
		}
	}
}

func TestHiddenWords(t *testing.T) {
	t.Parallel()
	due, publish := schema.VisibleAfterDue, schema.VisibleAfterPublish
	for want, h := range map[string]schema.Hidden{
		"2 hidden tests (5 points) count after the due date":                                 {Tests: 2, Points: "5", Until: []schema.Visibility{due}},
		"1 hidden test (1 point) counts once grades are published":                           {Tests: 1, Points: "1", Until: []schema.Visibility{publish}},
		"3 hidden tests (2.5 points) count after the due date and once grades are published": {Tests: 3, Points: "2.5", Until: []schema.Visibility{due, publish}},
	} {
		if got := course.HiddenWords(h); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestSharedView compares viewers of alice's work. Viewers share a view only if they see the same of it.
func TestSharedView(t *testing.T) {
	t.Parallel()
	view := func(v course.Viewer) string {
		key, ok := course.OwnedBy(v, "alice").SharedView()
		if ok == (key == "") {
			t.Errorf("%+v: %q, %t", v, key, ok)
		}
		return key
	}
	ta := view(course.Viewer{Login: "tina", Role: schema.RoleTA})
	if ta == "" || ta != view(course.Viewer{Login: "theo", Role: schema.RoleTA, Owners: map[string]bool{"alice": true}}) {
		t.Error("TAs do not share their view")
	}
	for name, v := range map[string]course.Viewer{
		"instructor":    {Login: "ida", Role: schema.RoleInstructor},
		"administrator": {Login: "root", Admin: true},
		"owner":         {Login: "alice", Role: schema.RoleStudent},
		"TA's own work": {Login: "alice", Role: schema.RoleTA},
		"other student": {Login: "bob", Role: schema.RoleStudent},
		"nobody":        {Login: "mallory"},
	} {
		if view(v) == ta {
			t.Errorf("%s has the view of a TA", name)
		}
	}
}
