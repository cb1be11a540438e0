package sandbox

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// starvedShare is how many times its limit on elapsed time a step may take on a machine
// that gives it no processor.
const starvedShare = 10

// extend returns how much longer a step may take whose limit on elapsed time has come:
// for as long as it stood ready for a processor and had none, which is the machine's
// doing and not its own.
func (p *Process) extend(m *meter) time.Duration {
	limit := orCapDuration(p.step.Limits.Wall, capWall)
	m.sample()
	p.extra = min(m.starved(), (starvedShare-1)*limit)
	return limit + p.extra - time.Since(p.started)
}

// starved is how long one of the step's threads, the one that waited longest, was ready to
// run and did not. What threads of one step keep each other waiting uses processor time,
// and so meets the limit on that.
func (m *meter) starved() time.Duration {
	var most time.Duration
	for pid := range m.mine {
		threads, err := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/schedstat")
		if err != nil {
			continue
		}
		for _, thread := range threads {
			if stat, err := os.ReadFile(thread); err == nil {
				most = max(most, runDelay(stat))
			}
		}
	}
	return most
}

// runDelay reads /proc/PID/task/TID/schedstat: nanoseconds on a processor, nanoseconds
// ready and not on one, and how often it got one. 0 for what is none.
func runDelay(stat []byte) time.Duration {
	fields := bytes.Fields(stat)
	if len(fields) != 3 {
		return 0
	}
	n, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return time.Duration(max(n, 0))
}
