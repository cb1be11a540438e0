// Package runner is the life of one job on a machine: register, claim, fetch the trees, grade
// behind the wall, stream events, report the result, and exit. A runner never sees the
// database, another student's work, or a second job.
package runner
