package sandbox_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/grader/grader/runner/sandbox"
)

// use is an amount of one resource that a program uses, with the correct verdict.
type use struct {
	what   string
	amount int
	want   string
}

// uses returns half of each limit of loadLimits, and twice the limit.
func uses() []use {
	return []use{
		{"cpu", 500, "exit 0"}, {"cpu", 2000, "cpu limit"},
		{"memory", 64, "exit 0"}, {"memory", 256, "memory limit"},
		{"disk", 16, "exit 0"}, {"disk", 64, "disk limit"},
		{"output", 512, "exit 0"}, {"output", 2048, "output limit"},
		{"processes", 16, "exit 0"}, {"processes", 64, "exit 3"},
	}
}

func loadLimits() sandbox.Limits {
	return sandbox.Limits{CPU: time.Second, Wall: 30 * time.Second, Memory: 128 << 20, Processes: 32, Output: 1 << 20, Disk: 32 << 20}
}

// TestNeighboursChangeNoVerdict runs two runners at the same time, each with attacks among its jobs. Programs that use half of
// their limits pass, and programs that need twice a limit reach it.
func TestNeighboursChangeNoVerdict(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("attacks for a while")
	}
	load := buildLoad(t)
	eachLevel(t, 2, func(t *testing.T, w *sandbox.Wall) {
		other := openAt(t, w.Level(), 2)
		ctx, stop := context.WithCancel(t.Context())
		var attacking, grading sync.WaitGroup
		for _, each := range []*sandbox.Wall{w, other} {
			attacking.Go(func() { attackUntil(ctx, t, each) })
			grading.Go(func() {
				for _, u := range uses() {
					u.assert(t, each, load)
				}
			})
		}
		grading.Wait()
		stop()
		attacking.Wait()
	})
}

func (u use) assert(t *testing.T, w *sandbox.Wall, load []byte) {
	s := newScratch(t, w)
	if err := s.WriteFile("load", load, 0o700); err != nil {
		t.Error(err)
		return
	}
	step := shell(s, "")
	step.Argv, step.Limits = []string{"./load", u.what, strconv.Itoa(u.amount)}, loadLimits()
	r, err := w.Run(t.Context(), step)
	if err != nil || verdict(r) != u.want {
		r.Stdout = nil
		t.Errorf("%s %d: %s, want %s; %v, %+v", u.what, u.amount, verdict(r), u.want, err, r)
	}
	if err := s.Remove(); err != nil {
		t.Error(err)
	}
}

// attackUntil runs one attack after another until the context ends. It ignores how they end, which
// TestAttacks checks.
func attackUntil(ctx context.Context, t *testing.T, w *sandbox.Wall) {
	attacks := slices.DeleteFunc(slices.Concat(processAttacks(), usageAttacks()), func(a attack) bool { return a.slow || filepath.Ext(a.program) != ".c" })
	for n := 0; ctx.Err() == nil; n++ {
		a := attacks[n%len(attacks)]
		s, err := w.NewScratch()
		if err == nil {
			err = s.WriteFile("attack", program(t, a.program), 0o700)
		}
		if err != nil {
			t.Error(err)
			return
		}
		step := sandbox.Step{Argv: append([]string{"./attack"}, a.args...), Dir: s.Path(), Write: []*sandbox.Scratch{s}, Limits: usual()}
		if _, err := w.Run(ctx, step); err != nil && ctx.Err() == nil {
			t.Errorf("%s: %v", a.name, err)
		}
		if err := s.Remove(); err != nil {
			t.Error(err)
		}
	}
}

func buildLoad(t *testing.T) []byte {
	t.Helper()
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc")
	}
	out := filepath.Join(t.TempDir(), "load")
	if said, err := exec.CommandContext(t.Context(), "gcc", "-o", out, "testdata/loads/load.c").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
