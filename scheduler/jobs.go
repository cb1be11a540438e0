package scheduler

import (
	"context"
	"io"
	"time"

	"github.com/grader/grader/schema"
)

// Jobs is the queue in the store. Every write for a runner carries the attempt; for a stale attempt
// the error is CodeStale.
type Jobs interface {
	// Claim assigns the best queued job of the flavour to the runner in one statement, increments
	// its attempt and returns it. It sets the runner's Job in the same transaction. CodeNotFound:
	// none.
	Claim(ctx context.Context, runner, flavour string, now time.Time, lease time.Duration) (schema.Job, error)
	// ClaimLive is like Claim but skips the jobs of regrade sets.
	ClaimLive(ctx context.Context, runner, flavour string, now time.Time, lease time.Duration) (schema.Job, error)
	// Order returns the data that a runner needs for a claimed job.
	Order(ctx context.Context, job int64) (schema.Order, error)
	// Extend extends a job's lease. The error is CodeStale for a stale attempt and for a job that
	// has ended.
	Extend(ctx context.Context, job int64, attempt int, until time.Time) error
	// Append stores events of a running attempt and returns them with their sequence numbers. The
	// first event moves the job from assigned to running. first is the number of events of this
	// attempt that the sender has sent before (0 for the first batch). Events that are already
	// stored are ignored; a gap is CodeConflict.
	Append(ctx context.Context, job int64, attempt int, first int, events []schema.Event) ([]schema.Event, error)
	// Finish stores the result and the last event and ends the job. A gate's result also
	// decides its version: active with its pins, or rejected. A second Finish of the same
	// attempt returns the event of the first.
	Finish(ctx context.Context, job int64, attempt int, r schema.Result, now time.Time) (schema.Event, error)
	// Release queues the job of a lost runner again, or fails it after MaxAttempts, and returns the
	// event. reason is shown to people. CodeStale: the attempt is not the current one or has ended.
	Release(ctx context.Context, job int64, attempt int, reason string, now time.Time) (schema.Event, error)
	// Return is like Release for an attempt that ended through no fault of the job or its runner:
	// the server was restarted, or the order never reached the runner. The attempt's number is used
	// up, because it is a fence, but it does not count towards MaxAttempts.
	Return(ctx context.Context, job int64, attempt int, reason string, now time.Time) (schema.Event, error)
	// Expired returns the jobs whose lease ended before now.
	Expired(ctx context.Context, now time.Time) ([]schema.Job, error)
	// Job returns one job.
	Job(ctx context.Context, id int64) (schema.Job, error)
	// Active returns every job that is assigned or running.
	Active(ctx context.Context) ([]schema.Job, error)
	// Events returns a job's events after seq, at most limit.
	Events(ctx context.Context, job, seq int64, limit int) ([]schema.Event, error)
	// Waiting returns the queued jobs of a flavour in the order in which they would be claimed.
	Waiting(ctx context.Context, flavour string, limit int) ([]int64, error)
	// MeanDuration returns the mean time from start to end of the flavour's recent jobs, 0 for none.
	MeanDuration(ctx context.Context, flavour string) (time.Duration, error)
	// TypicalDuration returns the median time from start to end of the flavour's last jobs, and
	// the number of those jobs.
	TypicalDuration(ctx context.Context, flavour string) (median time.Duration, of int, err error)
	// Depths returns the number of waiting jobs in each lane that is not empty.
	Depths(ctx context.Context) ([]schema.QueueDepth, error)

	// AddRunner records a registered runner by the hash of its session secret.
	AddRunner(ctx context.Context, r schema.Runner) error
	// RunnerBySecret returns the runner with the hash if it is not retired. CodeUnauthenticated:
	// none.
	RunnerBySecret(ctx context.Context, hash []byte) (schema.Runner, error)
	// RetireRunner marks a runner as retired.
	RetireRunner(ctx context.Context, id string, now time.Time) error
	// Runners returns the runners that are not retired.
	Runners(ctx context.Context) ([]schema.Runner, error)
}

// Trees exports the trees of an order.
type Trees interface {
	// ExportTar writes a commit's tree as a tar archive.
	ExportTar(ctx context.Context, repository int64, commit string, w io.Writer) error
}
