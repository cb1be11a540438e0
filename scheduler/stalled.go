package scheduler

import (
	"cmp"
	"context"

	"github.com/grader/grader/schema"
)

// minFailedStarts is how many runners in a row must have failed to start before students are told:
// one may fail by chance, and the next takes its place in a moment.
const minFailedStarts = 2

// stalled is what a student reads while no runner of the flavour can be started, "" while
// one can. Staff read the whole reason; a student reads what kind it is.
func (s *Scheduler) stalled(ctx context.Context, flavour string) string {
	if s.fleet.tally(flavour).ready.Load() > 0 {
		return ""
	}
	why := s.stallReason(ctx, flavour)
	if why == "" {
		return ""
	}
	return "no runner can be started at the moment (" + why + "); you keep your place"
}

// stallReason is what keeps runners of a flavour from starting, in a student's words.
func (s *Scheduler) stallReason(ctx context.Context, flavour string) string {
	runners, err := s.Pools[flavour].List(ctx)
	if err != nil {
		return "the machines do not answer"
	}
	busy := s.fleet.tally(flavour).busy.Load() > 0 // what ends makes room
	for _, r := range runners {
		if r.Flavour == flavour && r.Full && !busy {
			return "all machines are full"
		}
	}
	if s.failures.unstarted(flavour) >= minFailedStarts {
		return "they fail, which is our fault and not yours"
	}
	return ""
}

// Stall returns why no runner of a flavour comes, in words for staff; the zero value
// where one does.
func (s *Scheduler) Stall(ctx context.Context, flavour string) schema.Stall {
	s.prepare()
	if s.Pools[flavour] == nil {
		return schema.Stall{Missing: true}
	}
	if s.stalled(ctx, flavour) == "" {
		return schema.Stall{}
	}
	return schema.Stall{Reason: cmp.Or(s.failureOf(ctx, flavour), "runners fail; see grader admin pools")}
}
