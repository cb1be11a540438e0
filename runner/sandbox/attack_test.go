package sandbox_test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/grader/grader/runner/sandbox"
)

// attacks are the compiled programs of testdata/attacks, by name.
var attacks = sync.OnceValues(func() (map[string][]byte, error) {
	dir, err := os.MkdirTemp("", "attacks")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	sources, err := filepath.Glob("testdata/attacks/*.c")
	programs := map[string][]byte{}
	for _, source := range sources {
		name := strings.TrimSuffix(filepath.Base(source), ".c")
		out := filepath.Join(dir, name)
		if said, err := exec.Command("gcc", "-O1", "-pthread", "-o", out, source).CombinedOutput(); err != nil {
			return nil, &compileError{source, said}
		}
		if programs[name], err = os.ReadFile(out); err != nil {
			return nil, err
		}
	}
	return programs, err
})

type compileError struct {
	source string
	said   []byte
}

func (e *compileError) Error() string { return e.source + ": " + string(e.said) }

// arm puts a compiled attack into a sealed directory of its own.
func arm(t testing.TB, w *sandbox.Wall, name string) (program string, dir *sandbox.Scratch) {
	t.Helper()
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc")
	}
	programs, err := attacks()
	if err != nil {
		t.Fatal(err)
	}
	dir = newScratch(t, w)
	if err := dir.WriteFile(name, programs[name], 0o700); err != nil {
		t.Fatal(err)
	}
	if err := dir.Seal(); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir.Path(), name), dir
}

// attack is one hostile program and what must come of it.
type attack struct {
	name    string
	program string
	args    []string
	limits  sandbox.Limits
	want    sandbox.Limit  // that ended it
	signal  syscall.Signal // that it died of; only without a limit
}

// usual are the limits of an attack that sets none.
func usual() sandbox.Limits {
	return sandbox.Limits{CPU: 2 * time.Second, Wall: 20 * time.Second, Memory: 128 << 20, Processes: 64, Output: 1 << 20, Disk: 32 << 20}
}

func attackTable() []attack {
	short := usual()
	short.Wall = 700 * time.Millisecond
	busy := usual()
	busy.CPU = 300 * time.Millisecond
	small := usual()
	small.Disk = 2 << 20
	return []attack{
		{name: "fork bomb", program: "forkbomb", limits: busy, want: sandbox.LimitCPU},
		{name: "fork bomb that ignores signals", program: "forkbomb", args: []string{"hard"}, limits: busy, want: sandbox.LimitCPU},
		{name: "daemon", program: "daemon"},
		{name: "stop itself", program: "kill", limits: short, want: sandbox.LimitWall, signal: syscall.SIGKILL},
		{name: "spin", program: "spin", limits: busy, want: sandbox.LimitCPU},
		{name: "spin in threads", program: "spin", args: []string{"threads"}, limits: busy, want: sandbox.LimitCPU},
		{name: "spin in children", program: "spin", args: []string{"children"}, limits: busy, want: sandbox.LimitCPU},
		{name: "touch memory", program: "memory", want: sandbox.LimitMemory},
		{name: "touch shared memory", program: "memory", args: []string{"shared"}, want: sandbox.LimitMemory},
		{name: "touch memory in children", program: "memory", args: []string{"children"}, want: sandbox.LimitMemory},
		{name: "endless output", program: "output", want: sandbox.LimitOutput},
		{name: "endless errors", program: "output", args: []string{"2"}, want: sandbox.LimitOutput},
		{name: "big file", program: "disk", args: []string{"big"}, want: sandbox.LimitDisk},
		{name: "many files", program: "disk", args: []string{"many"}, want: sandbox.LimitDisk},
		{name: "unlinked files", program: "disk", args: []string{"unlinked"}, want: sandbox.LimitDisk},
		{name: "files behind mappings", program: "hide", args: []string{"mmap"}, want: sandbox.LimitDisk},
		{name: "files in a socket", program: "hide", args: []string{"sent"}, want: sandbox.LimitDisk},
		{name: "files of a process that cannot be dumped", program: "hide", args: []string{"dump"}, want: sandbox.LimitDisk},
		{name: "files of a program that cannot be read", program: "hide", args: []string{"exec"}, want: sandbox.LimitDisk},
		{name: "page tables", program: "kernel", args: []string{"tables"}, want: sandbox.LimitMemory},
		{name: "buffers of sockets", program: "kernel", args: []string{"sockets"}, want: sandbox.LimitMemory},
		{name: "files in shared memory", program: "kernel", args: []string{"shared"}, want: sandbox.LimitDisk},
		{name: "endless empty files", program: "disk", args: []string{"empty"}, limits: small, want: sandbox.LimitDisk},
		{name: "deep tree", program: "disk", args: []string{"deep"}, want: sandbox.LimitDisk},
		{name: "system calls", program: "calls"},
		{name: "other architectures", program: "i386"},
		{name: "privilege", program: "privilege"},
	}
}

func TestAttacks(t *testing.T) {
	eachLevel(t, 2, func(t *testing.T, w *sandbox.Wall) {
		for _, a := range attackTable() {
			t.Run(a.name, func(t *testing.T) { a.run(t, w) })
		}
	})
}

func (a attack) run(t *testing.T, w *sandbox.Wall) {
	program, dir := arm(t, w, a.program)
	s := newScratch(t, w)
	if a.limits == (sandbox.Limits{}) {
		a.limits = usual()
	}
	begun := time.Now()
	r := mustRun(t, w, sandbox.Step{
		Argv: append([]string{program}, a.args...), Dir: s.Path(), Read: []string{dir.Path()}, Write: []*sandbox.Scratch{s}, Limits: a.limits,
	})
	t.Logf("limit %q exit %d signal %d cpu %v wall %v (%v) memory %d KiB disk %d KiB", r.Limit, r.Exit, int(r.Signal), r.CPU, r.Wall, time.Since(begun), r.Memory>>10, r.Disk>>10)
	if bytes.Contains(r.Stdout, []byte("escaped")) {
		t.Errorf("the wall did not hold:\n%s", r.Stdout)
	}
	if r.Limit != a.want {
		t.Errorf("ended by limit %q, want %q; %+v", r.Limit, a.want, r)
	}
	if a.want == "" && r.Signal != a.signal {
		t.Errorf("died of %v, want %v", r.Signal, a.signal)
	}
	assertClean(t, w, s)
}

// assertClean asserts that nothing of a step is left and that the next one is unharmed.
func assertClean(t *testing.T, w *sandbox.Wall, s *sandbox.Scratch) {
	t.Helper()
	if left := survivors(t, s); len(left) > 0 {
		t.Errorf("processes left: %v", left)
	}
	top := filepath.Dir(s.Path())
	if err := s.Remove(); err != nil {
		t.Errorf("remove scratch: %v", err)
	}
	if _, err := os.Stat(top); !os.IsNotExist(err) {
		t.Errorf("the scratch is still there: %v", err)
	}
	next := newScratch(t, w)
	step := shell(next, "echo fine")
	step.Limits = usual()
	r := mustRun(t, w, step)
	if string(r.Stdout) != "fine\n" || r.Exit != 0 {
		t.Errorf("the next step was harmed: %+v", r)
	}
	if err := next.Remove(); err != nil {
		t.Error(err)
	}
}

// survivors are processes whose command line names the scratch's wall or whose
// working directory is in it.
func survivors(t *testing.T, s *sandbox.Scratch) []string {
	t.Helper()
	wall := filepath.Dir(filepath.Dir(s.Path()))
	found, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, dir := range found {
		cwd, _ := os.Readlink(dir + "/cwd")
		line, _ := os.ReadFile(dir + "/cmdline")
		if strings.HasPrefix(cwd, wall) || bytes.Contains(line, []byte(wall)) {
			left = append(left, dir+" "+strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return left
}

func TestReadingOthers(t *testing.T) {
	eachLevel(t, 2, func(t *testing.T, w *sandbox.Wall) {
		program, dir := arm(t, w, "reading")
		secret, other, s := newScratch(t, w), newScratch(t, w), newScratch(t, w)
		for _, x := range []*sandbox.Scratch{secret, other} {
			if err := x.WriteFile("expected", []byte("42"), 0); err != nil {
				t.Fatal(err)
			}
		}
		neighbour, err := w.Start(t.Context(), shell(other, "echo up; sleep 60"))
		if err != nil {
			t.Fatal(err)
		}
		r := mustRun(t, w, sandbox.Step{
			Argv: []string{program, "/etc/shadow", filepath.Join(secret.Path(), "expected"), filepath.Join(other.Path(), "expected"),
				secret.Path(), other.Path(), strconv.Itoa(os.Getpid()), "1",
				"/root", "/home", "/var/run", "/run", "/proc/1/environ", "/dev/mem", "/dev/vda", "/dev/kmsg", "/sys/kernel", "/run/lock/grader"},
			Dir: s.Path(), Read: []string{dir.Path()}, Write: []*sandbox.Scratch{s}, Limits: usual(),
		})
		neighbour.Kill()
		if got, err := neighbour.Wait(); err != nil || !got.Killed || got.Limit != "" {
			t.Errorf("neighbour: %+v, %v", got, err)
		}
		if bytes.Contains(r.Stdout, []byte("escaped")) || r.Exit != 0 {
			t.Errorf("%+v:\n%s", r, r.Stdout)
		}
	})
}

func TestOutputsThatAreNoFiles(t *testing.T) {
	eachLevel(t, 1, func(t *testing.T, w *sandbox.Wall) {
		program, dir := arm(t, w, "outputs")
		secret, s, out := newScratch(t, w), newScratch(t, w), t.TempDir()
		if err := secret.WriteFile("expected", []byte("42"), 0); err != nil {
			t.Fatal(err)
		}
		r := mustRun(t, w, sandbox.Step{
			Argv: []string{program, filepath.Join(secret.Path(), "expected")}, Dir: s.Path(), Read: []string{dir.Path()}, Write: []*sandbox.Scratch{s}, Limits: usual(),
		})
		if bytes.Contains(r.Stdout, []byte("escaped")) || r.Exit != 0 {
			t.Fatalf("%+v:\n%s", r, r.Stdout)
		}
		for _, name := range []string{"symlink", "dirlink/expected", "fifo", "directory", "one", "two", "../work/closed", "/etc/passwd"} {
			if data, err := s.ReadFile(name, 100); err == nil {
				t.Errorf("read %q: %q", name, data)
			}
		}
		skipped, err := s.CopyOut(out, sandbox.Caps{Files: 100, Bytes: 4 << 20, Depth: 5})
		if err != nil {
			t.Fatal(err)
		}
		var copied []string
		err = filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				copied = append(copied, strings.TrimPrefix(path, out+"/"))
			}
			return err
		})
		if got := strings.Join(copied, " "); err != nil || got != "-rf closed locked/inside sparse" {
			t.Errorf("copied %q, %v; skipped %v", got, err, skipped)
		}
		if len(skipped) != 8 {
			t.Errorf("skipped %v", skipped)
		}
	})
}

func TestNothingIsLeftElsewhere(t *testing.T) {
	eachLevel(t, 1, func(t *testing.T, w *sandbox.Wall) {
		script, err := os.ReadFile("testdata/attacks/leave.sh")
		if err != nil {
			t.Fatal(err)
		}
		s := newScratch(t, w)
		if err := s.WriteFile("leave.sh", script, 0); err != nil {
			t.Fatal(err)
		}
		step := shell(s, "")
		mark := "grader-left-" + strconv.Itoa(os.Getpid()) + "-" + string(w.Level())
		step.Argv, step.Limits = []string{"sh", "leave.sh", mark}, usual()
		if r := mustRun(t, w, step); r.Exit != 0 {
			t.Fatalf("%+v", r)
		}
		for _, dir := range []string{"/", "/tmp", "/var/tmp", "/dev", "/dev/shm", "/dev/mqueue", "/run", "/run/lock", "/etc", "/usr", "/opt", "/home", "/root"} {
			if _, err := os.Lstat(filepath.Join(dir, mark)); err == nil {
				t.Errorf("%s was left in %s", mark, dir)
			}
		}
	})
}

func TestEnvironmentAndDescriptorsAreTheSteps(t *testing.T) {
	t.Setenv("LD_PRELOAD_TEST", "inherited")
	for _, level := range []sandbox.Level{sandbox.LevelNamespace, sandbox.LevelUID} {
		t.Run(string(level), func(t *testing.T) {
			w := openAt(t, level, 1)
			s := newScratch(t, w)
			step := shell(s, "")
			step.Argv, step.Env = []string{"/usr/bin/env"}, []string{"PATH=/usr/bin", "A=b", "TMPDIR=/nowhere"}
			if r := mustRun(t, w, step); string(r.Stdout) != "PATH=/usr/bin\nA=b\nTMPDIR=/nowhere\n" {
				t.Errorf("environment: %q", r.Stdout)
			}
			if err := s.WriteFile("gcc", []byte("#!/bin/sh\necho mine\n"), 0o700); err != nil {
				t.Fatal(err)
			}
			step.Argv, step.Env = []string{"gcc", "--version"}, []string{"PATH=.::/usr/bin"}
			if r := mustRun(t, w, step); strings.Contains(string(r.Stdout), "mine") {
				t.Errorf("ran the student's gcc: %q", r.Stdout)
			}
		})
	}
}
