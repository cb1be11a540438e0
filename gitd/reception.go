package gitd

import "sync"

// reception is one push while it is received. The hook, the timers and the relay report
// what happens; the session waits for the outcome, which is resolved once.
type reception struct {
	resolved chan struct{} // closed once outcome is set
	booked   chan struct{} // closed once the post-receive hook has recorded the push

	mu       sync.Mutex
	outcome  *outcome
	kill     func()   // ends git; nil while none runs
	aborted  *refusal // why git was ended, for the person
	dry      bool     // the hook judged the tree, and would accept it
	recorded *recorded
}

func newReception() *reception {
	return &reception{resolved: make(chan struct{}), booked: make(chan struct{})}
}

// resolve sets the outcome, unless it is set.
func (r *reception) resolve(o outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.outcome != nil {
		return
	}
	r.outcome = &o
	close(r.resolved)
}

// wait returns the outcome once there is one.
func (r *reception) wait() outcome {
	<-r.resolved
	r.mu.Lock()
	defer r.mu.Unlock()
	return *r.outcome
}

// begin says how to end git, which runs from now on.
func (r *reception) begin(kill func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kill = kill
}

// end says that git has ended: a timer that fires now changes nothing.
func (r *reception) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kill = nil
}

// abort ends git, with words for the person. The first reason stays.
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

// judgeDry notes that a dry run would be accepted.
func (r *reception) judgeDry() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dry = true
}

// book notes what the post-receive hook has recorded.
func (r *reception) book(is *recorded) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.recorded = is
	close(r.booked)
}

// facts returns what was noted so far.
func (r *reception) facts() (is *recorded, dry bool, aborted *refusal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.recorded, r.dry, r.aborted
}
