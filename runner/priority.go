package runner

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/runner/sandbox"
)

// priority records whether this process's threads run at SCHED_IDLE, which means only while nothing
// else on the machine needs the processor. Threads and programs inherit the policy, so it is reset
// while the wall runs steps. The wall's threads that start its stages reset it for themselves.
type priority struct {
	logger *slog.Logger
	may    bool // canRaise; otherwise nothing is changed
	low    bool
}

// background moves every thread from the normal policy to SCHED_IDLE, or back. Nice values and other
// policies stay. It only logs an error, because the error costs nothing but time.
func (p *priority) background(on bool) {
	if !p.may || p.low == on {
		return
	}
	p.low = on
	from, to := uint32(unix.SCHED_IDLE), uint32(unix.SCHED_NORMAL)
	if on {
		from, to = to, from
	}
	if err := setPolicy(from, to); err != nil {
		p.logger.Warn("the runner's priority is not as wanted", "background", on, "error", err)
	}
}

// canRaise reports whether this process may raise its priority again, which needs a privilege. It
// tries on a thread that ends afterwards.
func canRaise() bool {
	can := make(chan bool)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the function
		_, down := sandbox.ChangePolicy(0, unix.SCHED_NORMAL, unix.SCHED_IDLE)
		_, up := sandbox.ChangePolicy(0, unix.SCHED_IDLE, unix.SCHED_NORMAL)
		can <- errors.Join(down, up) == nil
	}()
	return <-can
}

// setPolicy changes the policy of every thread. A thread may start another one meanwhile, which
// inherits its policy, so setPolicy repeats until no thread has the old one.
func setPolicy(from, to uint32) error {
	const most = 100
	for range most {
		changed, err := setThreads(from, to)
		if err != nil {
			return fmt.Errorf("set priority: %w", err)
		}
		if !changed {
			return nil
		}
	}
	return errors.New("set priority: threads keep starting")
}

// setThreads changes the policy of the threads that exist, and reports whether one had the old one.
func setThreads(from, to uint32) (changed bool, err error) {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return false, err
	}
	for _, t := range threads {
		id, err := strconv.Atoi(t.Name())
		if err != nil {
			return changed, err
		}
		had, err := sandbox.ChangePolicy(id, from, to)
		if err != nil && !errors.Is(err, unix.ESRCH) { // the thread has ended
			return changed, err
		}
		changed = changed || had
	}
	return changed, nil
}
