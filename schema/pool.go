package schema

import "time"

// RunnerState is one runner, for staff.
type RunnerState struct {
	Runner Runner
	Phase  string // starting, ready, busy or over
	Since  time.Time
	Job    int64 // 0: none
}

// PoolState is one flavour's runners and queue, for staff.
type PoolState struct {
	Flavour  Flavour     // with the numbers of runners that are set
	Control  PoolControl // what administrators set
	Wanted   int         // runners that the pool was asked for
	Starting int
	Ready    int
	Busy     int
	Waiting  int
	Reason   string        // why Wanted last changed, in a sentence
	Changed  time.Time     // when that was
	Failure  string        // why the last runner could not start, "" if it could
	Stalled  string        // why no runner can be started now, for staff; "" if one is ready or can start, or the pool is paused
	Failures []PoolFailure // the last ones, the latest first
}

// PoolFailure is one reason why runners of a flavour did not start or were lost.
type PoolFailure struct {
	Why         string
	Times       int // in a row; another reason in between starts a new entry
	First, Last time.Time
}
