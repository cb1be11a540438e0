package service

import (
	"context"

	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// runners lists the runners of the running server.
func (o *machineOperations) runners(ctx context.Context, _ None) ([]tables.Runner, error) {
	if o.live == nil {
		return nil, errNotServing()
	}
	if err := course.MayAdminister(o.by.User); err != nil { // the reply names submissions of every course
		return nil, err
	}
	states := o.live.runners()
	reports := make([]tables.Runner, 0, len(states))
	for _, s := range states {
		r := tables.NewRunner(s, o.clock())
		if s.Job != 0 {
			subject, err := o.store.Subject(ctx, s.Job)
			if err != nil && schema.CodeOf(err) != schema.CodeNotFound {
				return nil, err
			}
			r.Name, r.Attempt = subject.Name, subject.Job.Attempt
		}
		reports = append(reports, r)
	}
	return reports, nil
}
