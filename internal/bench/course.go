package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/internal/demo"
)

// course measures what a course does as a whole: importing a roster, and live pushes while
// a regrade set is running.
func (b *bench) course(ctx context.Context) error {
	fmt.Printf("a course: roster of %d, regrade set of %d submissions\n", b.size.roster, b.size.set)
	s, err := startServer(ctx, filepath.Join(b.dir, "course"), config(2, 2))
	if err != nil {
		return err
	}
	defer s.end()
	if err := s.course(ctx, "a1", trivial()); err != nil {
		return err
	}
	if err := b.importRoster(ctx, s); err != nil {
		return err
	}
	if err := b.fillSet(ctx, s); err != nil {
		return err
	}
	return b.pushBesideSet(ctx, s)
}

// importRoster imports a roster into an empty course, and again.
func (b *bench) importRoster(ctx context.Context, s *server) error {
	if _, err := s.Admin(ctx, "course", "add", "large", "--title", "Large"); err != nil {
		return err
	}
	var csv strings.Builder
	csv.WriteString("login,student_id,name,email,section\n")
	for i := range b.size.roster {
		fmt.Fprintf(&csv, "r%05d,%07d,Student %d,r%05d@uni.example,L%d\n", i, i, i, i, i%9)
	}
	file := filepath.Join(b.dir, "roster.csv")
	if err := os.WriteFile(file, []byte(csv.String()), 0o600); err != nil {
		return err
	}
	for _, name := range []string{"import of a roster", "the same roster again"} {
		d, err := timed(func() error {
			_, err := s.Admin(ctx, "roster", "import", "large", file)
			return err
		})
		if err != nil {
			return err
		}
		sample{d}.print(name, nil)
	}
	return nil
}

// fillSet makes the submissions of the set, by one student.
func (b *bench) fillSet(ctx context.Context, s *server) error {
	student, err := s.person(ctx, "alice", "student")
	if err != nil {
		return err
	}
	dir := filepath.Join(b.dir, "set")
	for i := range b.size.set {
		if _, err := b.pushNumbered(ctx, student, dir, i, "-o", "nowait"); err != nil {
			return err
		}
	}
	_, err = s.Admin(ctx, "wait", "bench/a1", "--login", "alice", "--number", strconv.Itoa(b.size.set), "--timeout", "30m")
	for err == nil {
		var waits bool
		if waits, err = s.waits(ctx); err == nil && !waits {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}

// waits reports whether jobs are queued or run.
func (s *server) waits(ctx context.Context) (bool, error) {
	text, err := s.Admin(ctx, "queue", "--json")
	if err != nil {
		return false, err
	}
	var report struct{ Jobs map[string]int }
	err = json.Unmarshal([]byte(text), &report)
	return report.Jobs["queued"]+report.Jobs["assigned"]+report.Jobs["running"] > 0, err
}

// pushNumbered commits a program that nobody has pushed, and measures its push.
func (b *bench) pushNumbered(ctx context.Context, p *demo.Person, dir string, i int, flags ...string) (time.Duration, error) {
	if err := demo.WriteFiles(dir, map[string]string{"hello.c": fmt.Sprintf(hello, i)}); err != nil {
		return 0, err
	}
	work, err := p.Commit(ctx, "bench/a1", dir)
	if err != nil {
		return 0, err
	}
	return timed(func() error { return pushTo(ctx, p, work, p.URL("bench/a1"), flags...) })
}

// regradeSet is what scripts read of a set.
type regradeSet struct {
	ID    int64
	State string
	Done  int
	Total int
}

func (s *server) regrade(ctx context.Context, words ...string) (set regradeSet, err error) {
	text, err := s.Admin(ctx, append([]string{"regrade"}, words...)...)
	if err != nil {
		return set, err
	}
	return set, json.Unmarshal([]byte(text), &set)
}

// pushBesideSet measures pushes of another student on the idle server, and while the set is
// running.
func (b *bench) pushBesideSet(ctx context.Context, s *server) error {
	student, err := s.person(ctx, "bob", "student")
	if err != nil {
		return err
	}
	dir := filepath.Join(b.dir, "beside")
	measure := func(from int, flags ...string) (all sample, err error) {
		for i := range b.runs {
			d, err := b.pushNumbered(ctx, student, dir, from+i, flags...)
			if err != nil {
				return nil, err
			}
			all = append(all, d)
		}
		return all, nil
	}
	var before, beside [2]sample
	kinds := [2][]string{{"-o", "nowait"}, nil}
	for n, flags := range kinds {
		if before[n], err = measure(1_000_000*(n+1), flags...); err != nil {
			return err
		}
	}
	set, err := s.regrade(ctx, "create", "bench/a1", "--owner", "alice", "--all", "--json")
	if err != nil {
		return err
	}
	for n, flags := range kinds {
		if beside[n], err = measure(1_000_000*(n+3), flags...); err != nil {
			return err
		}
	}
	id := strconv.FormatInt(set.ID, 10)
	shown, err := timed(func() error {
		set, err = s.regrade(ctx, "show", id, "--json")
		return err
	})
	if err != nil {
		return err
	}
	before[0].print("push until the report, no set", nil)
	beside[0].print("the same beside the set", before[0])
	before[1].print("push until the verdict, no set", nil)
	beside[1].print("the same beside the set", before[1])
	sample{shown}.print("showing the set, with the program's start", nil)
	fmt.Printf("  the set was %s when the last push ended: %d of %d graded\n", set.State, set.Done, set.Total)
	return nil
}
