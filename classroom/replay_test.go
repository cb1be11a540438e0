package classroom_test

import (
	"context"
	"strings"
	"testing"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// grading implements a scheduler that finishes a job with the test's result as soon as somebody watches it.
type grading struct {
	*bundle
	grade func()
}

// Watch implements classroom.Live.
func (g grading) Watch(ctx context.Context, job, after int64) (<-chan schema.Event, error) {
	g.grade()
	return g.bundle.Watch(ctx, job, after)
}

func graded(score int64, outcome schema.Outcome) schema.Result {
	return schema.Result{Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, Score: schema.NewPoints(score, 1), MaxScore: schema.NewPoints(2, 1),
		Tests:      []schema.TestResult{{Name: "greets", Outcome: outcome, Score: schema.NewPoints(score, 1), MaxScore: schema.NewPoints(2, 1)}},
		Provenance: schema.Provenance{Flavour: "standard", Image: "i1"}}
}

// TestReplay grades a submission again after the tests changed. The replay uses the version
// of the recorded result, and nothing changes for the student.
func TestReplay(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	sub := b.push("alice")
	b.grade(graded(2, schema.OutcomePassed))
	old, err := b.store.Assignment(t.Context(), "comp1", "a1")
	check(t, err)
	b.assignment("a1", released+"  - {name: more, run: ./hello, points: 1}\n")

	var job schema.Job
	again := graded(0, schema.OutcomeFailed)
	again.Provenance.Image = "i2"
	room := classroom.New(classroom.Options{Store: b.store, Clock: b.now, Live: grading{b, func() {
		job = b.claim()
		_, err := b.store.Append(t.Context(), job.ID, job.Attempt, 0, []schema.Event{{Kind: schema.EventStarted}})
		check(t, err)
		_, err = b.store.Finish(t.Context(), job.ID, job.Attempt, again, b.now())
		check(t, err)
	}}})
	replayed, err := room.Replays.Replay(t.Context(), b.actors["ida"], sub.Name)
	check(t, err)
	if job.VersionID != old.Active.ID || job.Lane != schema.LaneRegrade || job.Kind != schema.JobRegrade || job.Flavour != "standard" || job.Submission != sub.ID {
		t.Errorf("job %+v", job)
	}
	if replayed.Version != 1 || replayed.Same || len(replayed.Differences) != 3 || replayed.Differences[1] != (schema.Difference{What: "greets: outcome", Before: "passed", After: "failed"}) ||
		len(replayed.Environment) != 1 || replayed.Environment[0].After != "i2" {
		t.Errorf("%+v", replayed)
	}
	seen, err := room.Work.Submission(t.Context(), b.actors["alice"], sub.Name)
	check(t, err)
	if seen.Submission.Result.Score.Cmp(schema.NewPoints(2, 1)) != 0 || seen.Submission.Job.Kind != schema.JobGrade {
		t.Errorf("the student sees %+v", seen.Submission)
	}
	grade, err := b.store.Grade(t.Context(), old.ID, "alice")
	check(t, err)
	if grade.Final.Cmp(schema.NewPoints(2, 1)) != 0 {
		t.Errorf("grade %+v", grade)
	}
	if e := b.last(); e.Action != "submission.replay" || e.Actor != "ida" || e.Subject != "comp1/a1/alice/1" || !strings.HasPrefix(e.Detail, "job ") {
		t.Errorf("audit entry %+v", e)
	}
	again = graded(2, schema.OutcomePassed)
	if replayed, err = room.Replays.Replay(t.Context(), schema.Operator(), sub.Name); err != nil || !replayed.Same || len(replayed.Environment) != 0 {
		t.Errorf("%+v, %v", replayed, err)
	}
}

// TestReplayRefusals tries to replay submissions without permission or without a result.
func TestReplayRefusals(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	sub := b.push("alice")
	_, err := b.Replays.Replay(t.Context(), b.actors["ida"], sub.Name)
	refused(t, err, schema.CodeRefused, "comp1/a1/alice/1 has no result to repeat")
	b.grade(graded(2, schema.OutcomePassed))
	for login, code := range map[string]schema.Code{"alice": schema.CodeForbidden, "bob": schema.CodeNotFound, "tina": schema.CodeForbidden, "eve": schema.CodeNotFound} {
		_, err := b.Replays.Replay(t.Context(), b.actors[login], sub.Name)
		refused(t, err, code)
	}
	_, err = b.Replays.Replay(t.Context(), b.actors["ida"], schema.SubmissionName{Course: "comp1", Assignment: "a1", Owner: "alice"})
	refused(t, err, schema.CodeInvalid, "is not one submission; use COURSE/ASSIGNMENT/OWNER/N")
	alone := classroom.New(classroom.Options{Store: b.store, Clock: b.now})
	_, err = alone.Replays.Replay(t.Context(), schema.Operator(), sub.Name)
	refused(t, err, schema.CodeUnavailable, "no server runs on this data directory; start it first: grader serve")

	// Three runners are lost.
	room := classroom.New(classroom.Options{Store: b.store, Clock: b.now, Live: grading{b, b.lose}})
	_, err = room.Replays.Replay(t.Context(), schema.Operator(), sub.Name)
	refused(t, err, schema.CodeUnavailable, "our machines could not grade comp1/a1/alice/1 again: ")
}

// TestReplayOnRemovedFlavour checks that a replay on a removed flavour queues nothing.
func TestReplayOnRemovedFlavour(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	sub := b.push("alice")
	_, err := b.store.MoveQueue(t.Context(), schema.Operator(), "standard", "large")
	check(t, err)
	j, err := b.store.Claim(t.Context(), "runner", "large", b.now(), 1<<40)
	check(t, err)
	_, err = b.store.Append(t.Context(), j.ID, j.Attempt, 0, []schema.Event{{Kind: schema.EventStarted}})
	check(t, err)
	_, err = b.store.Finish(t.Context(), j.ID, j.Attempt, graded(1, schema.OutcomePassed), b.now())
	check(t, err)
	_, err = b.Replays.Replay(t.Context(), b.actors["ida"], sub.Name)
	refused(t, err, schema.CodeUnavailable, "was graded on the flavour large, which is not in the configuration; put it back, and replay again")
	if depths, err := b.store.Depths(t.Context()); err != nil || len(depths) != 0 {
		t.Errorf("queued: %+v, %v", depths, err)
	}
}
