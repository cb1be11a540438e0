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

// crowd keeps the processors busy until the test ends: each in a session of its own,
// since the kernel shares them between sessions.
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

// A machine that has no processor free is no reason to end a program: what it waits for
// is not its own. One that sleeps is ended all the same.
func TestABusyMachineEndsNoHonestStep(t *testing.T) {
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
