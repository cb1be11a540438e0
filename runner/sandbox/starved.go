package sandbox

import (
	"os"
	"strconv"
	"time"
)

// starvedShare is the factor by which a step may exceed its limit on elapsed time on a machine that
// gives it no processor.
const starvedShare = 10

// readyShare limits the checks for ready threads to one part in so many of the time.
const readyShare = 20

// starvation sums the time that a step as a whole waited for a processor, that is the time in which
// at least one of its threads was ready and none ran. The waits of threads that run one after the
// other, as in a virtual machine, add up. Threads that keep each other waiting do not count,
// because one of them runs. The sum begins with the first check.
//
// The sum is an estimate from repeated checks. The time between two checks in which the
// step used no processor counts in full if the step was ready at both, and half if it was ready at
// one of them. A sleeping thread is not ready; a thread that has just started is.
type starvation struct {
	at    time.Time
	cpu   time.Duration // processor time of the step at the last check
	ready bool
	sum   time.Duration
}

// look records the processor time that the step has used, and whether one of its threads was ready
// or running.
func (s *starvation) look(at time.Time, cpu time.Duration, ready bool) {
	if !s.at.IsZero() {
		s.sum += s.waited(at, cpu, ready)
	}
	s.at, s.cpu, s.ready = at, cpu, ready
}

// waited returns the step's wait since the last check.
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

// lookForReady checks whether the step waits for a processor.
func (p *Process) lookForReady(m *meter) {
	begun := time.Now()
	if begun.Before(p.nextReady) {
		return
	}
	p.starved.look(begun, p.cpu(m), m.ready())
	p.nextReady = begun.Add(readyShare * time.Since(begun))
}

// extra returns how much longer than its limit on elapsed time the step may take: the time that it
// waited for a processor, which is the machine's fault. A step in the background may wait until
// everything else has run.
func (p *Process) extra() time.Duration {
	if p.step.Background {
		return min(p.starved.sum, (starvedShare-1)*capWall)
	}
	return min(p.starved.sum, (starvedShare-1)*orCapDuration(p.step.Limits.Wall, capWall))
}

// extend returns how much longer a step may take after it reached its limit on elapsed time.
func (p *Process) extend(m *meter) time.Duration {
	m.sample()
	p.nextReady = time.Time{}
	p.lookForReady(m)
	return orCapDuration(p.step.Limits.Wall, capWall) + p.extra() - time.Since(p.started)
}

// ready reports whether a thread of the step is running or ready to run.
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

// readyThread reports whether a thread of a process is ready.
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
