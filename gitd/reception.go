package gitd

import "sync"

// reception is the state of one push while it is received. The hook, the timers and the relay
// report events to it. The session waits for the outcome, which is resolved once.
type reception struct {
	resolved     chan struct{} // closed once outcome is set
	recordedDone chan struct{} // closed once the push is recorded

	recording sync.Mutex // held while the push is being recorded

	mu       sync.Mutex
	outcome  *outcome
	kill     func()   // ends git; nil while none runs
	aborted  *refusal // why git was killed, for the person
	dry      bool     // the hook judged the tree and would accept it
	recorded *recorded
}

func newReception() *reception {
	return &reception{resolved: make(chan struct{}), recordedDone: make(chan struct{})}
}

// resolve sets the outcome unless it is set already.
func (r *reception) resolve(o outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.outcome != nil {
		return
	}
	r.outcome = &o
	close(r.resolved)
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
// record a push: the session when it has git's report, and the post-receive hook.
func (r *reception) record(do func() (*recorded, error)) (*recorded, error) {
	r.recording.Lock()
	defer r.recording.Unlock()
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
