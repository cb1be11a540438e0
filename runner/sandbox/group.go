package sandbox

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// group is a cgroup that counts what one slot's steps use, exactly, bounds their memory, and gives
// them as much of the processors as each other slot's, however many processes they have. It is
// made below this process's own, so that a container's limits hold for steps too. Only the slot's
// thread uses it while steps start; used and kills are asked from elsewhere.
type group interface {
	// version is "v1" or "v2".
	version() string
	// begin sets the memory limit for the next step, 0 for none, above what earlier steps
	// left in files that are kept in memory.
	begin(memory int64) error
	// attach has the process that starts with attr be born into the group.
	attach(attr *syscall.SysProcAttr)
	// used is the processor time of all steps so far, ended processes' included.
	used() (time.Duration, error)
	// kills is how often the kernel has killed a process at the memory limit.
	kills() (int, error)
	// leave removes the group, in which no step runs any more.
	leave() error
}

// cgroupPrefix begins the name of every group of ours; the owner's process id follows.
const cgroupPrefix = "grader-"

// cgroupOverhead is what bubblewrap and the stage that stays take of a step's memory.
const cgroupOverhead = 8 << 20

// kernelOverhead is what the kernel may keep of a step's and charge to its cgroup, beyond its memory:
// stacks of threads, names, pipes.
const kernelOverhead = 4 << 20

var errNoCgroup = errors.New("no writable cgroup with memory and processor time")

// makeGroup makes a group for the calling thread, which is locked. Where there is none to be had,
// the sums over processes serve instead.
func makeGroup() (group, error) {
	g, err := makeCgroup()
	if err == nil {
		if err = g.join(); err == nil {
			return g, nil
		}
		_ = g.remove() // it was never used
	}
	u, unifiedErr := makeOwnUnified()
	if unifiedErr == nil {
		return u, nil
	}
	return nil, errors.Join(err, unifiedErr)
}

// makeOwnUnified makes a group of version 2 with the controllers that there are: memory at least.
func makeOwnUnified() (*unified, error) {
	info, err1 := os.ReadFile("/proc/self/mountinfo")
	own, err2 := os.ReadFile("/proc/self/cgroup")
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	dir := unifiedDir(string(info), string(own))
	if u, err := makeUnified(dir, "memory", "cpu"); err == nil {
		return u, nil
	}
	return makeUnified(dir, "memory")
}
