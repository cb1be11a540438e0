package gitd

import (
	"context"
	"sync"
	"time"
)

// reception is the state of one push while it is received. The hook, the timers and the relay
// report events to it. The session waits for the outcome, which is resolved once.
type reception struct {
	resolved     chan struct{} // closed once outcome is set
	recordedDone chan struct{} // closed once the push is recorded

	recording chan struct{} // holds a value while the push is being recorded

	mu       sync.Mutex
	outcome  *outcome
	kill     func()   // ends git; nil while none runs
	aborted  *refusal // why git was killed, for the person
	dry      bool     // the hook judged the tree and would accept it
	recorded *recorded
	late     *time.Timer // of resolveAfter
}

func newReception() *reception {
	return &reception{resolved: make(chan struct{}), recordedDone: make(chan struct{}), recording: make(chan struct{}, 1)}
}

// resolve sets the outcome unless it is set already.
func (r *reception) resolve(o outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.outcome != nil {
		return
	}
	r.outcome = &o
	if r.late != nil {
		r.late.Stop()
	}
	close(r.resolved)
}

// resolveAfter sets what late returns as the outcome after a time, unless the outcome is set before. Only
// the first call has an effect.
func (r *reception) resolveAfter(d time.Duration, late func() outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.late == nil {
		r.late = time.AfterFunc(d, func() { r.resolve(late()) })
	}
}

// wait waits for the outcome and returns it.
func (r *reception) wait() outcome {
	<-r.resolved
	r.mu.Lock()
	defer r.mu.Unlock()
	return *r.outcome
}

// begin records the function that kills git, which is running now.
func (r *reception) begin(kill func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kill = kill
}

// gitEnded records that git has ended, so that later timers have no effect.
func (r *reception) gitEnded() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kill = nil
}

// abort kills git and records the reason for the person. The first reason is kept.
func (r *reception) abort(why refusal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kill == nil {
		return
	}
	if r.aborted == nil {
		r.aborted = &why
	}
	r.kill()
}

// end kills git after it has moved the ref. The push is not aborted.
func (r *reception) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kill != nil {
		r.kill()
	}
}

// running reports whether git runs.
func (r *reception) running() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.kill != nil
}

// acceptDryRun records that the push would be accepted if it were not a dry run.
func (r *reception) acceptDryRun() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dry = true
}

// record calls do, and keeps what it returns, unless the push is already recorded. Two callers
// record a push: the session when it has git's report, and the post-receive hook. One waits for the
// other until ctx ends.
func (r *reception) record(ctx context.Context, do func() (*recorded, error)) (*recorded, error) {
	select {
	case r.recording <- struct{}{}:
		defer func() { <-r.recording }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if is, _, _ := r.facts(); is != nil {
		return is, nil
	}
	is, err := do()
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.recorded = is
	close(r.recordedDone)
	return is, nil
}

// facts returns the state so far.
func (r *reception) facts() (is *recorded, dry bool, aborted *refusal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.recorded, r.dry, r.aborted
}
