package sandbox

import (
	"time"

	"golang.org/x/sys/unix"
)

// meter sums the resource use of the processes of one step. One goroutine uses it.
type meter struct {
	list    func(pids []int) []int // appends processes that include the step's
	members func(pids []int) []int // selects the step's processes among pids
	hidden  map[int]bool           // the wall's own processes under the step's uid
	pids    []int
	strange map[int]bool // known processes that are not the step's
	mine    map[int]bool
	orphan  func(pid int) // called for dead processes that this process must reap

	live   time.Duration // of living processes and of children that they reaped
	lost   time.Duration // of processes whose parents did not reap them
	reaped time.Duration // of processes that this process reaped
	memory residence     // current sum; a shared page counts once for each process
	peak   int64         // the step's memory; see memory.go

	weighed   int64     // memory, when shared pages were last counted once
	nextWeigh time.Time // when that is due again
}

func newMeter(first int, members func(pids []int) []int) *meter {
	return &meter{list: processes, members: members, hidden: map[int]bool{}, strange: map[int]bool{}, mine: map[int]bool{first: true}}
}

// glance measures only the step's first process, which costs almost nothing: most steps end before
// the first sample.
func (m *meter) glance() {
	for pid := range m.mine {
		if m.hidden[pid] {
			continue
		}
		cpu, r := m.look(pid)
		m.account(cpu, 0)
		m.peak = max(m.peak, r.own)
	}
}

// sample measures every process of the step once.
func (m *meter) sample() {
	m.classify()
	var live time.Duration
	var memory residence
	reapedBefore := m.reaped
	for pid := range m.mine {
		cpu, r := m.look(pid)
		live += cpu
		memory = memory.plus(r)
	}
	m.account(live, m.reaped-reapedBefore)
	m.memory = memory
}

// classify lists processes and selects the step's. It classifies each process only once.
func (m *meter) classify() {
	m.pids = m.list(m.pids[:0])
	mine, strange := make(map[int]bool, len(m.mine)), make(map[int]bool, len(m.pids))
	var unknown []int
	for _, pid := range m.pids {
		switch {
		case m.hidden[pid]:
		case m.mine[pid]:
			mine[pid] = true
		default:
			strange[pid] = true
			if !m.strange[pid] {
				unknown = append(unknown, pid)
			}
		}
	}
	for _, pid := range m.members(unknown) {
		delete(strange, pid)
		mine[pid] = true
	}
	m.mine, m.strange = mine, strange
}

// look returns the processor time and the resident memory of one process.
func (m *meter) look(pid int) (time.Duration, residence) {
	st, err := readStat(pid)
	if err != nil {
		return 0, residence{}
	}
	cpu := ownTime(pid) + st.children
	if st.state == 'Z' {
		if st.parent == unix.Getpid() && m.orphan != nil {
			m.orphan(pid)
			return 0, residence{}
		}
		return cpu, residence{}
	}
	return cpu, resident(pid)
}

// account keeps the sum from falling. If a process disappears and no living process has reaped it,
// its time is kept as lost.
func (m *meter) account(live, newlyReaped time.Duration) {
	if gone := m.live - live - newlyReaped; gone > 0 {
		m.lost += gone
	}
	m.live = live
}

// waited adds a process that this process reaped.
func (m *meter) waited(u unix.Rusage) {
	m.reaped += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	m.peak = max(m.peak, u.Maxrss<<10)
}

// cpu returns the sum so far.
func (m *meter) cpu() time.Duration { return m.live + m.lost + m.reaped }
