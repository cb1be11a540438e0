package grade

import (
	"context"
	"sync"
	"time"
)

// jobLimit is the time limit of a job. It does not run while the job waits for the server.
type jobLimit struct {
	expire func()

	mu      sync.Mutex
	left    time.Duration
	timer   *time.Timer // nil while it does not run, or if there is no limit
	since   time.Time   // when it began to run
	waiting int         // requests that wait for the server
}

// newJobLimit returns the limit and a context that ends with it. Its cause is then context.DeadlineExceeded. A limit of 0
// never expires.
func newJobLimit(ctx context.Context, most time.Duration) (*jobLimit, context.Context, context.CancelFunc) {
	bounded, cancel := context.WithCancelCause(ctx)
	l := &jobLimit{left: most, expire: func() { cancel(context.DeadlineExceeded) }}
	if most > 0 {
		l.run()
	}
	return l, bounded, func() { l.stop(); cancel(context.Canceled) }
}

// run starts the timer. mu is held, or nobody else has the limit yet.
func (l *jobLimit) run() {
	l.since, l.timer = time.Now(), time.AfterFunc(max(l.left, 0), l.expire)
}

// stop stops the timer and keeps what is left of the time.
func (l *jobLimit) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.halt()
}

// halt is stop while mu is held.
func (l *jobLimit) halt() {
	if l.timer == nil {
		return
	}
	l.timer.Stop()
	l.left -= time.Since(l.since)
	l.timer = nil
}

// pause stops the timer until resume is called. The job's context still ends when the runner is told to stop.
func (l *jobLimit) pause() (resume func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	limited := l.timer != nil || l.waiting > 0
	if !limited {
		return func() {}
	}
	l.waiting++
	l.halt()
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.waiting--; l.waiting == 0 {
			l.run()
		}
	}
}
