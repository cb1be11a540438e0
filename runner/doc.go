// Package runner is one job's life on a machine: register, claim, fetch the trees,
// grade behind the wall, stream what happens, report the verdict, and end. A runner
// never sees the database, another student's work, or a second job.
package runner
