package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/runner/sandbox"
)

// loadEnv is the environment variable that makes this program a load in the sandbox: "spin"
// uses spinFor of processor time, and "touch" allocates memory until it is stopped. Both print
// how much they used.
const loadEnv = "GRADER_BENCH_LOAD"

const (
	spinFor     = time.Second
	touchLimit  = 128 << 20
	touchStep   = 1 << 20
	loadAnswer  = "answer"
	exactRounds = 10
)

// load runs a load in the sandbox.
func load(what string) int {
	answer, err := os.Create(loadAnswer)
	if err != nil {
		return 1
	}
	defer answer.Close()
	for used := int64(0); ; used += touchStep {
		if what == "spin" {
			used = int64(ownTime())
		}
		if _, err := answer.WriteAt(fmt.Appendf(nil, "%20d", used), 0); err != nil {
			return 1
		}
		switch {
		case what == "touch":
			if touch() != nil {
				return 1
			}
		case used >= int64(spinFor):
			return 0
		default:
			spinUntil(used + int64(10*time.Millisecond))
		}
	}
}

// touch allocates memory and keeps it.
func touch() error {
	b, err := unix.Mmap(-1, 0, touchStep, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	for i := 0; i < len(b); i += 4096 {
		b[i] = 1
	}
	return err
}

func spinUntil(used int64) {
	for int64(ownTime()) < used {
		continue
	}
}

func ownTime() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &ts); err != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}

// exact measures the error of the measured processor time and the excess over a memory limit at
// each level, with and without a cgroup.
func (b *bench) exact(ctx context.Context) error {
	fmt.Printf("exactness: %v of processor time, and a memory limit of %d MiB, %d times each\n", spinFor, touchLimit>>20, exactRounds)
	for _, level := range []sandbox.Level{sandbox.LevelUID, sandbox.LevelNamespace} {
		for _, sums := range []bool{false, true} {
			if err := b.exactAt(ctx, level, sums); err != nil {
				fmt.Printf("  %s: not on this machine: %v\n", level, err)
			}
		}
	}
	return nil
}

func (b *bench) exactAt(ctx context.Context, level sandbox.Level, sums bool) error {
	counted := "by cgroup " + sandbox.Probe(ctx).Cgroup
	if sums {
		counted = "by sums"
	}
	w, err := sandbox.Open(ctx, sandbox.Options{Dir: filepath.Join(b.dir, fmt.Sprintf("exact-%s-%t", level, sums)), Level: level, Sums: sums})
	if err != nil {
		return err
	}
	defer w.Close()
	var off sample
	var over []int64
	for range exactRounds {
		r, spun, err := runLoad(ctx, w, "spin")
		if err != nil {
			return err
		}
		off = append(off, (r.CPU - time.Duration(spun)).Abs())
		if _, touched, err := runLoad(ctx, w, "touch"); err == nil {
			over = append(over, touched-touchLimit)
		} else {
			return err
		}
	}
	slices.Sort(over)
	fmt.Printf("  %-44s off by  p50 %9s   max %9s   (%.1f %%)\n", fmt.Sprintf("%s, %s: processor time", level, counted),
		round(off.median()), round(off.quantile(1)), 100*off.quantile(1).Seconds()/spinFor.Seconds())
	fmt.Printf("  %-44s over by p50 %5.1f MiB   max %5.1f MiB\n", fmt.Sprintf("%s, %s: memory", level, counted), mib(over[len(over)/2]), mib(over[len(over)-1]))
	return nil
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// runLoad runs this program as a load, and returns how much it used.
func runLoad(ctx context.Context, w *sandbox.Wall, what string) (sandbox.Result, int64, error) {
	s, err := w.NewScratch()
	if err != nil {
		return sandbox.Result{}, 0, err
	}
	if err := s.CopyIn("load", "/proc/self/exe", 0o700, sandbox.StampMade); err != nil {
		return sandbox.Result{}, 0, err
	}
	r, err := w.Run(ctx, sandbox.Step{
		Argv: []string{"./load"}, Dir: s.Path(), Env: []string{loadEnv + "=" + what}, Write: []*sandbox.Scratch{s},
		Limits: sandbox.Limits{CPU: 20 * time.Second, Wall: 2 * time.Minute, Memory: touchLimit},
	})
	if err != nil {
		return r, 0, err
	}
	text, err := s.ReadFile(loadAnswer, 100)
	if err != nil {
		return r, 0, fmt.Errorf("%s said nothing: %+v: %w", what, r, err)
	}
	var came int64
	if _, err := fmt.Sscan(string(text), &came); err != nil {
		return r, 0, err
	}
	return r, came, s.Remove()
}
