package sandbox

import (
	"os"
	"strconv"
	"time"
)

// starvedShare is how many times its limit on elapsed time a step may take on a machine
// that gives it no processor.
const starvedShare = 10

// readyShare is the part of the time, one in so many, that goes into looking for threads that are
// ready.
const readyShare = 20

// starvation sums how long a step as a whole waited for a processor: the time in which at least one
// of its threads was ready to run and none ran. Threads that wait one after the other, as those of
// a virtual machine do, add up; threads that keep each other waiting do not, since one of them
// runs. It begins with the first look.
//
// It is an estimate from looks at the step. The time between two looks in which it used no
// processor counts in full where it was ready at both, and half where it was ready at one of
// them. What sleeps is not ready; what has just started is.
type starvation struct {
	at    time.Time
	cpu   time.Duration // processor time of the step at the last look
	ready bool
	sum   time.Duration
}

// look notes that the step had used so much processor time, and whether a thread of it was ready
// to run, or ran.
func (s *starvation) look(at time.Time, cpu time.Duration, ready bool) {
	if !s.at.IsZero() {
		s.sum += s.waited(at, cpu, ready)
	}
	s.at, s.cpu, s.ready = at, cpu, ready
}

// waited is the step's wait since the last look.
func (s *starvation) waited(at time.Time, cpu time.Duration, ready bool) time.Duration {
	unused := max(0, at.Sub(s.at)-max(0, cpu-s.cpu))
	switch {
	case s.ready && ready:
		return unused
	case s.ready || ready:
		return unused / 2
	}
	return 0
}

// lookForReady looks whether the step waits for a processor.
func (p *Process) lookForReady(m *meter) {
	begun := time.Now()
	if begun.Before(p.nextReady) {
		return
	}
	p.starved.look(begun, p.cpu(m), m.ready())
	p.nextReady = begun.Add(readyShare * time.Since(begun))
}

// extra is how much longer than its limit on elapsed time the step may take: as long as it waited
// for a processor, which is the machine's doing and not its own. A step in the background waits
// until everything else has run.
func (p *Process) extra() time.Duration {
	if p.step.Background {
		return min(p.starved.sum, (starvedShare-1)*capWall)
	}
	return min(p.starved.sum, (starvedShare-1)*orCapDuration(p.step.Limits.Wall, capWall))
}

// extend returns how much longer a step may take whose limit on elapsed time has come.
func (p *Process) extend(m *meter) time.Duration {
	m.sample()
	p.nextReady = time.Time{}
	p.lookForReady(m)
	return orCapDuration(p.step.Limits.Wall, capWall) + p.extra() - time.Since(p.started)
}

// ready reports whether a thread of the step runs or is ready to.
func (m *meter) ready() bool {
	for pid := range m.mine {
		st, err := readStat(pid)
		switch {
		case err != nil:
		case st.state == 'R':
			return true
		case st.threads > 1 && readyThread(pid):
			return true
		}
	}
	return false
}

// readyThread looks for a thread of a process that is ready.
func readyThread(pid int) bool {
	process := strconv.Itoa(pid)
	dir, err := os.Open("/proc/" + process + "/task")
	if err != nil {
		return false
	}
	defer dir.Close()
	threads, err := dir.Readdirnames(0)
	if err != nil {
		return false
	}
	for _, thread := range threads {
		b, err := readProc(pid, "task/"+thread+"/stat")
		if err != nil {
			continue
		}
		if st, err := parseStat(b); err == nil && st.state == 'R' {
			return true
		}
	}
	return false
}
