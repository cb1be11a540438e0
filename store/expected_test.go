package store

import (
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

// TestTasksListOpenAssignments uses an assignment with a due date and an extension, one
// without a due date, one without tests, and a dropped student.
func TestTasksListOpenAssignments(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.source = dueSource
	a2 := b.addAssignment(b.course, "a2") // due 16:00 UTC
	other := b.addCourse("empty")
	b.addAssignment(other, "b1")
	ok(b.EnsureAssignment(t.Context(), b.course.ID, "not-yet", b.tick()))(t)
	ok(b.ImportRoster(t.Context(), schema.Operator(), schema.RosterImport{Course: b.course, Expires: b.tick(), Rows: []schema.RosterRow{
		{Line: 2, Login: "gone", Role: schema.RoleStudent, Dropped: true}, {Line: 3, Login: "carol", Role: schema.RoleStudent},
	}}))(t)
	_, _, err := b.AddExtension(t.Context(), b.actor("ida", ""), a2, "bob", schema.Extension{Days: 2}, "ill")
	check(t, err)
	ended, _, err := b.AddExtension(t.Context(), b.actor("ida", ""), a2, "carol", schema.Extension{Days: 3}, "a mistake")
	check(t, err)
	ok(b.EndExtension(t.Context(), b.actor("ida", ""), a2, ended.ID))(t)
	_, _, err = b.AddOutage(t.Context(), b.actor("ida", ""), b.course, schema.Outage{Start: time.Date(2026, 9, 14, 15, 30, 0, 0, time.UTC), Length: time.Hour})
	check(t, err)

	tasks := ok(b.Tasks(t.Context()))(t)
	var names []string
	for _, task := range tasks {
		names = append(names, task.Course.Code+"/"+task.Assignment+" "+task.Flavour)
		if task.Broken != nil {
			t.Errorf("%s: %v", task.Assignment, task.Broken)
		}
		if task.Assignment != "a2" && len(task.Dues) > 0 {
			t.Errorf("%s: %+v", task.Assignment, task.Dues)
		}
	}
	equal(t, names, []string{"comp2402/a1 standard", "comp2402/a2 standard", "empty/b1 standard"})
	dues := make(map[string]int)
	for _, d := range tasks[1].Dues {
		dues[d.At.Format(time.RFC3339)] = d.Students
	}
	// The outage moved the due dates within it, by its length, for everybody.
	equal(t, dues, map[string]int{"2026-09-14T17:01:00Z": 2, "2026-09-16T16:01:00Z": 1})
}

func TestTypicalDurationIsTheMedian(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	median, of, err := b.TypicalDuration(t.Context(), "large")
	check(t, err)
	equal(t, []any{median, of}, []any{time.Duration(0), 0})
	for _, took := range []time.Duration{9 * time.Minute, 6 * time.Second, 7 * time.Second} { // the gate has a duration, too
		b.push("alice")
		j := b.claim("standard")
		ok(b.Append(t.Context(), j.ID, j.Attempt, 0, []schema.Event{{Kind: schema.EventStarted}}))(t)
		b.pass(took)
		b.finish(j, 1)
	}
	median, of, err = b.TypicalDuration(t.Context(), "standard")
	check(t, err)
	equal(t, []any{median.Round(time.Second), of}, []any{7 * time.Second, 4})
}
