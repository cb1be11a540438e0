package schema

import "time"

// RunnerState describes one runner to staff.
type RunnerState struct {
	Runner Runner
	Phase  string // starting, ready, busy or over
	Since  time.Time
	Job    int64 // 0: none
}

// PoolState describes one flavour's runners and queue to staff.
type PoolState struct {
	Flavour  Flavour     // includes the numbers of runners that administrators set
	Control  PoolControl // settings on the running server
	Wanted   int         // wanted number of runners
	Starting int
	Ready    int
	Busy     int
	Waiting  int
	Reason   string        // why Wanted last changed, in a sentence
	Changed  time.Time     // when that was
	Failure  string        // why the last runner could not start, "" if it could
	Stalled  string        // why no runner can be started now, for staff; "" if one is ready or can start, or the pool is paused
	Failures []PoolFailure // the most recent failures, latest first
}

// PoolFailure is one reason why runners of a flavour did not start or were lost.
type PoolFailure struct {
	Why         string
	Times       int // consecutive; a different reason in between starts a new entry
	First, Last time.Time
}
