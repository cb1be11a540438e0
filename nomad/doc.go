// Package nomad is the pool of runners on a Nomad cluster.
//
// A flavour is a parameterized batch job, registered by the pool, and a runner is one
// dispatch of it: a job of its own with one allocation, which Nomad never restarts,
// reschedules or replaces. So a runner can be ended by its name, whatever the others
// do; the number of runners shrinks by ending those that have served; a node that is
// drained lets its gradings finish; and a changed flavour is a new version of the
// parameterized job, which touches nothing that was dispatched before. A service job
// with a count can do none of that: where its count is lowered or its specification
// changes, Nomad chooses which allocations end, and they may be in the middle of a
// grading. The price is one registration and one evaluation a runner.
//
// What the cluster does is heard from its event stream, on top of one listing whenever
// the stream begins.
package nomad
