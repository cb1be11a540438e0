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

// course measures the import of a roster, and live pushes while a regrade set is running.
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

// importRoster imports a roster into an empty course, and then the same roster again.
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

// fillSet creates the submissions of the set, all by one student.
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
	if _, err := s.Admin(ctx, "wait", "bench/a1", "--login", "alice", "--number", strconv.Itoa(b.size.set), "--timeout", "30m"); err != nil {
		return err
	}
	return s.rest(ctx)
}

// rest waits until no job is queued or running.
func (s *server) rest(ctx context.Context) error {
	for {
		if waits, err := s.waits(ctx); err != nil || !waits {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// waits reports whether jobs are queued or running.
func (s *server) waits(ctx context.Context) (bool, error) {
	text, err := s.Admin(ctx, "queue", "--json")
	if err != nil {
		return false, err
	}
	var report struct{ Jobs map[string]int }
	err = json.Unmarshal([]byte(text), &report)
	return report.Jobs["queued"]+report.Jobs["assigned"]+report.Jobs["running"] > 0, err
}

// pushNumbered commits a new program, and measures its push.
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

// regradeSet holds the parts of a set's JSON form that the bench reads.
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

// beside holds the measured pushes of another student: until the report and until the
// verdict, without a set and beside a running set.
type beside struct {
	student         *demo.Person
	dir             string
	pushes          int
	report, verdict [2]sample
	shown           sample
}

// sets is the number of sets, which run one after the other. Pushes without a set and
// beside one are measured in turns, so that a change of the machine's load affects both.
const sets = 10

// pushBesideSet measures pushes of another student on the idle server and beside a running
// set, in turns.
func (b *bench) pushBesideSet(ctx context.Context, s *server) error {
	student, err := s.person(ctx, "bob", "student")
	if err != nil {
		return err
	}
	m := &beside{student: student, dir: filepath.Join(b.dir, "beside")}
	each := max(1, (b.runs+sets-1)/sets)
	for range sets {
		if err := b.measure(ctx, s, m, 0, each); err != nil {
			return err
		}
		if err := b.measureSet(ctx, s, m, each); err != nil {
			return err
		}
	}
	m.report[0].print("push until the report, no set", nil)
	m.report[1].print("the same beside the set", m.report[0])
	m.verdict[0].print("push until the verdict, no set", nil)
	m.verdict[1].print("the same beside the set", m.verdict[0])
	m.shown.print("showing the set, with the program's start", nil)
	return nil
}

// measureSet measures pushes beside a new set, and discards the set. The set must still be
// running when the last push ends.
func (b *bench) measureSet(ctx context.Context, s *server, m *beside, n int) error {
	set, err := s.regrade(ctx, "create", "bench/a1", "--owner", "alice", "--all", "--json")
	if err != nil {
		return err
	}
	id := strconv.FormatInt(set.ID, 10)
	if err := b.measure(ctx, s, m, 1, n); err != nil {
		return err
	}
	shown, err := timed(func() error {
		set, err = s.regrade(ctx, "show", id, "--json")
		return err
	})
	if err != nil {
		return err
	}
	m.shown = append(m.shown, shown)
	if set.State != "running" {
		return fmt.Errorf("the set of %d was %s before the last push ended; use a larger -set or fewer -runs", set.Total, set.State)
	}
	if _, err := s.regrade(ctx, "discard", id, "--json"); err != nil {
		return err
	}
	return s.rest(ctx)
}

// measure makes n pushes of each kind. Each starts after the previous one was graded.
func (b *bench) measure(ctx context.Context, s *server, m *beside, which, n int) error {
	for range n {
		for kind, flags := range [2][]string{{"-o", "nowait"}, nil} {
			m.pushes++
			d, err := b.pushNumbered(ctx, m.student, m.dir, 1_000_000+m.pushes, flags...)
			if err != nil {
				return err
			}
			if _, err := s.Admin(ctx, "wait", "bench/a1", "--login", "bob", "--number", strconv.Itoa(m.pushes)); err != nil {
				return err
			}
			into := [2]*sample{&m.report[which], &m.verdict[which]}[kind]
			*into = append(*into, d)
		}
	}
	return nil
}
