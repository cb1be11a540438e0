package imports

import (
	"time"

	"github.com/grader/grader/schema/assignment"
)

// jobMargin is the part of a job's time that its tests do not use.
const jobMargin = 2 * time.Minute

// AllowJob raises the limit of a whole job if its tests may take longer than the default allows. If the assignment has a
// solution, a job may also run the solution, for as long as the submission.
func (b *Bundle) AllowJob(tests time.Duration) {
	if b.Assignment.Solution != "" {
		tests *= 2
	}
	longest := tests + jobMargin
	if longest <= assignment.DefaultJobLimit {
		return
	}
	if b.Assignment.Limits == nil {
		b.Assignment.Limits = &Limits{}
	}
	b.Assignment.Limits.Job = Duration((min(longest, maxJob) + time.Minute - 1).Truncate(time.Minute))
}

// maxJob is the longest limit of a job that an import writes.
const maxJob = 12 * time.Hour
