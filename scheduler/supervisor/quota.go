package supervisor

import (
	"time"

	"github.com/grader/grader/schema"
)

const (
	firstPause   = 250 * time.Millisecond
	longestPause = 30 * time.Second
)

// quota is how many runners of one flavour there should be, and how their starts went. It is
// guarded by the supervisor's mu.
type quota struct {
	flavour schema.Flavour
	want    int
	alive   int       // not retired
	serving int       // of those, the registered ones
	failed  int       // failed starts in a row
	retry   time.Time // nothing is started earlier
	timer   *time.Timer
	failure string // why the last start failed; "" once a runner has registered
}

// recordFailure records a failure and doubles the pause before the next start. If several
// runners fail at once, the pause is doubled once.
func (q *quota) recordFailure(failure string) {
	q.failure = failure
	if time.Now().Before(q.retry) {
		return
	}
	pause := min(firstPause<<min(q.failed, 10), longestPause)
	q.failed++
	q.retry = time.Now().Add(pause)
}

// resetPause allows the next start at once, because a runner has served.
func (q *quota) resetPause() { q.failed, q.retry = 0, time.Time{} }

// forgetFailure clears the failure once every wanted runner has registered.
func (q *quota) forgetFailure() {
	if q.serving >= q.want {
		q.failure = ""
	}
}
