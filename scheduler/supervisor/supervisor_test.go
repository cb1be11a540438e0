package supervisor_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/grader/grader/scheduler/supervisor"
	"github.com/grader/grader/schema"
)

// life is a runner without a process.
type life struct {
	fails   bool
	lingers time.Duration // how long its end takes
	began   func()
}

func (l life) Live(ctx context.Context) string {
	l.began()
	if l.fails {
		return "no wall here"
	}
	<-ctx.Done()
	time.Sleep(l.lingers)
	return ""
}

func (l life) Where() string { return "nowhere" }

// registrar records the failures of runners that exited.
type registrar struct{ exited chan string }

func (registrar) Issue(string, string) schema.Credential { return schema.Credential{} }
func (registrar) Expect(string, string)                  {}
func (r registrar) Exited(runner, failure string)        { r.exited <- failure }

// newSupervisor returns a supervisor of lives, the times at which they began, and the failures
// reported to the scheduler.
func newSupervisor(l life) (s *supervisor.Supervisor, began chan time.Duration, exited chan string) {
	began, exited = make(chan time.Duration, 1000), make(chan string, 1000)
	start := time.Now()
	l.began = func() { began <- time.Since(start) }
	return &supervisor.Supervisor{Name: "test", Registrar: registrar{exited},
		New: func(string, schema.Flavour) supervisor.Life { return l }}, began, exited
}

var small = schema.Flavour{Name: "small"}

func TestPausesGrowWhileRunnersFail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, began, exited := newSupervisor(life{fails: true})
		defer s.Close()
		check(t, s.Ensure(t.Context(), small, 3))
		time.Sleep(2 * time.Second)
		synctest.Wait()
		got := fmt.Sprint(drain(began))
		if want := "[0s 0s 0s 250ms 250ms 250ms 750ms 750ms 750ms 1.75s 1.75s 1.75s]"; got != want {
			t.Errorf("three that fail began at %v, not %v", got, want)
		}
		if len(exited) != 12 {
			t.Errorf("the scheduler heard of %d ends, not 12", len(exited))
		}
		runners, err := s.List(t.Context())
		check(t, err)
		if len(runners) != 1 || runners[0].Alive || runners[0].Failure != "no wall here" {
			t.Errorf("listed: %+v", runners)
		}
	})
}

// TestPastFailureIsCleared checks that staff read a failure only while runners cannot be started.
func TestPastFailureIsCleared(t *testing.T) {
	t.Parallel()
	for name, over := range map[string]func(*testing.T, *supervisor.Supervisor, *atomic.Bool){
		"another one registers": func(t *testing.T, s *supervisor.Supervisor, fails *atomic.Bool) {
			fails.Store(false)
			time.Sleep(time.Minute) // the pause between two starts
			s.Registered(only(t, s))
		},
		"none is wanted any more": func(t *testing.T, s *supervisor.Supervisor, _ *atomic.Bool) {
			check(t, s.Ensure(t.Context(), small, 0))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, _, _ := newSupervisor(life{})
				defer s.Close()
				var fails atomic.Bool
				fails.Store(true)
				s.New = func(string, schema.Flavour) supervisor.Life { return life{fails: fails.Load(), began: func() {}} }
				check(t, s.Ensure(t.Context(), small, 1))
				synctest.Wait()
				if told := failures(t, s); len(told) == 0 {
					t.Error("staff read nothing of the failure")
				}
				over(t, s, &fails)
				if told := failures(t, s); len(told) > 0 {
					t.Errorf("staff still read %q", told)
				}
			})
		})
	}
}

// failures returns the pool's failures that staff read.
func failures(t *testing.T, s *supervisor.Supervisor) (told []string) {
	t.Helper()
	runners, err := s.List(t.Context())
	check(t, err)
	for _, r := range runners {
		if r.Failure != "" {
			told = append(told, r.Failure)
		}
	}
	return told
}

func TestNextRunnerStartsBeforeLastEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, began, exited := newSupervisor(life{lingers: 5 * time.Second})
		defer s.Close()
		check(t, s.Ensure(t.Context(), small, 1))
		synctest.Wait()
		first := only(t, s)
		check(t, s.Retire(t.Context(), first))
		if got := fmt.Sprint(drain(began)); got != "[0s 0s]" {
			t.Errorf("began at %v, not both at once", got)
		}
		if next := only(t, s); next == first {
			t.Errorf("%s is listed although it is retired", first)
		}
		if len(exited) != 0 {
			t.Errorf("the scheduler heard %q of one that it had retired", <-exited)
		}
		check(t, s.Retire(t.Context(), first)) // no error: it has ended
	})
}

func TestRetireEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _, _ := newSupervisor(life{lingers: time.Hour})
		check(t, s.Ensure(t.Context(), small, 1))
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Retire(ctx, only(t, s)); err == nil {
			t.Error("no error, although it is not gone")
		}
		s.Close()
	})
}

func TestClosedSupervisorStartsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, began, _ := newSupervisor(life{fails: true})
		check(t, s.Ensure(t.Context(), small, 1))
		synctest.Wait()
		s.Close()
		s.Close()
		time.Sleep(time.Hour)
		if n := len(drain(began)); n != 1 {
			t.Errorf("%d began", n)
		}
		if err := s.Ensure(t.Context(), small, 1); schema.CodeOf(err) != schema.CodeUnavailable {
			t.Errorf("asked for more: %v", err)
		}
	})
}

// only returns the id of the only living runner.
func only(t *testing.T, s *supervisor.Supervisor) string {
	t.Helper()
	runners, err := s.List(t.Context())
	check(t, err)
	runners = slices.DeleteFunc(runners, func(r schema.PoolRunner) bool { return !r.Alive })
	if len(runners) != 1 {
		t.Fatalf("listed: %+v", runners)
	}
	return runners[0].ID
}

// drain returns the values received so far.
func drain(c chan time.Duration) []time.Duration {
	var all []time.Duration
	for len(c) > 0 {
		all = append(all, <-c)
	}
	return all
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
