package sse

import "context"

// Turns limits how many streams do the same at once, so that thousands of streams do not all take the memory for it.
// Create it with NewTurns.
type Turns struct{ free chan struct{} }

// NewTurns returns Turns for at most n streams at once.
func NewTurns(n int) *Turns { return &Turns{make(chan struct{}, n)} }

// Do calls f in turn. It returns the cause of ctx if ctx ends before that.
func (t *Turns) Do(ctx context.Context, f func() error) error {
	select {
	case t.free <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-t.free }()
	return f()
}
