package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// verdict measures a push to a trivial C assignment until the verdict, and compares it with
// gcc and one run by hand. It also measures the service's part: everything except compiling
// and running.
func (b *bench) verdict(ctx context.Context) error {
	fmt.Printf("push until the verdict (trivial C assignment)\n")
	targets, err := b.startTargets(ctx, "verdict", trivial())
	defer func() { endTargets(targets) }()
	if err != nil {
		return err
	}
	hand, err := rounds(ctx, b.runs, targets, filepath.Join(b.dir, "hand"), func(round int) (time.Duration, error) { return b.byHand(ctx, round) })
	if err != nil {
		return err
	}
	hand.print("gcc and one run by hand (floor)", nil)
	return printPushes(ctx, targets, hand, func(s spans) { s.overhead.print("receipt to end, less build and run", hand) })
}

// byHand writes the program, compiles it and runs it.
func (b *bench) byHand(ctx context.Context, i int) (time.Duration, error) {
	dir := filepath.Join(b.dir, "hand")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return 0, err
	}
	source := filepath.Join(dir, "hello.c")
	if err := os.WriteFile(source, fmt.Appendf(nil, hello, i), 0o644); err != nil {
		return 0, err
	}
	program := filepath.Join(b.dir, "hello")
	return timed(func() error {
		if err := exec.CommandContext(ctx, "gcc", "-O1", "-o", program, source).Run(); err != nil {
			return err
		}
		return exec.CommandContext(ctx, program).Run()
	})
}
