package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/grader/grader/runner/sandbox"
)

// wall measures one step in the sandbox at each level that this machine supports, and
// compares it with a bare fork and exec of the same program.
func (b *bench) wall(ctx context.Context) error {
	fmt.Printf("one step of the wall (/bin/true)\n")
	n := 10 * b.runs
	var floor sample
	for range n {
		d, err := timed(func() error { return exec.CommandContext(ctx, "/bin/true").Run() })
		if err != nil {
			return err
		}
		floor = append(floor, d)
	}
	floor.print("bare fork and exec (floor)", nil)
	for _, level := range []sandbox.Level{sandbox.LevelUID, sandbox.LevelNamespace} {
		steps, err := b.steps(ctx, level, n)
		if err != nil {
			fmt.Printf("  %s: not on this machine: %v\n", level, err)
			continue
		}
		steps.print(string(level), floor)
	}
	return nil
}

func (b *bench) steps(ctx context.Context, level sandbox.Level, n int) (sample, error) {
	w, err := sandbox.Open(ctx, sandbox.Options{Dir: filepath.Join(b.dir, "wall-"+string(level)), Level: level})
	if err != nil {
		return nil, err
	}
	defer w.Close()
	scratch, err := w.NewScratch()
	if err != nil {
		return nil, err
	}
	step := sandbox.Step{
		Argv: []string{"/bin/true"}, Dir: scratch.Path(), Env: []string{"PATH=/usr/bin:/bin"}, Write: []*sandbox.Scratch{scratch},
		Limits: sandbox.Limits{CPU: time.Second, Wall: 10 * time.Second, Memory: 64 << 20, Processes: 16, Output: 1 << 20, Disk: 1 << 20},
	}
	var steps sample
	for range n {
		d, err := timed(func() error { _, err := w.Run(ctx, step); return err })
		if err != nil {
			return nil, err
		}
		steps = append(steps, d)
	}
	return steps, nil
}
