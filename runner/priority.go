package runner

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// priority records whether this process's threads run at SCHED_IDLE, which means only while nothing
// else on the machine needs the processor. Threads and programs inherit the policy, so it is reset
// while the wall runs steps. The wall's threads that start its stages reset it for themselves.
type priority struct {
	logger *slog.Logger
	may    bool // canRaise; otherwise nothing is changed
	low    bool
}

// background moves every thread to SCHED_IDLE or back to the normal policy. It only logs an error,
// because the error costs nothing but time.
func (p *priority) background(on bool) {
	if !p.may || p.low == on {
		return
	}
	p.low = on
	policy := uint32(unix.SCHED_NORMAL)
	if on {
		policy = unix.SCHED_IDLE
	}
	if err := setPolicy(policy); err != nil {
		p.logger.Warn("the runner's priority is not as wanted", "background", on, "error", err)
	}
}

// canRaise reports whether this process may raise its priority again, which needs a privilege. It
// tries on a thread that ends afterwards.
func canRaise() bool {
	can := make(chan bool)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the function
		down := setThread(0, unix.SCHED_IDLE)
		can <- errors.Join(down, setThread(0, unix.SCHED_NORMAL)) == nil
	}()
	return <-can
}

// setPolicy sets the policy of every thread. A thread may start another one meanwhile, which
// inherits its policy, so setPolicy repeats until all threads have this policy.
func setPolicy(policy uint32) error {
	const most = 100
	for range most {
		changed, err := setThreads(policy)
		if err != nil {
			return fmt.Errorf("set priority: %w", err)
		}
		if !changed {
			return nil
		}
	}
	return errors.New("set priority: threads keep starting")
}

// setThreads sets the policy of the threads that exist, and reports whether one had another.
func setThreads(policy uint32) (changed bool, err error) {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return false, err
	}
	for _, t := range threads {
		id, err := strconv.Atoi(t.Name())
		if err != nil {
			return changed, err
		}
		attr, err := unix.SchedGetAttr(id, 0)
		if err == nil && attr.Policy != policy {
			changed = true
			err = setThread(id, policy)
		}
		if err != nil && !errors.Is(err, unix.ESRCH) { // the thread has ended
			return changed, err
		}
	}
	return changed, nil
}

// setThread sets a thread's policy; id 0 is the calling thread.
func setThread(id int, policy uint32) error {
	return unix.SchedSetAttr(id, &unix.SchedAttr{Policy: policy}, 0)
}
