package e2e

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// pause is a command that waits in the programs of several submissions until the test ends it. So all
// runners work at the same time, even if a busy machine starts them slowly. With runners in containers it
// needs root.
type pause struct{ seconds string }

func newPause() pause {
	const many = 1 << 40 // no other process sleeps for that number of seconds
	return pause{strconv.FormatInt(many+rand.Int64N(many), 10)}
}

// line returns the shell command.
func (p pause) line() string { return "sleep " + p.seconds + " || :" }

// end waits until n programs are paused, and lets them continue.
func (p pause) end(t *testing.T, n int) {
	t.Helper()
	eventually(t, strconv.Itoa(n)+" programs are paused", func() bool { return len(p.processes()) == n })
	for _, pid := range p.processes() {
		check(t, syscall.Kill(pid, syscall.SIGKILL))
	}
}

// processes returns the ids of the paused processes.
func (p pause) processes() []int {
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return nil
	}
	var found []int
	for _, file := range files {
		line, err := os.ReadFile(file)
		if err != nil || string(line) != "sleep\x00"+p.seconds+"\x00" {
			continue // it has ended or is another process
		}
		if pid, err := strconv.Atoi(strings.Split(file, "/")[2]); err == nil {
			found = append(found, pid)
		}
	}
	return found
}
