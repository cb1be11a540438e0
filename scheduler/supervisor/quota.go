package supervisor

import (
	"time"

	"github.com/grader/grader/schema"
)

const (
	firstPause   = 250 * time.Millisecond
	longestPause = 30 * time.Second
)

// quota is how many runners of one flavour there should be, and how starting them went.
// It is guarded by the supervisor's mu.
type quota struct {
	flavour schema.Flavour
	want    int
	alive   int       // not retired
	serving int       // of those, the registered ones
	failed  int       // starts that failed in a row
	retry   time.Time // nothing is started before
	timer   *time.Timer
	failure string // why the last start failed; "" once that is over
}

// recordFailure notes a failure and doubles the pause before the next start. Of several
// runners that fail at once, the first doubles it for all.
func (q *quota) recordFailure(failure string) {
	q.failure = failure
	if time.Now().Before(q.retry) {
		return
	}
	pause := min(firstPause<<min(q.failed, 10), longestPause)
	q.failed++
	q.retry = time.Now().Add(pause)
}

// resetPause lets the next start come at once: a runner has served.
func (q *quota) resetPause() { q.failed, q.retry = 0, time.Time{} }

// forgetFailure drops a failure that is over: every runner that is wanted has registered.
func (q *quota) forgetFailure() {
	if q.serving >= q.want {
		q.failure = ""
	}
}
