package sandbox_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/grader/grader/runner/sandbox"
)

// crowd keeps the processors busy until the test ends. Each process has a session of its own,
// because the kernel divides the processors between sessions.
func crowd(t *testing.T, load []byte, n int) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "load")
	if err := os.WriteFile(path, load, 0o700); err != nil {
		t.Fatal(err)
	}
	for range n {
		cmd := exec.CommandContext(t.Context(), path, "cpu", "60000")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait() // it was killed
		})
	}
}

// TestStepSurvivesCPUContention checks that a program is not ended because it waits for a processor of a busy machine, and that
// a sleeping program is.
func TestStepSurvivesCPUContention(t *testing.T) {
	load := buildLoad(t)
	for _, level := range []sandbox.Level{sandbox.LevelNamespace, sandbox.LevelUID} {
		t.Run(string(level), func(t *testing.T) {
			w := openAt(t, level, 1)
			crowd(t, load, 12)
			s := newScratch(t, w)
			if err := s.WriteFile("load", load, 0o700); err != nil {
				t.Fatal(err)
			}
			step := shell(s, "")
			step.Argv, step.Limits = []string{"./load", "cpu", "400"}, usual()
			step.Limits.Wall = 600 * time.Millisecond
			r := mustRun(t, w, step)
			t.Logf("CPU %v, elapsed %v", r.CPU, r.Wall)
			if r.Limit != "" || r.Exit != 0 {
				t.Errorf("ended by limit %q, exit %d", r.Limit, r.Exit)
			}
			step.Argv = []string{"sleep", "60"}
			if r := mustRun(t, w, step); r.Limit != sandbox.LimitWall {
				t.Errorf("what sleeps was ended by limit %q", r.Limit)
			}
		})
	}
}

// TestStepOfManyThreadsSurvivesCPUContention checks a virtual machine, whose threads wait one after
// another, so that none waits as long as all together. It also checks consecutive processes, as under
// make.
func TestStepOfManyThreadsSurvivesCPUContention(t *testing.T) {
	load, relay := buildLoad(t), buildRelay(t)
	for _, level := range []sandbox.Level{sandbox.LevelNamespace, sandbox.LevelUID} {
		t.Run(string(level), func(t *testing.T) {
			w := openAt(t, level, 1)
			crowd(t, load, 20)
			s := newScratch(t, w)
			must(t, s.WriteFile("load", load, 0o700))
			for name, class := range relay {
				must(t, s.WriteFile(name, class, 0))
			}
			step := shell(s, "")
			step.Limits = roomy()
			step.Limits.Wall = 2 * time.Second
			for _, argv := range [][]string{
				{"java", "-XX:+UseSerialGC", "-Xmx64m", "-cp", ".", "Relay", "300"},
				{"sh", "-c", "for i in 1 2 3 4 5 6 7 8; do ./load cpu 40 || exit 1; done"},
			} {
				step.Argv = argv
				r := mustRun(t, w, step)
				t.Logf("%s: CPU %v, elapsed %v", argv[0], r.CPU, r.Wall)
				if r.Limit != "" || r.Exit != 0 {
					t.Errorf("%s: ended by limit %q, exit %d: %s", argv[0], r.Limit, r.Exit, r.Stderr)
				}
			}
		})
	}
}

// buildRelay compiles testdata/loads/Relay.java, and returns its classes by file name.
func buildRelay(t *testing.T) map[string][]byte {
	t.Helper()
	if _, err := exec.LookPath("javac"); err != nil {
		t.Skip("no javac")
	}
	dir, source := t.TempDir(), filepath.Join(t.TempDir(), "Relay.java")
	copyFile(t, "testdata/loads/Relay.java", source, 0o644)
	if said, err := exec.Command("javac", "-proc:none", "-Xlint:-unchecked", "-d", dir, source).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	entries, err := os.ReadDir(dir)
	must(t, err)
	classes := map[string][]byte{}
	for _, e := range entries {
		classes[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name()))
		must(t, err)
	}
	return classes
}
