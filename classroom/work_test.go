package classroom_test

import (
	"testing"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

func TestRerun(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	sub := b.push("alice")
	rerun := func(login string) error {
		_, err := b.Work.Rerun(t.Context(), b.actors[login], sub.ID)
		return err
	}
	refused(t, rerun("alice"), schema.CodeRefused, "still being graded")
	refused(t, rerun("tina"), schema.CodeRefused, "still being graded")
	b.lose()
	refused(t, rerun("bob"), schema.CodeNotFound, "or none that you may see")
	refused(t, rerun("eve"), schema.CodeNotFound)
	for range 2 {
		check(t, rerun("alice"))
		b.lose()
	}
	refused(t, rerun("alice"), schema.CodeRefused, "both free retries", "ask the staff")
	check(t, rerun("tina"))
	if e := b.last(); e.Actor != "tina" || e.Action != "submission.rerun" || e.Subject != "comp1/a1/alice/1" || e.Course != "comp1" || e.Before != "failed" {
		t.Errorf("audit entry %+v", e)
	}
	if n := b.woken.Load(); n != 3 {
		t.Errorf("the queue was woken %d times for 3 jobs", n)
	}
	b.grade(schema.Result{Outcome: schema.OutcomeGraded})
	refused(t, rerun("alice"), schema.CodeRefused, "was graded", "push to try again")
	check(t, rerun("operator"))
}

func TestSubmissionsByPage(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for _, login := range []string{"alice", "bob", "alice"} {
		b.push(login)
	}
	page := classroom.SubmissionPage{Assignment: "comp1/a1", Limit: 2}
	var names []string
	for {
		got, err := b.Work.Submissions(t.Context(), b.actors["tina"], page)
		check(t, err)
		if len(got) == 0 {
			break
		}
		for _, s := range got {
			names = append(names, s.Name)
		}
		page.After = names[len(names)-1]
	}
	if len(names) != 3 || names[0] != "comp1/a1/alice/1" || names[2] != "comp1/a1/alice/2" {
		t.Errorf("submissions %q", names)
	}
	_, err := b.Work.Submissions(t.Context(), schema.Operator(), classroom.SubmissionPage{Assignment: "comp1"})
	refused(t, err, schema.CodeInvalid, "use COURSE/ASSIGNMENT")
	_, err = b.Work.Submissions(t.Context(), schema.Operator(), classroom.SubmissionPage{Assignment: "comp1/a1", Login: "nobody"})
	refused(t, err, schema.CodeNotFound, "nobody")
	_, err = b.Work.Submissions(t.Context(), schema.Operator(), classroom.SubmissionPage{Assignment: "comp1/a9"})
	refused(t, err, schema.CodeNotFound, "comp1/a9")
}

func TestWait(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	name := schema.SubmissionName{Course: "comp1", Assignment: "a1", Owner: "alice", Number: 1}
	refused(t, b.Work.Wait(t.Context(), schema.Operator(), name, time.Nanosecond), schema.CodeUnavailable, "comp1/a1/alice/1 has not ended within 1ns")
	b.push("alice")
	b.grade(schema.Result{Outcome: schema.OutcomeGraded})
	check(t, b.Work.Wait(t.Context(), schema.Operator(), name, time.Minute))
	name.Number = 0
	refused(t, b.Work.Wait(t.Context(), schema.Operator(), name, time.Minute), schema.CodeInvalid, "count from 1")
}

// TestUnreadableTests uses active tests that this program cannot parse.
func TestUnreadableTests(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.assignment("a0", "title: [\n")
	alice, err := b.Work.Member(t.Context(), b.actors["alice"], "comp1")
	check(t, err)
	ida, err := b.Work.Member(t.Context(), b.actors["ida"], "comp1")
	check(t, err)
	shown, err := b.Work.Assignments(t.Context(), alice)
	if check(t, err); len(shown) != 1 || shown[0].Name != "a1" {
		t.Errorf("alice sees %+v", shown)
	}
	shown, err = b.Work.Assignments(t.Context(), ida)
	if check(t, err); len(shown) != 2 || shown[0].Broken == nil || shown[1].Broken != nil {
		t.Errorf("ida sees %+v", shown)
	}
	a, err := b.Work.Assignment(t.Context(), alice, "a0")
	if refused(t, err, schema.CodeInvalid); a.Broken == nil {
		t.Errorf("it is not said that the tests are broken")
	}
}

// TestOwnWork checks that a person's list contains only their own waiting and running work.
func TestOwnWork(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.push("alice")
	b.grade(schema.Result{Outcome: schema.OutcomeGraded})
	waiting, running := b.push("alice"), b.push("alice") // the newer one starts first
	b.claim()
	b.push("bob")
	own, err := b.Queue.Own(t.Context(), b.actors["alice"])
	check(t, err)
	if len(own) != 2 || own[0].Name != running.Name || own[1].Name != waiting.Name {
		t.Fatalf("own work: %+v", own)
	}
	if own[0].Place != (schema.Place{}) || own[1].Place.Ahead != int(own[1].Job.ID) {
		t.Errorf("places %+v and %+v", own[0].Place, own[1].Place)
	}
	disabled := b.actors["alice"]
	disabled.User.Disabled = true
	_, err = b.Queue.Own(t.Context(), disabled)
	refused(t, err, schema.CodeRefused, "disabled")
}

func TestMoveQueue(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.push("alice")
	_, err := b.Queue.Move(t.Context(), schema.Operator(), "standard", "huge")
	refused(t, err, schema.CodeInvalid, `flavour "huge" is not in the configuration; use large, standard`)
	moved, err := b.Queue.Move(t.Context(), schema.Operator(), "standard", "large")
	if check(t, err); moved != 1 || b.woken.Load() != 1 {
		t.Errorf("%d jobs moved, woken %d times", moved, b.woken.Load())
	}
}

// TestOffline checks `grader admin` on a data directory without a server.
func TestOffline(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.push("alice")
	alone := classroom.New(classroom.Options{Store: b.store, Clock: b.now})
	_, err := alone.Courses.Add(t.Context(), schema.Operator(), classroom.NewCourse{Code: "comp3", Zone: "UTC", Flavour: "any"})
	check(t, err)
	moved, err := alone.Queue.Move(t.Context(), schema.Operator(), "standard", "any")
	if check(t, err); moved != 1 {
		t.Errorf("%d jobs moved", moved)
	}
	err = alone.Work.Wait(t.Context(), schema.Operator(), schema.SubmissionName{Course: "comp1", Assignment: "a1", Owner: "alice", Number: 1}, time.Minute)
	refused(t, err, schema.CodeUnavailable, "no server runs", "grader serve")
}
