package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/grader/grader/schema"
)

// verdict measures a push to a trivial C assignment until the verdict, and compares it with
// gcc and one run by hand. It also measures the service's part: everything except compiling
// and running.
func (b *bench) verdict(ctx context.Context) error {
	fmt.Printf("push until the verdict (trivial C assignment)\n")
	s, err := startServer(ctx, filepath.Join(b.dir, "verdict"), config(2, 2))
	if err != nil {
		return err
	}
	defer s.end()
	if err := s.course(ctx, "a1", trivial()); err != nil {
		return err
	}
	student, err := s.person(ctx, "alice", "student")
	if err != nil {
		return err
	}
	var hand, push sample
	for i := range b.runs {
		d, err := b.byHand(ctx, i)
		if err != nil {
			return err
		}
		hand = append(hand, d)
		work, err := student.Commit(ctx, "bench/a1", filepath.Join(b.dir, "hand"))
		if err != nil {
			return err
		}
		d, err = timed(func() error { return pushTo(ctx, student, work, student.URL("bench/a1")) })
		if err != nil {
			return err
		}
		push = append(push, d)
	}
	hand.print("gcc and one run by hand (floor)", nil)
	push.print("push until the verdict", hand)
	return s.overhead(ctx)
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

// overhead prints the service's part of each verdict: the time from receipt to the end of
// the job, minus building and running.
func (s *server) overhead(ctx context.Context) error {
	text, err := s.Admin(ctx, "submissions", "bench/a1", "--login", "alice", "--json")
	if err != nil {
		return err
	}
	var all []schema.PublicSubmission
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		return err
	}
	var overhead, waited sample
	for _, sub := range all {
		if sub.Times == nil {
			return fmt.Errorf("%s has no times", sub.Name)
		}
		work := time.Duration(sub.Build.DurationMS) * time.Millisecond
		for _, t := range sub.Tests {
			work += time.Duration(t.WallMS) * time.Millisecond
		}
		overhead = append(overhead, sub.Times.FinishedAt.Sub(sub.ReceivedAt)-work)
		waited = append(waited, sub.Times.StartedAt.Sub(sub.ReceivedAt))
	}
	overhead.print("receipt to end, less build and run", nil)
	waited.print("  of which: receipt to start on a runner", nil)
	return nil
}
