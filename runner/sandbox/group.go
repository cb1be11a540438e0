package sandbox

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// group is a cgroup for the steps of one slot. It measures their exact use, limits their memory,
// and gives each slot the same share of the processors, however many processes it has. It is
// created below this process's own group, so that a container's limits also apply to steps. Only
// the slot's thread may use it while steps start; used and kills may be called from other threads.
type group interface {
	// version returns "v1" or "v2".
	version() string
	// begin sets the memory limit for the next step; 0 is no limit. Files that earlier steps left
	// in memory are allowed in addition.
	begin(memory int64) error
	// attach starts the process of attr in the group.
	attach(attr *syscall.SysProcAttr)
	// used returns the processor time of all steps so far, including processes that have ended.
	used() (time.Duration, error)
	// kills returns how often the kernel killed a process at the memory limit.
	kills() (int, error)
	// processes appends the living processes in the group, the slot's stage included.
	processes(list []int) ([]int, error)
	// yield sets whether the next steps run only while nothing else on the machine needs the
	// processor.
	yield(on bool) error
	// leave removes the group. No step may run in it.
	leave() error
}

// cgroupPrefix is the prefix of our groups' names; cgroupName adds the rest.
const cgroupPrefix = "grader-"

// cgroupOverhead is the memory that bubblewrap, and the stage as the namespace's first process, add
// to a step's.
const cgroupOverhead = 8 << 20

// kernelOverhead is the kernel memory that may be charged to a step's cgroup in addition to the
// step's memory: stacks of threads, names, pipes.
const kernelOverhead = 4 << 20

var errNoCgroup = errors.New("no writable cgroup with memory and processor time")

// makeGroup makes a group for the calling thread, which must be locked. If it fails, the sums over
// processes are used instead.
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

// makeOwnUnified makes a group of version 2 with the available controllers, which must include
// memory.
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
