package supervisor

import (
	"time"

	"github.com/grader/grader/schema"
)

const (
	firstPause   = 250 * time.Millisecond
	longestPause = 30 * time.Second
)

// quota is how many runners of one flavour there should be, and how it went. It is
// guarded by the supervisor's mu.
type quota struct {
	flavour schema.Flavour
	want    int
	alive   int       // not retired
	failed  int       // starts that failed in a row
	retry   time.Time // nothing is started before
	timer   *time.Timer
	failure string
}

// blame notes a failure and doubles the pause before the next start. Of several
// runners that fail at once, the first doubles it for all.
func (q *quota) blame(failure string) {
	q.failure = failure
	if time.Now().Before(q.retry) {
		return
	}
	pause := min(firstPause<<min(q.failed, 10), longestPause)
	q.failed++
	q.retry = time.Now().Add(pause)
}

// forgive forgets the failures: a runner served.
func (q *quota) forgive() { q.failed, q.failure, q.retry = 0, "", time.Time{} }
