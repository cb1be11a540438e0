package service

import (
	"context"
	"time"

	"github.com/grader/grader/schema"
)

// WaitArgs names a submission and how long to wait for its end.
type WaitArgs struct {
	Assignment, Login string
	Number            int
	Timeout           time.Duration
}

// waitPoll is how often a submission that is still to come is looked for.
const waitPoll = 100 * time.Millisecond

// wait waits for a submission to come, then watches its job to the end.
func (o *Operator) wait(ctx context.Context, a WaitArgs) (None, error) {
	if a.Number < 1 {
		return None{}, schema.Errorf(schema.CodeInvalid, "number %d: submissions count from 1", a.Number)
	}
	work, err := o.assignment(ctx, a.Assignment)
	if err != nil {
		return None{}, err
	}
	name := schema.SubmissionName{Course: work.Course.Code, Assignment: work.Name, Owner: a.Login, Number: a.Number}
	ctx, cancel := context.WithTimeoutCause(ctx, a.Timeout,
		schema.Errorf(schema.CodeUnavailable, "%s has not ended within %s", name, a.Timeout))
	defer cancel()
	for {
		ended, err := o.waitOnce(ctx, name)
		if ended || err != nil {
			return None{}, err
		}
		select {
		case <-ctx.Done():
			return None{}, context.Cause(ctx)
		case <-time.After(waitPoll):
		}
	}
}

// waitOnce looks once, and where there is a running job watches it to its end.
func (o *Operator) waitOnce(ctx context.Context, name schema.SubmissionName) (bool, error) {
	s, err := o.store.Submission(ctx, name)
	switch {
	case schema.CodeOf(err) == schema.CodeNotFound:
		return false, nil
	case err != nil:
		return false, err
	case s.Job.State.Ended():
		return true, nil
	case o.live == nil:
		return false, schema.Errorf(schema.CodeUnavailable, "%s is %s, and no server runs on this data directory", name, s.Job.State)
	}
	events, err := o.live.watch(ctx, s.Job.ID, 0)
	if err != nil {
		return false, err
	}
	for range events { // the channel closes at the job's end, at ours, or when we are slow
		continue
	}
	return false, context.Cause(ctx)
}
