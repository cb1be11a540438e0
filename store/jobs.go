package store

import (
	"context"
	"slices"
	"time"

	"github.com/grader/grader/schema"
)

const (
	recentJobs  = 50  // ended jobs that MeanDuration reads
	typicalJobs = 200 // ended jobs that TypicalDuration reads
)

func jobColumns(j *schema.Job) []any {
	return []any{&j.ID, &j.Kind, &j.Submission, &j.VersionID, &j.CourseID, &j.Owner, &j.Lane, &j.Flavour, &j.State, &j.Attempt,
		&j.Runner, &j.Reason, instant{&j.QueuedAt}, instant{&j.AssignedAt}, instant{&j.StartedAt}, instant{&j.EndedAt}, instant{&j.LeaseUntil}}
}

func scanJob(r row) (j schema.Job, err error) {
	err = r.Scan(jobColumns(&j)...)
	return j, err
}

// Job returns one job.
func (s *QueueTables) Job(ctx context.Context, id int64) (schema.Job, error) {
	return job(ctx, s.reader, id)
}

func job(ctx context.Context, q querier, id int64) (schema.Job, error) {
	j, err := one(ctx, q, scanJob, `SELECT * FROM job_rows WHERE id = ?`, id)
	return j, missing(err, "there is no job %d", id)
}

// Active returns every job that is assigned or running, in order of assignment.
func (s *QueueTables) Active(ctx context.Context) ([]schema.Job, error) {
	return list(ctx, s.reader, scanJob, `SELECT * FROM job_rows WHERE state IN ('assigned', 'running') ORDER BY assigned_at, id`)
}

// Expired returns the jobs whose lease ended before now, in order of assignment.
func (s *QueueTables) Expired(ctx context.Context, now time.Time) ([]schema.Job, error) {
	return list(ctx, s.reader, scanJob, `SELECT * FROM job_rows
		WHERE state IN ('assigned', 'running') AND lease_until < ? ORDER BY assigned_at, id`, micros(now))
}

// Extend extends a job's lease. CodeStale: the attempt is over or the job has ended.
func (s *QueueTables) Extend(ctx context.Context, job int64, attempt int, until time.Time) error {
	return s.write(ctx, "extend lease", func(t *tx) error {
		n, err := t.exec(ctx, `UPDATE jobs SET lease_until = ? WHERE id = ? AND attempt = ? AND state IN ('assigned', 'running')`,
			micros(until), job, attempt)
		return changed(n, err, "the job is no longer yours")
	})
}

// MeanDuration returns the mean time from start to end of the flavour's recent jobs, 0 for none.
func (s *QueueTables) MeanDuration(ctx context.Context, flavour string) (time.Duration, error) {
	mean, err := one(ctx, s.reader, value[float64], `SELECT coalesce(avg(ended_at - started_at), 0.0) FROM (
		SELECT started_at, ended_at FROM jobs WHERE flavour = ? AND state = 'done' ORDER BY ended_at DESC LIMIT ?)`, flavour, recentJobs)
	return time.Duration(mean) * time.Microsecond, err
}

// TypicalDuration returns the median time from start to end of the flavour's last jobs, at most
// 200, and the number of these jobs.
func (s *QueueTables) TypicalDuration(ctx context.Context, flavour string) (median time.Duration, of int, err error) {
	took, err := list(ctx, s.reader, value[int64], `SELECT ended_at - started_at FROM jobs
		WHERE flavour = ? AND state = 'done' ORDER BY ended_at DESC LIMIT ?`, flavour, typicalJobs)
	if err != nil || len(took) == 0 {
		return 0, 0, err
	}
	slices.Sort(took)
	return time.Duration(took[len(took)/2]) * time.Microsecond, len(took), nil
}

// fenced returns a job if attempt is its current attempt. CodeStale: another attempt is
// current, or the job has ended or is queued again.
func (t *tx) fenced(ctx context.Context, id int64, attempt int) (schema.Job, error) {
	j, err := job(ctx, t, id)
	if err != nil {
		return j, err
	}
	if j.Attempt != attempt || j.State != schema.StateAssigned && j.State != schema.StateRunning {
		return j, schema.Errorf(schema.CodeStale, "attempt %d of job %d is over", attempt, id)
	}
	return j, nil
}

// start moves a job from assigned to running; a running job stays unchanged.
func (t *tx) start(ctx context.Context, j schema.Job, at time.Time) error {
	if j.State != schema.StateAssigned {
		return nil
	}
	_, err := t.exec(ctx, `UPDATE jobs SET state = 'running', started_at = ? WHERE id = ?`, micros(at), j.ID)
	return err
}
