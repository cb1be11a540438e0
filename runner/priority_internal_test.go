package runner

import (
	"log/slog"
	"os"
	"runtime"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"
)

// policies counts this process's threads by their policy. A thread may end meanwhile.
func policies(t *testing.T) (idle, normal int) {
	t.Helper()
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	for _, thread := range threads {
		id, err := strconv.Atoi(thread.Name())
		if err != nil {
			t.Fatal(err)
		}
		attr, err := unix.SchedGetAttr(id, 0)
		switch {
		case err != nil:
		case attr.Policy == unix.SCHED_IDLE:
			idle++
		default:
			normal++
		}
	}
	return idle, normal
}

// TestPriorityIsOfEveryThread checks that all threads of a runner in the background run last, and
// that all return to normal.
func TestPriorityIsOfEveryThread(t *testing.T) {
	if !canRaise() {
		t.Skip("this process may not raise its priority again: run as root")
	}
	p := priority{logger: slog.New(slog.NewTextHandler(t.Output(), nil)), may: true}
	for range 20 {
		stop, begun := make(chan struct{}), make(chan struct{})
		for range 4 { // threads that start meanwhile
			go func() {
				runtime.LockOSThread()
				begun <- struct{}{}
				<-stop
			}()
		}
		p.background(true)
		for range 4 {
			<-begun
		}
		if idle, normal := policies(t); normal != 0 || idle == 0 {
			t.Errorf("in the background %d threads run last, %d do not", idle, normal)
		}
		p.background(false)
		if idle, normal := policies(t); idle != 0 || normal == 0 {
			t.Errorf("after it %d threads run last, %d do not", idle, normal)
		}
		close(stop)
	}
}

// TestPriorityKeepsChoices checks that a stay in the background keeps the nice values of threads, and
// policies other than the normal one.
func TestPriorityKeepsChoices(t *testing.T) {
	if !canRaise() {
		t.Skip("this process may not raise its priority again: run as root")
	}
	for name, c := range map[string]struct{ is, background unix.SchedAttr }{
		"nice":   {unix.SchedAttr{Policy: unix.SCHED_NORMAL, Nice: 10}, unix.SchedAttr{Policy: unix.SCHED_IDLE, Nice: 10}},
		"urgent": {unix.SchedAttr{Policy: unix.SCHED_NORMAL, Nice: -5}, unix.SchedAttr{Policy: unix.SCHED_IDLE, Nice: -5}},
		"batch":  {unix.SchedAttr{Policy: unix.SCHED_BATCH, Nice: 3}, unix.SchedAttr{Policy: unix.SCHED_BATCH, Nice: 3}},
	} {
		t.Run(name, func(t *testing.T) {
			done := make(chan struct{})
			go func() {
				defer close(done)
				runtime.LockOSThread() // never unlocked: the thread ends with the function
				if err := unix.SchedSetAttr(0, &c.is, 0); err != nil {
					t.Error(err)
					return
				}
				p := priority{logger: slog.New(slog.NewTextHandler(t.Output(), nil)), may: true}
				for i, want := range []unix.SchedAttr{c.background, c.is} {
					on := i == 0
					p.background(on)
					got, err := unix.SchedGetAttr(0, 0)
					if err != nil || got.Policy != want.Policy || got.Nice != want.Nice {
						t.Errorf("background %v: policy %d, nice %d, want %d and %d; %v", on, got.Policy, got.Nice, want.Policy, want.Nice, err)
					}
				}
			}()
			<-done
		})
	}
}

// TestPriorityThatCannotBeRaisedStays checks that a process that could not raise its priority again
// keeps it.
func TestPriorityThatCannotBeRaisedStays(t *testing.T) {
	p := priority{logger: slog.New(slog.NewTextHandler(t.Output(), nil))}
	p.background(true)
	if idle, _ := policies(t); idle != 0 {
		t.Errorf("%d threads run last", idle)
	}
}
