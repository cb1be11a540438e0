package scheduler

import (
	"cmp"
	"context"
)

// look holds a pool's answer about the runners of a flavour.
type look struct {
	flavour string
	runners []PoolRunner // of the flavour
	err     error        // the pool did not answer
}

// look asks a flavour's pool for its runners.
func (s *overview) look(ctx context.Context, flavour string) look {
	all, err := s.Pools[flavour].List(ctx)
	seen := look{flavour: flavour, err: err}
	for _, r := range all {
		if r.Flavour == flavour {
			seen.runners = append(seen.runners, r)
		}
	}
	return seen
}

// failure returns why the flavour's last runner could not start, or why its pool does not answer.
func (l look) failure() string {
	if l.err != nil {
		return l.err.Error()
	}
	for _, r := range l.runners {
		if r.Failure != "" {
			return r.Failure
		}
	}
	return ""
}

// words returns the reason for staff why no runner can be started.
func (l look) words() string { return cmp.Or(l.failure(), "runners fail; see grader admin pools") }

// full reports whether a runner waits for room.
func (l look) full() bool {
	for _, r := range l.runners {
		if r.Full {
			return true
		}
	}
	return false
}
