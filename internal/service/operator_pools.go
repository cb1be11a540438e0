package service

import (
	"context"
	"time"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

// PoolReport is one flavour's runners and queue.
type PoolReport struct {
	Flavour  string    `json:"flavour"`
	Wanted   int       `json:"wanted"` // number of runners requested from the pool
	Starting int       `json:"starting"`
	Ready    int       `json:"ready"`
	Busy     int       `json:"busy"`
	Warm     int       `json:"warm"`
	Max      int       `json:"max"`
	Waiting  int       `json:"waiting"`
	Reason   string    `json:"reason,omitempty"` // why wanted last changed
	Changed  time.Time `json:"changed,omitzero"`
	Failure  string    `json:"failure,omitempty"` // why the last runner could not start
	// Failures are the latest failures, latest first, including past ones.
	Failures []FailureReport `json:"failures,omitempty"`
}

// FailureReport is the reason why runners did not start or were lost, and how often in a row.
type FailureReport struct {
	Why   string    `json:"why"`
	Times int       `json:"times"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// pools lists the pools of the running server.
func (o *Operator) pools(ctx context.Context, _ None) ([]PoolReport, error) {
	if o.live == nil {
		return nil, errNotServing()
	}
	states, err := o.live.pools(ctx)
	reports := make([]PoolReport, 0, len(states))
	for _, p := range states {
		reports = append(reports, newPoolReport(p))
	}
	return reports, err
}

func errNotServing() error {
	return schema.Errorf(schema.CodeUnavailable, "no server runs on this data directory; start it first: grader serve")
}

func newPoolReport(p scheduler.PoolState) PoolReport {
	report := PoolReport{
		Flavour: p.Flavour.Name, Wanted: p.Wanted, Starting: p.Starting, Ready: p.Ready, Busy: p.Busy, Warm: p.Flavour.Warm,
		Max: p.Flavour.Max, Waiting: p.Waiting, Reason: p.Reason, Changed: p.Changed, Failure: p.Failure,
	}
	for _, f := range p.Failures {
		report.Failures = append(report.Failures, FailureReport(f))
	}
	return report
}
