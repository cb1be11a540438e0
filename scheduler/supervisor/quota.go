package supervisor

import (
	"time"

	"github.com/grader/grader/schema"
)

const (
	firstPause   = 250 * time.Millisecond
	longestPause = 30 * time.Second
)

// quota holds the wanted number of runners of one flavour, and the results of their starts. The
// supervisor's mu guards it.
type quota struct {
	flavour schema.Flavour
	want    int
	alive   int       // not retired
	serving int       // registered runners among alive
	failed  int       // consecutive failed starts
	retry   time.Time // no start before this time
	timer   *time.Timer
	failure string // why the last start failed; "" once a runner has registered
}

// recordFailure records a failure and doubles the pause before the next start. If several runners
// fail at the same time, it doubles the pause once.
func (q *quota) recordFailure(failure string) {
	q.failure = failure
	if time.Now().Before(q.retry) {
		return
	}
	pause := min(firstPause<<min(q.failed, 10), longestPause)
	q.failed++
	q.retry = time.Now().Add(pause)
}

// resetPause allows the next start immediately, because a runner has served.
func (q *quota) resetPause() { q.failed, q.retry = 0, time.Time{} }

// forgetFailure clears the failure once every wanted runner has registered.
func (q *quota) forgetFailure() {
	if q.serving >= q.want {
		q.failure = ""
	}
}
