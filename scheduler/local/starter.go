package local

import "runtime"

// starter is the thread that starts runners. The kernel sends a child its death signal when the
// thread that started it ends, not when the process ends. So the thread lives as long as the pool.
type starter struct {
	jobs chan func()
	done chan struct{}
}

func newStarter() *starter {
	s := &starter{jobs: make(chan func()), done: make(chan struct{})}
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with this goroutine
		defer close(s.done)
		for job := range s.jobs {
			job()
		}
	}()
	return s
}

// do runs f on the thread and waits for it.
func (s *starter) do(f func() error) error {
	result := make(chan error, 1)
	s.jobs <- func() { result <- f() }
	return <-result
}

// close ends the thread. Every runner must have ended.
func (s *starter) close() {
	close(s.jobs)
	<-s.done
}
