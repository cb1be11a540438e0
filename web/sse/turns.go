package sse

import (
	"context"
	"fmt"
	"runtime/debug"
)

// Turns limits how many streams run a step at once, which bounds the memory for it.
// Create it with NewTurns.
type Turns struct{ free chan struct{} }

// NewTurns returns Turns for at most n streams at once.
func NewTurns(n int) *Turns { return &Turns{make(chan struct{}, n)} }

// Do calls f in turn and returns its error. It returns the cause of ctx if ctx ends before that. f runs on a goroutine
// of its own: a query of the database needs a deep stack, and the stack of a waiting stream would keep that size until
// the next garbage collection. Do panics if f panics.
func (t *Turns) Do(ctx context.Context, f func() error) error {
	select {
	case t.free <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	var d done
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer func() { <-t.free }()
		d.call(f)
	}()
	<-ended
	if d.panicked != "" {
		panic(d.panicked)
	}
	return d.err
}

// done is how a function ended.
type done struct {
	err      error
	panicked string // the reason and the stack, "" if it returned
}

// call calls f and recovers its panic.
func (d *done) call(f func() error) {
	defer func() {
		if reason := recover(); reason != nil {
			d.panicked = fmt.Sprintf("%v\n%s", reason, debug.Stack())
		}
	}()
	d.err = f()
}
