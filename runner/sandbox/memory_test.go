package sandbox_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/grader/grader/runner/sandbox"
)

const usageDir = "testdata/usage"

// peak is the compiled testdata/usage/peak.c.
var peak = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "usage")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "peak")
	if said, err := exec.Command("gcc", "-O1", "-o", out, filepath.Join(usageDir, "peak.c")).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, said)
	}
	return os.ReadFile(out)
})

// eachCount runs a test at each level, with a cgroup if there is one and with sums. A step of the
// test has the program ./peak.
func eachCount(t *testing.T, test func(t *testing.T, run func(limit int64, argv ...string) sandbox.Result)) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc")
	}
	program, err := peak()
	if err != nil {
		t.Fatal(err)
	}
	for _, level := range []sandbox.Level{sandbox.LevelNamespace, sandbox.LevelUID} {
		for _, sums := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, sums %v", level, sums), func(t *testing.T) {
				if level == sandbox.LevelUID && os.Getuid() != 0 {
					t.Skip("level uid needs root")
				}
				w, err := sandbox.Open(context.Background(), sandbox.Options{Dir: wallDir(t), Level: level, Slots: 1, Sums: sums})
				must(t, err)
				t.Cleanup(func() { must(t, w.Close()) })
				if !sums && !w.HasCgroup() {
					t.Skip("there is no writable cgroup, so this is the same as with sums")
				}
				s := newScratch(t, w)
				must(t, s.WriteFile("peak", program, 0o700))
				test(t, func(limit int64, argv ...string) sandbox.Result {
					step := shell(s, "")
					step.Argv, step.Limits = argv, usual()
					step.Limits.Memory = limit
					return mustRun(t, w, step)
				})
			})
		}
	}
}

// TestMemoryIsOneFigure checks that the same program has the same memory at every level, however
// short it runs and however it is counted.
func TestMemoryIsOneFigure(t *testing.T) {
	const mib = 1 << 20
	told := map[string][]int64{}
	programs := map[string][]string{
		"a small program":     {"./peak"},
		"8 MiB":               {"./peak", fmt.Sprint(8 * mib)},
		"8 MiB for a while":   {"./peak", fmt.Sprint(8 * mib), "40"},
		"8 MiB below a shell": {"sh", "-c", fmt.Sprintf("./peak %d; true", 8*mib)},
		"90 MiB":              {"./peak", fmt.Sprint(90 * mib)},
	}
	eachCount(t, func(t *testing.T, run func(int64, ...string) sandbox.Result) {
		for name, argv := range programs {
			for range 5 {
				if r := run(128*mib, argv...); r.Exit != 0 || r.Limit != "" {
					t.Errorf("%s: %+v", name, r)
				} else {
					told[name] = append(told[name], r.Memory)
				}
			}
		}
	})
	for name, all := range told {
		least, most := slices.Min(all), slices.Max(all)
		t.Logf("%s: %d to %d KiB, %d times", name, least>>10, most>>10, len(all))
		if most-least > max(least/10, 256<<10) {
			t.Errorf("%s: told from %d to %d bytes", name, least, most)
		}
		touched := map[string]int64{"a small program": 512 << 10, "90 MiB": 90 * mib}[name]
		if touched == 0 {
			touched = 8 * mib
		}
		if least < touched || most > touched+3*mib {
			t.Errorf("%s: %d to %d bytes are told of at least %d", name, least, most, touched)
		}
	}
}

// TestPeakOfMemoryDecides checks that the memory limit applies to a program's peak, even if the
// program ended before it was measured.
func TestPeakOfMemoryDecides(t *testing.T) {
	const limit = 64 << 20
	eachCount(t, func(t *testing.T, run func(int64, ...string) sandbox.Result) {
		for _, c := range []struct {
			bytes int64
			want  sandbox.Limit
		}{{60 << 20, ""}, {66 << 20, sandbox.LimitMemory}, {71 << 20, sandbox.LimitMemory}, {500 << 20, sandbox.LimitMemory}} {
			for _, argv := range [][]string{{"./peak", fmt.Sprint(c.bytes)}, {"sh", "-c", fmt.Sprintf("./peak %d; true", c.bytes)}} {
				for range 3 {
					if r := run(limit, argv...); r.Limit != c.want || c.want == "" && r.Exit != 0 || (r.Memory > limit) != (c.want != "") && r.Signal == 0 {
						t.Errorf("%q of %d MiB: limit %q, exit %d, signal %d, %d KiB told", argv[0], c.bytes>>20, r.Limit, r.Exit, r.Signal, r.Memory>>10)
					}
				}
			}
		}
	})
}

// TestMemoryOfSeveralIsSummed checks that the memory of simultaneous processes is summed, without
// counting shared memory twice.
func TestMemoryOfSeveralIsSummed(t *testing.T) {
	const mib = 1 << 20
	eachCount(t, func(t *testing.T, run func(int64, ...string) sandbox.Result) {
		t.Parallel() // its programs mostly sleep
		r := run(64*mib, "sh", "-c", fmt.Sprintf("./peak %d 2000 & ./peak %d 2000 & ./peak %d 2000; wait", 8*mib, 8*mib, 8*mib))
		if r.Limit != "" || r.Memory < 24*mib || r.Memory > 28*mib {
			t.Errorf("three of 8 MiB: limit %q, %d KiB", r.Limit, r.Memory>>10)
		}
		r = run(100*mib, "python3", "-c", "import os, time\nx = bytearray(40 << 20)\nfor i in range(0, len(x), 4096): x[i] = 1\nfor n in range(3):\n    if os.fork() == 0: break\ntime.sleep(0.3)\n")
		if r.Limit != "" || r.Exit != 0 || r.Memory < 40*mib || r.Memory > 80*mib {
			t.Errorf("four that share 40 MiB: limit %q, exit %d, %d KiB", r.Limit, r.Exit, r.Memory>>10)
		}
		r = run(64*mib, "sh", "-c", fmt.Sprintf("./peak %d 5000 & ./peak %d 5000; wait", 40*mib, 40*mib))
		if r.Limit != sandbox.LimitMemory {
			t.Errorf("twice 40 MiB: limit %q", r.Limit)
		}
	})
}
