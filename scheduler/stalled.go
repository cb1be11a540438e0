package scheduler

import (
	"cmp"
	"context"

	"github.com/grader/grader/schema"
)

// minFailedStarts is how many runners in a row must have failed to start before students are
// told. A single failure may be chance, and the next runner starts within a moment.
const minFailedStarts = 2

// stalled tells a student that jobs of the flavour are paused or that no runner can be started, "" otherwise. Staff
// read the full reason; a student reads only its kind.
func (s *overview) stalled(ctx context.Context, flavour string) string {
	if words := s.controls.get(flavour).Words(); words != "" {
		return words
	}
	if s.fleet.tally(flavour).ready.Load() > 0 {
		return ""
	}
	why := s.stallReason(ctx, flavour)
	if why == "" {
		return ""
	}
	return "no runner can be started now (" + why + "); you keep your place"
}

// stallReason tells a student what keeps runners of a flavour from starting.
func (s *overview) stallReason(ctx context.Context, flavour string) string {
	runners, err := s.Pools[flavour].List(ctx)
	if err != nil {
		return "the machines do not answer"
	}
	busy := s.fleet.tally(flavour).busy.Load() > 0 // a job that ends frees its runner's place
	for _, r := range runners {
		if r.Flavour == flavour && r.Full && !busy {
			return "all machines are full"
		}
	}
	if s.failures.unstarted(flavour) >= minFailedStarts {
		return "they fail; this is our fault, not yours"
	}
	return ""
}

// Stall tells staff why no runner of a flavour starts; the zero value if one does.
func (s *Scheduler) Stall(ctx context.Context, flavour string) schema.Stall {
	s.prepare()
	if s.Pools[flavour] == nil {
		return schema.Stall{Missing: true}
	}
	if c := s.controls.get(flavour); c.Stopped() {
		return schema.Stall{Reason: "an administrator has paused it; to go on: grader admin pools resume " + flavour}
	}
	if s.overview.stalled(ctx, flavour) == "" {
		return schema.Stall{}
	}
	return schema.Stall{Reason: cmp.Or(s.overview.failureOf(ctx, flavour), "runners fail; see grader admin pools")}
}
