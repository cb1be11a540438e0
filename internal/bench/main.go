// Command bench measures the service on this machine and prints medians, p99 and ratios to
// floors measured in the same run. `make bench` runs it after the build, in the root of the
// checkout; -only names the parts to run.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"

	"github.com/grader/grader/runner/sandbox"
)

func main() {
	sandbox.Stage()
	if hook := os.Getenv(floorHookEnv); hook != "" {
		os.Exit(floorHook(hook))
	}
	if what := os.Getenv(loadEnv); what != "" {
		os.Exit(load(what))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is one run: its directory and the numbers of repetitions.
type bench struct {
	dir  string
	runs int
	size crowd
	term term

	meter *meter
}

// crowd holds the numbers of students and submissions in the large parts.
type crowd struct{ waiting, pushing, roster, set, cases, streams, packaged, packages int }

func run(ctx context.Context) (err error) {
	b := &bench{}
	only := flag.String("only", "push,verdict,waiting,crowd,wall,cases,java,frameworks,exact", "parts to run")
	flag.IntVar(&b.runs, "runs", 40, "repetitions of each timed thing")
	flag.IntVar(&b.size.waiting, "waiting", 2000, "sessions waiting at once")
	flag.IntVar(&b.size.pushing, "pushing", 200, "students pushing at once")
	flag.IntVar(&b.term.students, "students", 600, "students of the part web")
	flag.IntVar(&b.term.tests, "tests", 40, "tests of each of its assignments")
	flag.IntVar(&b.term.pushes, "pushes", 20, "pushes of each student to each assignment")
	flag.IntVar(&b.term.assignments, "assignments", 10, "its assignments")
	flag.IntVar(&b.size.roster, "roster", 10_000, "students of a roster")
	flag.IntVar(&b.size.set, "set", 900, "submissions of a regrade set")
	flag.IntVar(&b.size.cases, "cases", 200, "cases of the part cases")
	flag.IntVar(&b.size.packaged, "packaged", 1000, "cases of the part package")
	flag.IntVar(&b.size.packages, "packages", 5, "pushes of the part package")
	flag.IntVar(&b.size.streams, "streams", 5000, "event streams open at once")
	flag.Parse()
	dir, err := os.MkdirTemp("", "grader-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o711); err != nil { // steps must be able to traverse it
		return err
	}
	b.dir, b.meter = dir, newMeter()
	defer func() { err = errors.Join(err, b.meter.close()) }()
	fmt.Printf("%d cores, %s, %s\n", runtime.NumCPU(), runtime.GOARCH, runtime.Version())
	return b.parts(ctx, strings.Split(*only, ","))
}

func (b *bench) parts(ctx context.Context, names []string) error {
	parts := map[string]func(context.Context) error{
		"push": b.push, "verdict": b.verdict, "waiting": b.waiting, "crowd": b.crowd, "wall": b.wall, "exact": b.exact, "web": b.web, "course": b.course,
		"cases": b.cases, "java": b.java, "frameworks": b.frameworks, "package": b.packaged, "streams": b.streams, "container": b.container,
	}
	for _, name := range names {
		part, ok := parts[name]
		if !ok {
			return fmt.Errorf("no part %q", name)
		}
		if err := part(ctx); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
