package grade

import (
	"time"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema/assignment"
)

// bounds converts the format's limits to the wall's. Wall defaults to three times the CPU time
// divided by the flavour's share of a core, plus a second.
func (s *workspace) bounds(l assignment.Limits) sandbox.Limits {
	wall := l.Wall
	if wall == 0 && l.CPU > 0 {
		wall = time.Duration(float64(3*l.CPU)/s.share()) + time.Second
	}
	return s.flavoured(sandbox.Limits{CPU: l.CPU, Wall: wall, Memory: l.Memory, Processes: l.Processes, Output: l.Output, Disk: l.Disk})
}

// share returns the flavour's share of one core, at most 1.
func (s *workspace) share() float64 {
	if f := s.job.Flavour; f != nil && f.CPU > 0 && f.CPU < 1 {
		return f.CPU
	}
	return 1
}

// roomy returns limits for steps that the staff wrote (checkers, drivers, recipes). It raises the
// given limits to what such programs need.
func (s *workspace) roomy(l assignment.Limits) assignment.Limits {
	l.CPU = max(l.CPU, 60*time.Second)
	l.Memory = max(l.Memory, 1<<30)
	l.Processes = max(l.Processes, 64)
	l.Output = max(l.Output, 1<<20)
	l.Disk = max(l.Disk, 256<<20)
	return l
}

// flavoured lowers limits to those of the flavour. Only defaults can exceed them here, because an
// assignment with an explicit limit beyond them was refused when it was pushed.
func (s *workspace) flavoured(l sandbox.Limits) sandbox.Limits {
	if f := s.job.Flavour; f != nil {
		l.Memory = atMost(l.Memory, f.Memory)
		l.Disk = atMost(l.Disk, f.Scratch)
		l.Processes = int(atMost(int64(l.Processes), int64(f.Processes)))
	}
	return l
}

// atMost returns value, or bound if bound is set and smaller.
func atMost(value, bound int64) int64 {
	if bound > 0 {
		return min(value, bound)
	}
	return value
}
