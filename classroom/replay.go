package classroom

import (
	"context"
	"fmt"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// ReplayStore is the part of the store that replaying a submission uses.
type ReplayStore interface {
	// Replay queues a job that grades a submission with the tests and the flavour of its
	// recorded result. CodeRefused: the submission has no result. may can refuse the
	// flavour before the job is queued.
	Replay(ctx context.Context, by schema.Actor, sub schema.Submission, may func(flavour string) error) (schema.Replay, error)
	// Job returns one job.
	Job(ctx context.Context, id int64) (schema.Job, error)
	// JobResult returns the result of a job. CodeNotFound: the job has none.
	JobResult(ctx context.Context, job int64) (schema.Result, error)
}

// Replays implements grading a submission again to check that the result is the same.
type Replays struct {
	store ReplayStore
	work  *Work
	live  Live
}

// Replayed is a finished replay.
type Replayed struct {
	schema.Replay
	schema.ResultComparison
}

// Replay grades a submission again with the commit, version of the tests and flavour of its
// recorded result. It waits for the new result and compares the two. Nothing changes for
// the student. CodeUnavailable: no server runs, no runner of the flavour starts, or the
// machines failed.
func (r *Replays) Replay(ctx context.Context, by schema.Actor, name schema.SubmissionName) (Replayed, error) {
	if name.Owner == "" || name.Number == 0 {
		return Replayed{}, schema.Errorf(schema.CodeInvalid, "%q is not one submission; use COURSE/ASSIGNMENT/OWNER/N", name)
	}
	seen, err := r.work.Submission(ctx, by, name)
	if err == nil {
		err = course.MayRegrade(seen.Member.Viewer(), name.Course)
	}
	if err != nil {
		return Replayed{}, err
	}
	if _, is := r.live.(offline); is {
		return Replayed{}, schema.Errorf(schema.CodeUnavailable, "no server runs on this data directory; start it first: grader serve")
	}
	replay, err := r.store.Replay(ctx, by, seen.Submission.Submission, func(flavour string) error {
		if r.live.Stall(ctx, flavour).Missing {
			return schema.Errorf(schema.CodeUnavailable, "%s was graded on the flavour %s, which is not in the configuration; put it back, and replay again", name, flavour)
		}
		return nil
	})
	if err != nil {
		return Replayed{}, err
	}
	r.live.Wake()
	if err := r.wait(ctx, replay.Job); err != nil {
		return Replayed{}, err
	}
	return r.compare(ctx, replay)
}

// wait waits until a job has ended.
func (r *Replays) wait(ctx context.Context, job int64) error {
	for {
		j, err := r.store.Job(ctx, job)
		if err != nil {
			return fmt.Errorf("find job: %w", err)
		}
		if j.State.Ended() {
			return nil
		}
		events, err := r.live.Watch(ctx, job, 0)
		if err != nil {
			return err
		}
		for range events { // closed when the job or ctx ends, or when this reader is too slow
			continue
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
}

func (r *Replays) compare(ctx context.Context, replay schema.Replay) (Replayed, error) {
	before, err := r.store.JobResult(ctx, replay.Before)
	if err != nil {
		return Replayed{}, fmt.Errorf("read the recorded result: %w", err)
	}
	after, err := r.store.JobResult(ctx, replay.Job)
	if schema.CodeOf(err) == schema.CodeNotFound {
		j, err := r.store.Job(ctx, replay.Job)
		if err != nil {
			return Replayed{}, fmt.Errorf("find job: %w", err)
		}
		return Replayed{}, schema.Errorf(schema.CodeUnavailable, "our machines could not grade %s again: %s", replay.Name, j.Reason)
	}
	if err != nil {
		return Replayed{}, fmt.Errorf("read the new result: %w", err)
	}
	return Replayed{replay, course.CompareResults(before, after)}, nil
}
