package store

import (
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

func TestTasksAreWhatStudentsCanPushTo(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	other := b.addCourse("empty")
	b.addAssignment(other, "b1")
	ok(b.EnsureAssignment(t.Context(), b.course.ID, "not-yet", b.tick()))(t)
	tasks := ok(b.Tasks(t.Context()))(t)
	want := []Task{
		{Course: b.course, Assignment: "a1", Version: b.assignment.Active.ID, Flavour: "standard", Source: []byte(plainSource), Students: 2},
		{Course: other, Assignment: "b1", Version: tasks[1].Version, Flavour: "standard", Source: []byte(plainSource)},
	}
	equal(t, tasks, want)
}

func TestTypicalDurationIsTheMedian(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	median, of, err := b.TypicalDuration(t.Context(), "large")
	check(t, err)
	equal(t, []any{median, of}, []any{time.Duration(0), 0})
	for _, took := range []time.Duration{9 * time.Minute, 6 * time.Second, 7 * time.Second} { // and the gate's
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
