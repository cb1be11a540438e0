package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"
)

// waiting measures the server's memory per waiting push, with a hundred and with two
// thousand waiting pushes. The only runner is busy meanwhile.
func (b *bench) waiting(ctx context.Context) error {
	fmt.Printf("pushes that wait for a runner\n")
	s, err := startServer(ctx, filepath.Join(b.dir, "waiting"), config(0, 1)+"limits: {connections: 8192, strangers: 8192}\n")
	if err != nil {
		return err
	}
	defer s.end()
	if err := s.course(ctx, "a1", map[string]string{"assignment.yaml": `title: "Sleep"
tests:
  - {name: sleeps, run: "sleep 3000", wall: 50m}
limits: {job: 60m}
`}); err != nil {
		return err
	}
	what, err := b.sleeper(ctx, s)
	if err != nil {
		return err
	}
	var all []*held
	defer func() {
		for _, h := range all {
			h.close()
		}
	}()
	before, err := s.memory()
	if err != nil {
		return err
	}
	for _, n := range []int{100, b.size.waiting} {
		more, err := s.holdMany(ctx, len(all), n, what)
		all = append(all, more...)
		if err != nil {
			return err
		}
		if err := s.printMemory(ctx, before, len(all)); err != nil {
			return err
		}
	}
	return nil
}

// sleeper occupies the runner and returns the parcel for the other students.
func (b *bench) sleeper(ctx context.Context, s *server) (parcel, error) {
	first, err := s.person(ctx, "first", "student")
	if err != nil {
		return parcel{}, err
	}
	files := filepath.Join(b.dir, "sleeper")
	if err := os.MkdirAll(files, 0o755); err != nil {
		return parcel{}, err
	}
	if err := os.WriteFile(filepath.Join(files, "hello.c"), []byte("/* nothing */\n"), 0o644); err != nil {
		return parcel{}, err
	}
	work, err := first.Commit(ctx, "bench/a1", files)
	if err != nil {
		return parcel{}, err
	}
	if err := pushTo(ctx, first, work, first.URL("bench/a1"), "-o", "nowait"); err != nil {
		return parcel{}, err
	}
	return pack(ctx, work)
}

// holdMany starts waiting pushes of the students with numbers from "from" to "to"-1.
func (s *server) holdMany(ctx context.Context, from, to int, what parcel) ([]*held, error) {
	all := make([]*held, to-from)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for i := range all {
		group.Go(func() error {
			p, err := s.person(ctx, fmt.Sprintf("s%d", from+i), "student")
			if err != nil {
				return err
			}
			all[i], err = hold(p, what)
			return err
		})
	}
	err := group.Wait()
	var held []*held
	for _, h := range all {
		if h != nil {
			held = append(held, h)
		}
	}
	return held, err
}

// settledMemory returns the server's resident bytes once its garbage collector has settled.
func (s *server) settledMemory() (int64, error) {
	var last int64
	for range 20 {
		now, err := s.memory()
		if err != nil {
			return 0, err
		}
		if last != 0 && now >= last {
			break
		}
		last = now
		time.Sleep(500 * time.Millisecond)
	}
	return last, nil
}

func (s *server) printMemory(ctx context.Context, before int64, n int) error {
	last, err := s.settledMemory()
	if err != nil {
		return err
	}
	processes, err := s.children(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("  %5d waiting: server %d MB, %.0f KB each, %d child processes\n", n, last>>20, float64(last-before)/1024/float64(n), processes)
	return nil
}
