package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/grader/grader/internal/demo"
)

// trivial returns an assignment in C with one test.
func trivial() map[string]string {
	return map[string]string{
		"assignment.yaml": `title: "Hello"
build:
  - {name: compile, run: "gcc -O1 -o hello hello.c"}
tests:
  - {name: greets, run: [./hello], stdout: "Hello, world!\n"}
`,
	}
}

const hello = "#include <stdio.h>\n\nint main(void) {\n    puts(\"Hello, world!\");\n    return 0; /* %d */\n}\n"

// config returns a configuration with the numbers of warm and maximum runners.
func config(warm, most int) string {
	return fmt.Sprintf("flavours:\n  standard: {cpu: 1, memory: 1GiB, scratch: 256MiB, processes: 256, warm: %d, max: %d}\n", warm, most)
}

// push measures a push of ten changed files until the report, alternately to a local
// path (the floor) and to the service with -o nowait.
func (b *bench) push(ctx context.Context) error {
	fmt.Printf("push until the report (10 changed files, fresh connection each)\n")
	s, err := startServer(ctx, filepath.Join(b.dir, "push"), config(0, 1))
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
	bare, err := floorRepository(ctx, b.dir)
	if err != nil {
		return err
	}
	var floor, ours sample
	for i := range b.runs + 2 {
		local, served, err := b.pushPair(ctx, student, bare, i)
		if err != nil {
			return err
		}
		// Wait, so that nothing else runs during the next pair.
		if _, err := s.Admin(ctx, "wait", "bench/a1", "--login", "alice", "--number", strconv.Itoa(i+1)); err != nil {
			return err
		}
		if i >= 2 { // the first two pairs warm the caches
			floor, ours = append(floor, local), append(ours, served)
		}
	}
	floor.print("to a local path, one SQLite row (floor)", nil)
	ours.print("to grader, -o nowait", floor)
	return nil
}

// pushPair creates a commit and measures its push to the local path and to the service.
func (b *bench) pushPair(ctx context.Context, p *demo.Person, bare string, i int) (local, served time.Duration, err error) {
	files := filepath.Join(b.dir, "files")
	if err := os.MkdirAll(files, 0o755); err != nil {
		return 0, 0, err
	}
	for n := range 10 {
		name := filepath.Join(files, fmt.Sprintf("file%d.c", n))
		if n == 0 {
			name = filepath.Join(files, "hello.c")
		}
		if err := os.WriteFile(name, fmt.Appendf(nil, hello, i*10+n), 0o644); err != nil {
			return 0, 0, err
		}
	}
	work, err := p.Commit(ctx, "bench/a1", files)
	if err != nil {
		return 0, 0, err
	}
	if local, err = untilReport(ctx, p, work, bare); err != nil {
		return 0, 0, err
	}
	served, err = untilReport(ctx, p, work, p.URL("bench/a1"), "-o", "nowait")
	return local, served, err
}

func pushTo(ctx context.Context, p *demo.Person, work, url string, options ...string) error {
	args := append(append([]string{"push", "--quiet"}, options...), url, "main")
	t, err := p.Git(ctx, work, args...)
	if err == nil && t.Exit != 0 {
		err = fmt.Errorf("push to %s: %s", url, t.Output)
	}
	return err
}
