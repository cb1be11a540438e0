package store

import (
	"fmt"
	"runtime/debug"
)

// onFreshStack runs f on a new goroutine and waits for it. A statement needs a deep stack,
// and thousands of sessions that wait for hours would each keep one. onFreshStack repeats a
// panic of f in the caller, which may recover.
func onFreshStack(f func()) {
	done := make(chan struct{})
	var broke error
	go func() {
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				broke = fmt.Errorf("%v\n%s", p, debug.Stack())
			}
		}()
		f()
	}()
	<-done
	if broke != nil {
		panic(broke)
	}
}
