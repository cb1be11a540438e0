package outbox

import "time"

const (
	firstWait = 5 * time.Second
	maxWait   = 15 * time.Minute
)

// wait returns how long to wait after failures in succession: 5 s, doubled with each failure, at
// most 15 minutes. random, in [0, 1), shortens the wait by up to a half, so that entries that
// failed together are not tried together.
func wait(failures int, random float64) time.Duration {
	d := firstWait
	for i := 1; i < failures && d < maxWait; i++ {
		d *= 2
	}
	d = min(d, maxWait)
	return d - time.Duration(random*float64(d/2))
}
