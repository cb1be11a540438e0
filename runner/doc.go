// Package runner serves one job on a machine: it registers, claims the job, fetches the trees,
// grades behind the wall, streams events, reports the result, and exits. A runner has no access to
// the database, to another student's work, or to a second job.
package runner
