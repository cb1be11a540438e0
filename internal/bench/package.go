package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"
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
	hand, err := rounds(ctx, b.size.packages, targets, work, func(round int) (time.Duration, error) {
		if err := writeFiles(work, map[string]string{"sum.c": fmt.Sprintf("%s/* %d */\n", sumProgram, round)}); err != nil {
			return 0, err
		}
		took, _, err := b.meter.costOf(ctx, tests, "/bin/sh", "-c", "gcc -O1 -o sum '"+work+"/sum.c' && "+byHandLoop)
		return took.wall, err
	})
	if err != nil {
		return err
	}
	hand.print("gcc, and run and compare in a shell (floor)", nil)
	return printPushes(ctx, targets, hand, func(s spans) { s.job.print("  of which: the job on the runner", hand) })
}
