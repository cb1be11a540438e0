package sandbox

import (
	"bytes"
	"strconv"
	"time"
)

// A step's memory is what its processes have resident at once: their own pages, the pages of files
// that they have mapped, and their page tables. One figure is told and held against the limit, at
// every level, with cgroups and without:
//
//   - of one process, the most that it ever had, as the kernel kept it (VmHWM, ru_maxrss);
//   - of several, the largest sum that was seen, where that is more. Pages that they share count once:
//     what belongs to no file is divided among those who share it, and of mapped files count those of
//     the process that has most of them, since they are the same libraries mostly. Programs of other
//     steps that map the same files change nothing.
//
// A cgroup counts other things (the files that a step writes, not the libraries that were in memory
// before it). It bounds what the kernel keeps for the step, and does not make the figure.

// sharedLook is how often the memory of several processes is counted with shared pages once.
// It is slow, so that at most one part in sharedShare of the time goes into it.
const (
	sharedLook  = 100 * time.Millisecond
	sharedShare = 20
)

// weigh notes the memory that the last sample saw.
func (p *Process) weigh(m *meter) {
	if len(m.mine) < 2 {
		m.peak = max(m.peak, m.memory)
		return
	}
	grown := m.memory > m.weighed/10*11
	if !grown && time.Now().Before(m.nextWeigh) {
		return
	}
	p.weighShared(m)
}

// weighShared counts the memory of several processes with shared pages once, and returns it.
func (p *Process) weighShared(m *meter) int64 {
	begun := time.Now()
	var sum int64
	p.borrow(func() { sum = m.sharedOnce() })
	took := time.Since(begun)
	m.weighed, m.nextWeigh = m.memory, time.Now().Add(max(sharedLook, sharedShare*took))
	m.peak = max(m.peak, sum)
	return sum
}

// overMemory reports whether the step has more memory than it may.
func (p *Process) overMemory(m *meter) bool {
	limit := p.step.Limits.Memory
	if limit == 0 || m.memory <= limit {
		return false
	}
	return len(m.mine) < 2 || p.weighShared(m) > limit
}

// sharedOnce sums the memory of the step's processes with shared pages once. The caller must be
// allowed to look into them.
func (m *meter) sharedOnce() int64 {
	var sum, files int64
	for pid := range m.mine {
		r, err := residentOf(pid)
		if err != nil { // it cannot be looked into, or has ended
			sum += resident(pid)
			continue
		}
		sum, files = sum+r.own, max(files, r.files)
	}
	return sum + files
}

// residence is what a process has resident, in bytes.
type residence struct {
	own   int64 // in no file, its share of what is shared, and page tables
	files int64
}

// residentOf looks into a process.
func residentOf(pid int) (residence, error) {
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
		return residence{own: all + tables}, err
	}
	files, err := kibibytes(status, "RssFile:")
	return residence{own: anonymous + shmem + tables, files: files}, err
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
