package service

import (
	"context"
	"time"

	"github.com/grader/grader/schema"
)

// RunnerReport is one runner.
type RunnerReport struct {
	Runner  string    `json:"runner"`
	Flavour string    `json:"flavour"`
	State   string    `json:"state"` // starting, ready, busy or over
	Since   time.Time `json:"since"`
	Seconds int       `json:"seconds"` // time in this state
	Host    string    `json:"host,omitempty"`
	Image   string    `json:"image,omitempty"`
	Wall    string    `json:"wall,omitempty"`
	Job     int64     `json:"job,omitempty"`
	Name    string    `json:"name,omitempty"` // name of the submission
	Attempt int       `json:"attempt,omitempty"`
}

// runners lists the runners of the running server.
func (o *Operator) runners(ctx context.Context, _ None) ([]RunnerReport, error) {
	if o.live == nil {
		return nil, errNotServing()
	}
	states := o.live.runners()
	reports := make([]RunnerReport, 0, len(states))
	for _, s := range states {
		r := RunnerReport{
			Runner: s.Runner.ID, Flavour: s.Runner.Flavour, State: s.Phase, Since: s.Since, Seconds: int(o.clock().Sub(s.Since).Seconds()),
			Host: s.Runner.Host, Image: s.Runner.Image, Wall: s.Runner.Wall, Job: s.Job,
		}
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
