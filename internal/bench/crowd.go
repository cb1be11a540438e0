package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/grader/grader/internal/demo"
	"github.com/grader/grader/schema"
)

// crowd measures many students who push at once and wait for their verdicts. It fails if a
// push is refused or lost. It compares the time to the last verdict with the sum of
// compiling and running by hand.
func (b *bench) crowd(ctx context.Context) error {
	fmt.Printf("%d students push at once\n", b.size.pushing)
	s, err := startServer(ctx, filepath.Join(b.dir, "crowd"), config(2, 2)+"limits: {connections: 8192, strangers: 8192}\n")
	if err != nil {
		return err
	}
	defer s.end()
	if err := s.course(ctx, "a1", trivial()); err != nil {
		return err
	}
	people, trees, err := b.gather(ctx, s)
	if err != nil {
		return err
	}
	bare, err := b.byHand(ctx, 1)
	if err != nil {
		return err
	}
	var each sample
	total, err := timed(func() error {
		each, err = pushTogether(ctx, people, trees)
		return err
	})
	if err != nil {
		return err
	}
	each.print("push until its verdict", nil)
	sum := bare * time.Duration(b.size.pushing) / 2
	fmt.Printf("  last verdict after %s; gcc and one run by hand × %d over 2 cores: %s (%.2f ×)\n",
		round(total), b.size.pushing, round(sum), float64(total)/float64(sum))
	return s.count(ctx, b.size.pushing)
}

// gather creates the students, each with a commit to push.
func (b *bench) gather(ctx context.Context, s *server) ([]*demo.Person, []string, error) {
	if _, err := b.byHand(ctx, 0); err != nil {
		return nil, nil, err
	}
	var people []*demo.Person
	var trees []string
	for i := range b.size.pushing {
		p, err := s.person(ctx, fmt.Sprintf("s%d", i), "student")
		if err != nil {
			return nil, nil, err
		}
		work, err := p.Commit(ctx, "bench/a1", filepath.Join(b.dir, "hand"))
		if err != nil {
			return nil, nil, err
		}
		people, trees = append(people, p), append(trees, work)
	}
	return people, trees, nil
}

func pushTogether(ctx context.Context, people []*demo.Person, trees []string) (sample, error) {
	each := make(sample, len(people))
	failed := make([]error, len(people))
	var all sync.WaitGroup
	for i, p := range people {
		all.Go(func() {
			each[i], failed[i] = timed(func() error { return pushTo(ctx, p, trees[i], p.URL("bench/a1")) })
		})
	}
	all.Wait()
	for _, err := range failed {
		if err != nil {
			return nil, err
		}
	}
	return each, nil
}

// count checks that each push has one verdict.
func (s *server) count(ctx context.Context, want int) error {
	text, err := s.Admin(ctx, "submissions", "bench/a1", "--json")
	if err != nil {
		return err
	}
	var all []schema.PublicSubmission
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		return err
	}
	graded := 0
	for _, sub := range all {
		if sub.Outcome == schema.OutcomeGraded && sub.Score == sub.MaxScore {
			graded++
		}
	}
	fmt.Printf("  refused 0, lost %d, graded %d of %d\n", want-len(all), graded, want)
	if graded != want || len(all) != want {
		return fmt.Errorf("%d submissions, %d graded, of %d", len(all), graded, want)
	}
	return nil
}
