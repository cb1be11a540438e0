package runner

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	firstPause = 20 * time.Millisecond
	longPause  = 3 * time.Second
)

// retry calls f until it succeeds, returns a final error, has failed for longer than patience, or
// ctx ends. Patience begins with the first failure, because a call may take hours. The pauses double with jitter, so that runners do not all call a restarted server at
// once.
func retry(ctx context.Context, patience time.Duration, f func(context.Context) error) error {
	var since time.Time
	for pause := firstPause; ; pause = min(2*pause, longPause) {
		err := f(ctx)
		if since.IsZero() {
			since = time.Now()
		}
		if err == nil || !temporary(err) || time.Since(since) > patience {
			return err
		}
		spread := pause/2 + rand.N(pause)
		timer := time.NewTimer(spread)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
	}
}
