package scheduler

import (
	"context"

	"github.com/grader/grader/schema"
)

// minFailedStarts is the number of consecutive failed starts after which students are told. A
// single failure may be accidental, and the next runner starts soon.
const minFailedStarts = 2

// stalled returns a message for students that jobs of the flavour are paused, that the disk of their
// graders is nearly full or that no runner can be started, "" otherwise. Staff read the full reason; students read only its kind.
func (s *overview) stalled(ctx context.Context, flavour string) string {
	if words := s.controls.get(flavour).Words(); words != "" {
		return words
	}
	if s.shortages.paused(flavour, s.Clock()) {
		return lowSpaceWords + "; this is our fault, not yours; you keep your place"
	}
	_, why := s.stall(ctx, flavour)
	if why == "" {
		return ""
	}
	return "no runner can be started now (" + why + "); you keep your place"
}

// stall asks a flavour's pool for its runners, unless one is ready, and returns its answer with the
// stallReason.
func (s *overview) stall(ctx context.Context, flavour string) (look, string) {
	if s.fleet.tally(flavour).ready.Load() > 0 {
		return look{}, ""
	}
	seen := s.look(ctx, flavour)
	return seen, s.stallReason(seen)
}

// stallReason returns for students what keeps runners of a flavour from starting, "" if one is
// ready or can start.
func (s *overview) stallReason(seen look) string {
	tally := s.fleet.tally(seen.flavour)
	switch {
	case tally.ready.Load() > 0:
		return ""
	case seen.err != nil:
		return "the machines do not answer"
	case seen.full() && tally.busy.Load() == 0: // the end of a busy runner's job makes room
		return "all machines are full"
	case s.failures.unstarted(seen.flavour) >= minFailedStarts:
		return "they fail; this is our fault, not yours"
	}
	return ""
}

// pauseReason returns for staff who paused a flavour, and how to resume it.
func pauseReason(c schema.PoolControl) string {
	if c.AdminMode {
		return "an administrator has paused it; for administrators, to go on: pools resume " + c.Flavour
	}
	return "the staff has paused it; to go on: pools resume " + c.Flavour
}

// Stall returns for staff why no runner of a flavour starts, or the zero value if one does.
func (s *Scheduler) Stall(ctx context.Context, flavour string) schema.Stall {
	s.prepare()
	if s.Pools[flavour] == nil {
		return schema.Stall{Missing: true}
	}
	if c := s.controls.get(flavour); c.Stopped() {
		return schema.Stall{Reason: pauseReason(c)}
	}
	if s.shortages.paused(flavour, s.Clock()) {
		return schema.Stall{Reason: schema.MessageOf(ErrLowSpace)}
	}
	seen, why := s.overview.stall(ctx, flavour)
	if why == "" {
		return schema.Stall{}
	}
	return schema.Stall{Reason: seen.words()}
}
