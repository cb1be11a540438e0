// Package nomad implements the pool of runners on a Nomad cluster.
//
// A flavour is a parameterized batch job that the pool registers. A runner is one dispatch of that
// job: a separate job with one allocation, which Nomad never restarts, reschedules or replaces. So
// the pool can end each runner by its name and reduces their number by ending those that have
// finished; the gradings on a drained node finish; and a changed flavour is a new version of the
// parameterized job that does not affect earlier dispatches. A service job with a count does not
// allow this: when its count is lowered or its specification changes, Nomad chooses which
// allocations end, and they may be in the middle of a grading. The cost is one registration and one
// evaluation per runner.
//
// The pool follows the cluster's event stream and lists its jobs, allocations, waiting evaluations
// and nodes each time the stream begins.
package nomad
