package sandbox_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grader/grader/runner/sandbox"
)

// attack is one hostile program with its expected verdict. The program is a file of testdata/attacks or, with argv, a command
// on files in the step's directory.
type attack struct {
	kind, name string
	program    string
	args       []string // with the fields of a field in them
	argv       []string
	needs      string   // the program of this machine that argv starts with
	files      []string // of testdata/attacks, copied into the step's directory
	limits     sandbox.Limits
	ends       []string // the accepted verdicts; none means "exit 0"
	slow       bool     // runs only under `make attack`
	counted    bool     // reaches its limit only if a cgroup counts the kernel's memory
	networked  bool     // fails only if the runner has no network, or steps have their own
}

// usual returns the limits of an attack that sets none.
func usual() sandbox.Limits {
	return sandbox.Limits{CPU: 2 * time.Second, Wall: 20 * time.Second, Memory: 128 << 20, Processes: 64, Output: 1 << 20, Disk: 32 << 20}
}

// TestAttacks runs every attack at each level. An attack has succeeded if it prints "escaped" or
// shows the secret.
func TestAttacks(t *testing.T) {
	record := openRecord(t)
	eachLevel(t, 3, func(t *testing.T, w *sandbox.Wall) {
		f := newField(t, w)
		for _, a := range everyAttack() {
			t.Run(a.kind+"/"+a.name, func(t *testing.T) {
				if a.slow && record == nil {
					t.Skip("runs in make attack")
				}
				if a.counted && !countsKernelMemory() {
					t.Skip("no cgroup counts the memory of the kernel's own here: see docs/security.md")
				}
				if a.networked && w.Level() == sandbox.LevelUID && !mayMount(t) && !alone(t) {
					t.Skip("the runner has a network and may not give steps another: see docs/security.md")
				}
				a.run(t, f, record)
			})
		}
	})
}

// alone reports whether this process has no network interface except the loopback. It does not use
// package net, which would make every step of the tests start later.
func alone(t *testing.T) bool {
	t.Helper()
	table, err := os.ReadFile("/proc/self/net/dev")
	if err != nil {
		t.Fatal(err)
	}
	const head = 2
	return bytes.Count(table, []byte("\n")) <= head+1
}

// countsKernelMemory reports whether a cgroup counts the memory of steps.
var countsKernelMemory = sync.OnceValue(func() bool {
	r := sandbox.Probe(context.Background())
	return r.Cgroup != "" && !r.InMemory
})

func everyAttack() []attack {
	return slices.Concat(processAttacks(), usageAttacks(), reachAttacks(), compileAttacks())
}

func (a attack) run(t *testing.T, f *field, record *record) {
	n := f.neighbour(t)
	s := newScratch(t, f.wall)
	step := a.step(t, f, n, s)
	begun := time.Now()
	r := mustRun(t, f.wall, step)
	took := time.Since(begun)
	t.Logf("%s, cpu %v wall %v (%v) memory %d KiB disk %d KiB\n%.300q\n%.300q", verdict(r), r.CPU, r.Wall, took, r.Memory>>10, r.Disk>>10, r.Stdout, r.Stderr)
	ends := a.ends
	if len(ends) == 0 {
		ends = []string{"exit 0"}
	}
	if !slices.Contains(ends, verdict(r)) {
		t.Errorf("%s, want one of %q; %+v", verdict(r), ends, r)
	}
	f.assertSecret(t, r, s)
	n.assertUnharmed(t)
	next := f.assertNext(t, s)
	left := f.assertNothingLeft(t, s)
	record.add(t, row{Kind: a.kind, Name: a.name, Level: f.wall.Level(), Verdict: verdict(r), Next: next, Left: left, Took: took, Held: !t.Failed()})
}

// step returns the attack as a step, which may only write to its own directory.
func (a attack) step(t *testing.T, f *field, n *neighbour, s *sandbox.Scratch) sandbox.Step {
	step := sandbox.Step{Argv: a.argv, Dir: s.Path(), Write: []*sandbox.Scratch{s}, Env: []string{"PATH=/usr/bin:/bin"}, Limits: a.limits}
	if a.program != "" {
		argv, dir := arm(t, f.wall, a.program)
		step.Argv, step.Read = append(argv, f.fill(a.args, n)...), []string{dir.Path(), f.setuid}
	} else {
		if _, err := exec.LookPath(a.needs); err != nil {
			t.Skipf("no %s", a.needs)
		}
	}
	for _, name := range a.files {
		text := bytes.ReplaceAll(source(t, name), []byte("SECRET"), []byte(f.secret))
		if err := s.WriteFile(filepath.Base(name), text, 0); err != nil {
			t.Fatal(err)
		}
	}
	if step.Limits == (sandbox.Limits{}) {
		step.Limits = usual()
	}
	return step
}

// verdict describes how a step ended.
func verdict(r sandbox.Result) string {
	switch {
	case r.Killed:
		return "killed"
	case r.Limit != "":
		return string(r.Limit) + " limit"
	case r.Signal != 0:
		return "signal " + strconv.Itoa(int(r.Signal))
	}
	return "exit " + strconv.Itoa(r.Exit)
}

// field is the environment of attacks: a wall, a secret that everybody could read without the wall, and a setuid program.
type field struct {
	wall   *sandbox.Wall
	uids   uidRange
	secret string // path
	setuid string // directory
	parent int
	before scene
}

const secretText = "the-expected-output-is-4711"

func newField(t *testing.T, w *sandbox.Wall) *field {
	f := &field{wall: w, parent: os.Getppid(), setuid: wallDir(t), uids: stepUIDs(t, w)}
	tests := newScratch(t, w)
	if err := tests.WriteFile("expected", []byte(secretText+"\n"), 0); err != nil {
		t.Fatal(err)
	}
	if err := tests.Seal(); err != nil {
		t.Fatal(err)
	}
	f.before = look(t, w, f.uids)
	f.secret = filepath.Join(tests.Path(), "expected")
	program := filepath.Join(f.setuid, "privilege")
	if err := os.WriteFile(program, programOrNothing(t, "privilege.c"), 0o755); err != nil {
		t.Fatal(err)
	}
	for path, mode := range map[string]os.FileMode{program: 0o755 | os.ModeSetuid | os.ModeSetgid, f.setuid: 0o755} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// stepUIDs returns the uids that steps of the wall can have: a block of sixteen, or this user's.
func stepUIDs(t *testing.T, w *sandbox.Wall) uidRange {
	s := newScratch(t, w)
	r := mustRun(t, w, shell(s, "id -u"))
	uid, err := strconv.Atoi(strings.TrimSpace(string(r.Stdout)))
	if err != nil {
		t.Fatalf("%v: %+v", err, r)
	}
	if err := s.Remove(); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() != 0 {
		return uidRange{uid, uid}
	}
	const block = 16
	first := uid - uid%block
	return uidRange{first, first + block - 1}
}

// fill replaces placeholders in an attack's arguments by the field's values.
func (f *field) fill(args []string, n *neighbour) []string {
	outside := filepath.Dir(filepath.Dir(filepath.Dir(f.secret)))
	if f.wall.Level() == sandbox.LevelNamespace {
		outside = f.secret // the step's own temporary directory hides it there
	}
	words := strings.NewReplacer("$SECRET", f.secret, "$TESTS", filepath.Dir(f.secret), "$WORK", filepath.Join(n.dir.Path(), "expected"), "$THEIRS", n.dir.Path(),
		"$RUNNER", strconv.Itoa(os.Getpid()), "$PARENT", strconv.Itoa(f.parent), "$SETUID", filepath.Join(f.setuid, "privilege"),
		"$WALL", outside, "$NEIGHBOUR", strconv.Itoa(n.pid))
	var filled []string
	for _, a := range args {
		filled = append(filled, words.Replace(a))
	}
	return filled
}

// assertSecret asserts that the secret was neither printed nor written to a file.
func (f *field) assertSecret(t *testing.T, r sandbox.Result, s *sandbox.Scratch) {
	t.Helper()
	said := slices.Concat(r.Stdout, r.Stderr)
	for _, forbidden := range []string{"escaped", secretText, "root:*:", "root:!"} {
		if bytes.Contains(said, []byte(forbidden)) {
			t.Errorf("the wall did not hold:\n%s", said)
		}
	}
	out := t.TempDir()
	_, _ = s.CopyOut(out, sandbox.Caps{Files: 1000, Bytes: 64 << 20, Depth: 20}) // files beyond the caps are not copied
	found, _ := filepath.Glob(filepath.Join(out, "*"))
	for _, path := range found {
		if data, err := os.ReadFile(path); err == nil && bytes.Contains(data, []byte(secretText)) {
			t.Errorf("%s holds the secret", filepath.Base(path))
		}
	}
}

// assertNext asserts that the next step works normally in the directory that the attack left.
func (f *field) assertNext(t *testing.T, s *sandbox.Scratch) bool {
	t.Helper()
	step := shell(s, "cat /dev/null && echo fine")
	step.Limits = usual()
	step.Limits.Disk = 0 // the attack's files are still there
	r := mustRun(t, f.wall, step)
	fine := string(r.Stdout) == "fine\n" && len(r.Stderr) == 0 && verdict(r) == "exit 0"
	if !fine {
		t.Errorf("the next step was harmed: %+v", r)
	}
	return fine
}

// assertNothingLeft asserts that the attack's directory and all its traces are gone, and that the
// runner's parent is alive.
func (f *field) assertNothingLeft(t *testing.T, s *sandbox.Scratch) []string {
	t.Helper()
	top := filepath.Dir(s.Path())
	if err := s.Remove(); err != nil {
		t.Errorf("remove scratch: %v", err)
	}
	if _, err := os.Stat(top); !os.IsNotExist(err) {
		t.Errorf("the scratch is still there: %v", err)
	}
	left := look(t, f.wall, f.uids).left(f.before)
	if len(left) > 0 {
		t.Errorf("left: %q", left)
	}
	if os.Getppid() != f.parent {
		t.Error("the runner's parent is gone")
	}
	return left
}

// neighbour is another person's step that runs during an attack.
type neighbour struct {
	process *sandbox.Process
	dir     *sandbox.Scratch
	pid     int
}

func (f *field) neighbour(t *testing.T) *neighbour {
	t.Helper()
	n := &neighbour{dir: newScratch(t, f.wall)}
	if err := n.dir.WriteFile("expected", []byte(secretText), 0); err != nil {
		t.Fatal(err)
	}
	up := make(chan string, 1)
	step := shell(n.dir, "chmod 644 expected; echo $$; exec sleep 600")
	step.OnOutput, step.LeaveTemp = func(b []byte) { up <- string(b) }, true
	var err error
	if n.process, err = f.wall.Start(t.Context(), step); err != nil {
		t.Fatal(err)
	}
	if said := <-up; f.wall.Level() == sandbox.LevelUID {
		n.pid = number(said) // at other levels the id means nothing outside its own namespace
	}
	return n
}

// assertUnharmed ends the neighbour, which must have survived until then.
func (n *neighbour) assertUnharmed(t *testing.T) {
	t.Helper()
	n.process.Kill()
	r, err := n.process.Wait()
	if err != nil || !r.Killed || r.Limit != "" {
		t.Errorf("the neighbour: %+v, %v", r, err)
	}
	data, err := n.dir.ReadFile("expected", 100)
	if err != nil || string(data) != secretText {
		t.Errorf("the neighbour's work: %q, %v", data, err)
	}
	if err := n.dir.Remove(); err != nil {
		t.Error(err)
	}
}

// programOrNothing returns a compiled program, or nothing if there is no compiler.
func programOrNothing(t *testing.T, name string) []byte {
	compiled, err := programs()
	if err != nil {
		t.Log(err)
	}
	return compiled[name]
}
