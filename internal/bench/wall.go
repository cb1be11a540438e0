package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/grader/grader/runner/sandbox"
)

// wall measures one step in the sandbox at each level that this machine supports, and
// compares it with a bare fork and exec of the same program. It also measures a test in a
// package of tests that run the same program, because an earlier grader's sandbox can only be
// measured through `grader check`.
func (b *bench) wall(ctx context.Context) error {
	fmt.Printf("one step of the wall (/bin/true)\n")
	levels, err := b.levels(ctx)
	if err != nil {
		return err
	}
	walls := make([]*sandbox.Wall, len(levels))
	for i, level := range levels {
		if walls[i], err = sandbox.Open(ctx, sandbox.Options{Dir: filepath.Join(b.dir, "wall-"+level), Level: sandbox.Level(level)}); err != nil {
			return err
		}
		defer walls[i].Close()
	}
	floor, steps := sample{}, make([]sample, len(levels))
	for range 10 * b.runs {
		d, err := timed(func() error { return exec.CommandContext(ctx, "/bin/true").Run() })
		if err != nil {
			return err
		}
		floor = append(floor, d)
		for i, w := range walls {
			d, err := step(ctx, w)
			if err != nil {
				return err
			}
			steps[i] = append(steps[i], d)
		}
	}
	floor.print("bare fork and exec (floor)", nil)
	for i, level := range levels {
		steps[i].print("a step, level "+level, floor)
	}
	return b.trueTests(ctx)
}

// step runs one step in a fresh scratch directory and returns its time without the directory's.
func step(ctx context.Context, w *sandbox.Wall) (time.Duration, error) {
	scratch, err := w.NewScratch()
	if err != nil {
		return 0, err
	}
	defer scratch.Discard()
	s := sandbox.Step{
		Argv: []string{"/bin/true"}, Dir: scratch.Path(), Env: []string{"PATH=/usr/bin:/bin"}, Write: []*sandbox.Scratch{scratch},
		Limits: sandbox.Limits{CPU: time.Second, Wall: 10 * time.Second, Memory: 64 << 20, Processes: 16, Output: 1 << 20, Disk: 1 << 20},
	}
	return timed(func() error { _, err := w.Run(ctx, s); return err })
}

// trueTests measures tests that run /bin/true.
func (b *bench) trueTests(ctx context.Context) error {
	const n = 100
	f := family{
		dir: "nothing-done", many: filepath.Join(b.dir, "true-many"), one: filepath.Join(b.dir, "true-one"), n: n,
		hand: fmt.Sprintf("i=0; while [ $i -lt %d ]; do /bin/true; i=$((i+1)); done", n), floor: "/bin/true in a shell", what: "a test",
	}
	for dir, n := range map[string]int{f.many: n, f.one: 1} {
		yaml := &strings.Builder{}
		yaml.WriteString("title: Nothing\ntests:\n")
		for i := range n {
			fmt.Fprintf(yaml, "  - {name: nothing%d, run: [/bin/true]}\n", i)
		}
		if err := writeFiles(dir, map[string]string{"assignment.yaml": yaml.String()}); err != nil {
			return err
		}
	}
	if err := writeFiles(filepath.Join(b.dir, f.dir), map[string]string{"empty.txt": ""}); err != nil {
		return err
	}
	return f.measure(ctx, b)
}
