package sandbox

import (
	"time"

	"golang.org/x/sys/unix"
)

// meter sums what the processes of one step use. It is used by one goroutine.
type meter struct {
	members func(pids []int) []int // those of processes that are the step's
	hidden  map[int]bool           // of the wall itself, under the step's uid
	pids    []int
	strange map[int]bool // seen, and not the step's
	mine    map[int]bool
	orphan  func(pid int) // told of dead processes that were left to this one

	live   time.Duration // of living processes and the children they waited for
	lost   time.Duration // of those whose parents did not wait for them
	reaped time.Duration // of those that this process waited for
	memory residence     // now, summed, shared pages as often as they are shared
	peak   int64         // the step's memory, see memory.go

	weighed   int64     // memory, when shared pages were last counted once
	nextWeigh time.Time // when they are again
}

func newMeter(first int, members func(pids []int) []int) *meter {
	return &meter{members: members, hidden: map[int]bool{}, strange: map[int]bool{}, mine: map[int]bool{first: true}}
}

// glance looks at the step's first process only, which costs next to nothing: most
// steps end before the first sample.
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

// sample looks at every process of the step once.
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

// classify lists the processes of the machine, and tells the step's from others. Those that it knows it does not
// ask about again.
func (m *meter) classify() {
	m.pids = processes(m.pids[:0])
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

// look returns the processor time of one process, and what it has resident.
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

// account keeps the sum from falling: what vanished without being waited for by a
// living process is kept as lost.
func (m *meter) account(live, newlyReaped time.Duration) {
	if gone := m.live - live - newlyReaped; gone > 0 {
		m.lost += gone
	}
	m.live = live
}

// waited adds a process that this one waited for.
func (m *meter) waited(u unix.Rusage) {
	m.reaped += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	m.peak = max(m.peak, u.Maxrss<<10)
}

// cpu is the sum so far.
func (m *meter) cpu() time.Duration { return m.live + m.lost + m.reaped }
