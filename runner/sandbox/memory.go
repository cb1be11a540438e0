package sandbox

import (
	"bytes"
	"strconv"
	"time"
)

// A step's memory is what its processes have resident at the same time: their own pages, and the pages
// of files that they have mapped. The same figure is reported and limited at every level, with and
// without cgroups:
//
//   - for one process, its maximum as the kernel recorded it (VmHWM, ru_maxrss);
//   - for several, the largest sum that was measured, if that is more. Shared pages count once. Pages
//     that belong to no file are divided among the processes that share them. Of mapped files, only the
//     pages of the process that has most of them count, because they are mostly the same libraries.
//     Programs of other steps that map the same files change nothing.
//
// Page tables, and the memory that pipes and sockets can hold, count towards the limit as well.
//
// A cgroup counts other things: it includes the files that a step writes, and excludes libraries that were
// in memory before. So it limits what the kernel keeps for the step, but does not provide the figure.

// residence is a process's resident memory, in bytes.
type residence struct {
	own    int64 // its pages, with its share of the shared ones
	files  int64 // pages of mapped files, if they are not included in own
	tables int64 // its page tables
}

// plus returns the sum with another process's resident memory.
func (r residence) plus(other residence) residence {
	return residence{own: r.own + other.own, files: max(r.files, other.files), tables: r.tables + other.tables}
}

// figure returns the reported part.
func (r residence) figure() int64 { return r.own + r.files }

// all returns the part that counts towards the limit.
func (r residence) all() int64 { return r.figure() + r.tables }

// leastMemory is the smallest figure that is reported, in bytes. The kernel counts pages
// separately for each processor, so smaller figures differ from run to run.
const leastMemory = 1280 << 10

// sharedLook is the interval at which the memory of several processes is measured with shared pages
// counted once. That is slow, so it may take at most one part in sharedShare of the time.
const (
	sharedLook  = 100 * time.Millisecond
	sharedShare = 20
)

// weigh records the memory of the last sample.
func (p *Process) weigh(m *meter) {
	if len(m.mine) < 2 {
		m.peak = max(m.peak, m.memory.figure())
		return
	}
	grown := m.memory.figure() > m.weighed/10*11
	if !grown && time.Now().Before(m.nextWeigh) {
		return
	}
	p.weighShared(m)
}

// weighShared measures the memory of several processes with shared pages counted once, and returns
// it. The result is too high if more processes begin to share pages during the measurement, so a
// new peak is measured twice.
func (p *Process) weighShared(m *meter) residence {
	begun := time.Now()
	var sum residence
	p.borrow(func() {
		sum = m.sharedOnce()
		if sum.figure() <= m.peak {
			return
		}
		if again := m.sharedOnce(); again.all() < sum.all() {
			sum = again
		}
	})
	took := time.Since(begun)
	m.weighed, m.nextWeigh = m.memory.figure(), time.Now().Add(max(sharedLook, sharedShare*took))
	m.peak = max(m.peak, sum.figure())
	return sum
}

// overMemory reports whether the step uses more memory than it may.
func (p *Process) overMemory(m *meter) bool {
	limit := p.step.Limits.Memory
	if limit == 0 || m.memory.all() <= limit {
		return false
	}
	return len(m.mine) < 2 || p.weighShared(m).all() > limit
}

// sharedOnce sums the memory of the step's processes with shared pages counted once. The caller
// must be allowed to inspect them.
func (m *meter) sharedOnce() residence {
	var sum residence
	for pid := range m.mine {
		r, err := sharedResident(pid)
		if err != nil { // it cannot be inspected, or has ended
			r = resident(pid)
		}
		sum = sum.plus(r)
	}
	return sum
}

// sharedResident returns a process's resident memory, including its share of shared pages.
func sharedResident(pid int) (residence, error) {
	rollup, err := readProc(pid, "smaps_rollup")
	if err != nil {
		return residence{}, err
	}
	status, err := readProc(pid, "status")
	if err != nil {
		return residence{}, err
	}
	tables, err := kibibytes(status, "VmPTE:")
	if err != nil {
		return residence{}, err // a zombie
	}
	anonymous, err1 := kibibytes(rollup, "Pss_Anon:")
	shmem, err2 := kibibytes(rollup, "Pss_Shmem:")
	if err1 != nil || err2 != nil { // before Linux 5.4
		all, err := kibibytes(rollup, "Pss:")
		return residence{own: all, tables: tables}, err
	}
	files, err := kibibytes(status, "RssFile:")
	return residence{own: anonymous + shmem, files: files, tables: tables}, err
}

// kibibytes returns the bytes on a line of /proc such as "VmPTE:	  44 kB".
func kibibytes(text []byte, name string) (int64, error) {
	_, rest, found := bytes.Cut(text, []byte("\n"+name))
	f := bytes.Fields(rest)
	if !found || len(f) == 0 {
		return 0, errStat
	}
	kib, err := strconv.ParseInt(string(f[0]), 10, 64)
	return kib << 10, err
}
