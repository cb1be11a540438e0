package store

import (
	"testing"

	"github.com/grader/grader/schema"
)

func TestPushBecomesResult(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	sub := b.push("alice")
	equal(t, sub.Name.String(), "comp2402/a1/alice/1")
	equal(t, sub.Job.State, schema.StateQueued)
	equal(t, sub.Login, "alice")
	equal(t, ok(b.Waiting(t.Context(), "standard", 10))(t), []int64{sub.Job.ID})

	job := b.claim("standard")
	equal(t, job.ID, sub.Job.ID)
	ok(b.Append(t.Context(), job.ID, 1, 0, []schema.Event{{Kind: schema.EventStarted}, {Kind: schema.EventLine, Text: "gcc"}}))(t)
	last := b.finish(job, 17)
	equal(t, last.Result.Score, schema.NewPoints(17, 1))
	equal(t, b.events(job.ID), []schema.EventKind{schema.EventQueued, schema.EventAssigned, schema.EventStarted, schema.EventLine, schema.EventEnded})

	sub = ok(b.Submission(t.Context(), sub.Name))(t)
	equal(t, sub.Job.State, schema.StateDone)
	equal(t, sub.Result.Score, schema.NewPoints(17, 1))
}
