package main

import (
	"context"
	"fmt"
	"path/filepath"
)

// packaged measures a push to an assignment with many small cases until the verdict. It
// compares the time with a shell that compiles once and runs and compares each case.
func (b *bench) packaged(ctx context.Context) error {
	fmt.Printf("push until the verdict of %d cases in C\n", b.size.packaged)
	files := casesFiles(b.size.packaged)
	files["solution/sum.c"] = sumProgram
	targets, err := b.startTargets(ctx, "package", files)
	defer func() { endTargets(targets) }()
	if err != nil {
		return err
	}
	tests, work := filepath.Join(b.dir, "package-tests"), filepath.Join(b.dir, "package-work")
	if err := writeFiles(tests, files); err != nil {
		return err
	}
	var hand sample
	for round := range b.size.packages + 1 {
		if err := writeFiles(work, map[string]string{"sum.c": fmt.Sprintf("%s/* %d */\n", sumProgram, round)}); err != nil {
			return err
		}
		took, _, err := b.meter.costOf(ctx, tests, "/bin/sh", "-c", "gcc -O1 -o sum '"+work+"/sum.c' && "+byHandLoop)
		if err != nil {
			return err
		}
		if round > 0 { // the first round warms the caches
			hand = append(hand, took.wall)
		}
		for _, t := range targets {
			if err := t.pushFiles(ctx, work, round > 0); err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
		}
	}
	hand.print("gcc, and run and compare in a shell (floor)", nil)
	for _, t := range targets {
		s, err := t.spans(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		fmt.Printf(" %s\n", t.name)
		t.push.print("push until the verdict", hand)
		s.job.print("  of which: the job on the runner", hand)
		s.waited.print("  of which: receipt to start on a runner", nil)
	}
	return nil
}
