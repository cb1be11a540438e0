package runner

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// priority is whether this process's threads run only while nothing else on the machine wants
// the processor (SCHED_IDLE). Programs that they start run like any other: the wall decides for
// each step.
type priority struct{ last bool }

// lower makes every thread that exists now run last. Threads that start later run like any
// other, since for the kernel they are no different from started programs.
func (p *priority) lower() error {
	p.last = true
	return setPolicy(unix.SCHED_IDLE, unix.SCHED_FLAG_RESET_ON_FORK)
}

// raise makes every thread run like those of any other process.
func (p *priority) raise() error {
	if !p.last {
		return nil
	}
	p.last = false
	return setPolicy(unix.SCHED_NORMAL, 0)
}

// canRaise reports whether this process may raise its priority again, which needs a right. It
// tries on a thread that ends afterwards.
func canRaise() bool {
	can := make(chan bool)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the function
		down := setThread(0, unix.SCHED_IDLE, unix.SCHED_FLAG_RESET_ON_FORK)
		can <- errors.Join(down, setThread(0, unix.SCHED_NORMAL, 0)) == nil
	}()
	return <-can
}

func setPolicy(policy uint32, flags uint64) error {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return fmt.Errorf("set priority: %w", err)
	}
	for _, t := range threads {
		id, err := strconv.Atoi(t.Name())
		if err != nil {
			return fmt.Errorf("set priority: %w", err)
		}
		if err := setThread(id, policy, flags); err != nil && !errors.Is(err, unix.ESRCH) {
			return fmt.Errorf("set priority: %w", err)
		}
	}
	return nil
}

// setThread sets a thread's policy; 0 is the calling one.
func setThread(id int, policy uint32, flags uint64) error {
	return unix.SchedSetAttr(id, &unix.SchedAttr{Policy: policy, Flags: flags}, 0)
}
