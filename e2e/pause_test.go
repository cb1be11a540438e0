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

// pause is a command that waits, in the programs of any number of submissions, until it is ended: however
// slowly a busy machine starts runners, they can all be seen at work. Where they are in containers it
// needs root.
type pause struct{ seconds string }

func newPause() pause {
	const many = 1 << 40 // no other process waits for that number of seconds
	return pause{strconv.FormatInt(many+rand.Int64N(many), 10)}
}

// line is the command, for a shell.
func (p pause) line() string { return "sleep " + p.seconds + " || :" }

// end waits until n programs are paused, and lets them go on.
func (p pause) end(t *testing.T, n int) {
	t.Helper()
	eventually(t, strconv.Itoa(n)+" programs are paused", func() bool { return len(p.processes()) == n })
	for _, pid := range p.processes() {
		check(t, syscall.Kill(pid, syscall.SIGKILL))
	}
}

// processes lists those that wait.
func (p pause) processes() []int {
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return nil
	}
	var found []int
	for _, file := range files {
		line, err := os.ReadFile(file)
		if err != nil || string(line) != "sleep\x00"+p.seconds+"\x00" {
			continue // it has ended, or is another
		}
		if pid, err := strconv.Atoi(strings.Split(file, "/")[2]); err == nil {
			found = append(found, pid)
		}
	}
	return found
}
