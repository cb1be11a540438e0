package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/grader/grader/internal/demo"
	"github.com/grader/grader/schema"
)

// target is a server with the runners of one pool, an assignment and a student.
type target struct {
	name    string
	server  *server
	student *demo.Person
	push    sample // push until the verdict
}

// startTargets starts a server for each grader and pool, and pushes the files as the tests of bench/a1. The caller ends
// all that are returned, even after an error.
func (b *bench) startTargets(ctx context.Context, part string, files map[string]string) (list []*target, err error) {
	graders, err := binaries()
	if err != nil {
		return nil, err
	}
	for _, g := range graders {
		pools := map[string]string{"local": ""}
		names := []string{"local"}
		if g.image != "" {
			pools["docker"], names = "pool: docker, image: '"+g.image+"', ", append(names, "docker")
		}
		for _, pool := range names {
			text := fmt.Sprintf("flavours:\n  standard: {%scpu: 1, memory: 1GiB, scratch: 256MiB, processes: 256, warm: 2, max: 2}\n", pools[pool])
			t, err := startTarget(ctx, g, filepath.Join(b.dir, fmt.Sprintf("%s-%d", part, len(list))), text, files)
			if t != nil {
				t.name = g.name + ", pool " + pool
				list = append(list, t)
			}
			if err != nil {
				return list, fmt.Errorf("%s, pool %s: %w", g.name, pool, err)
			}
		}
	}
	return list, nil
}

// startTarget starts one server. It returns the target even after an error if the server runs.
func startTarget(ctx context.Context, g binary, dir, config string, files map[string]string) (*target, error) {
	s, err := startServerOf(ctx, filepath.Dir(g.path), dir, config)
	if err != nil {
		return nil, err
	}
	t := &target{server: s}
	if err := s.course(ctx, "a1", files); err != nil {
		return t, err
	}
	t.student, err = s.Enter(ctx, s.root, "alice", "bench", "student")
	return t, err
}

// endTargets stops the servers.
func endTargets(list []*target) {
	for _, t := range list {
		t.server.end()
	}
}

// pushFiles pushes a directory, and measures the time until the verdict if it counts.
func (t *target) pushFiles(ctx context.Context, dir string, counts bool) error {
	work, err := t.student.Commit(ctx, "bench/a1", dir)
	if err != nil {
		return err
	}
	d, err := timed(func() error { return pushTo(ctx, t.student, work, t.student.URL("bench/a1")) })
	if err == nil && counts {
		t.push = append(t.push, d)
	}
	return err
}

// spans holds parts of the times of submissions.
type spans struct {
	overhead sample // from receipt to the end of the job, minus building and running
	waited   sample // from receipt to the start on a runner
	job      sample // from the start on a runner to the end
}

// spans returns the parts of the times of the pushes that counted. All their tests must have passed.
func (t *target) spans(ctx context.Context) (spans, error) {
	text, err := t.server.Admin(ctx, "submissions", "bench/a1", "--login", "alice", "--json")
	if err != nil {
		return spans{}, err
	}
	var all []schema.PublicSubmission
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		return spans{}, err
	}
	var s spans
	for _, sub := range all {
		if sub.Number == 1 { // it did not count
			continue
		}
		if sub.Times == nil || sub.Build == nil {
			return spans{}, fmt.Errorf("%s was not graded", sub.Name)
		}
		work := time.Duration(sub.Build.DurationMS) * time.Millisecond
		for _, test := range sub.Tests {
			if test.Outcome != schema.OutcomePassed {
				return spans{}, fmt.Errorf("%s: %s %s: %s", sub.Name, test.Name, test.Outcome, test.Message)
			}
			work += time.Duration(test.WallMS) * time.Millisecond
		}
		s.overhead = append(s.overhead, sub.Times.FinishedAt.Sub(sub.ReceivedAt)-work)
		s.waited = append(s.waited, sub.Times.StartedAt.Sub(sub.ReceivedAt))
		s.job = append(s.job, sub.Times.FinishedAt.Sub(sub.Times.StartedAt))
	}
	if len(s.job) != len(t.push) {
		return spans{}, errors.New("not every push was graded")
	}
	return s, nil
}
