package sandbox_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/grader/grader/runner/sandbox"
)

// scene describes in words what steps of a wall could leave on this machine: processes, files, IPC
// objects and keys of their uids.
type scene map[string]bool

// look lists everything on the machine that belongs to the uids of steps. If that is also an
// ordinary user's uid, only processes in a PID namespace below this one count. The wall's own
// processes, which stay between steps, do not count.
func look(t *testing.T, w *sandbox.Wall, uids uidRange) scene {
	t.Helper()
	s := scene{}
	s.addProcesses(uids, w.Rooms())
	s.addFiles(uids)
	for _, table := range []string{"shm", "msg", "sem"} {
		s.addObjects(t, "/proc/sysvipc/"+table, uids)
	}
	s.addKeys(uids)
	return s
}

// left returns what exists now and did not exist before.
func (s scene) left(before scene) []string {
	var list []string
	for what := range s {
		if !before[what] {
			list = append(list, what)
		}
	}
	return list
}

// uidRange contains the uids from first to last.
type uidRange struct{ first, last int }

func (r uidRange) has(uid int) bool { return r.first <= uid && uid <= r.last }

// ordinary reports whether the steps run under this process's own uid.
func (r uidRange) ordinary() bool { return r.first == os.Getuid() }

func (s scene) addProcesses(uids uidRange, own map[int]bool) {
	found, _ := filepath.Glob("/proc/[0-9]*/status")
	for _, path := range found {
		b, err := os.ReadFile(path)
		if err != nil || own[number(filepath.Base(filepath.Dir(path)))] {
			continue
		}
		status := string(b)
		nested := len(strings.Fields(statusLine(status, "NSpid"))) > 1
		if uids.has(number(statusLine(status, "Uid"))) && (!uids.ordinary() || nested) {
			s["process "+filepath.Base(filepath.Dir(path))+" ("+strings.TrimSpace(statusLine(status, "Name"))+")"] = true
		}
	}
}

// statusLine returns the value of a line of /proc/PID/status.
func statusLine(status, name string) string {
	_, rest, _ := strings.Cut("\n"+status, "\n"+name+":")
	value, _, _ := strings.Cut(rest, "\n")
	return value
}

// number returns the first number in the text, or -1 if there is none.
func number(text string) int {
	n := -1
	_, _ = fmt.Sscan(text, &n) // -1 stays
	return n
}

// addFiles searches the world-writable directories.
func (s scene) addFiles(uids uidRange) {
	places := []string{"/", "/tmp", "/var/tmp", "/dev", "/dev/shm", "/dev/mqueue", "/run", "/run/lock", "/etc", "/usr", "/opt", "/home"}
	for _, dir := range places {
		if uids.ordinary() && dir == "/tmp" {
			continue // this process's own files are there
		}
		list, _ := os.ReadDir(dir)
		for _, e := range list {
			info, err := e.Info()
			if err != nil {
				continue
			}
			if st, ok := info.Sys().(*syscall.Stat_t); ok && uids.has(int(st.Uid)) {
				s["file "+filepath.Join(dir, e.Name())] = true
			}
		}
	}
}

// addObjects reads a table of System V objects, whose first line names the columns.
func (s scene) addObjects(t *testing.T, table string, uids uidRange) {
	b, err := os.ReadFile(table)
	if os.IsNotExist(err) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(b), "\n")
	column := -1
	for i, name := range strings.Fields(lines[0]) {
		if name == "uid" {
			column = i
		}
	}
	for _, line := range lines[1:] {
		if f := strings.Fields(line); len(f) > column && uids.has(number(f[column])) {
			s["object "+table+" "+f[1]] = true
		}
	}
}

// addKeys reads the number of keys of each uid.
func (s scene) addKeys(uids uidRange) {
	b, _ := os.ReadFile("/proc/key-users")
	for line := range strings.Lines(string(b)) {
		uid, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		f := strings.Fields(rest)
		if len(f) > 1 && uids.has(number(uid)) && number(f[1]) > 0 {
			s["keys "+uid+": "+f[1]] = true
		}
	}
}
