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

// TestPriorityThatCannotBeRaisedStays checks that a process that could not raise its priority again
// keeps it.
func TestPriorityThatCannotBeRaisedStays(t *testing.T) {
	p := priority{logger: slog.New(slog.NewTextHandler(t.Output(), nil))}
	p.background(true)
	if idle, _ := policies(t); idle != 0 {
		t.Errorf("%d threads run last", idle)
	}
}
