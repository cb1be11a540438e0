package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/grader/grader/internal/demo"
)

// packaged measures a push to an assignment with many small cases until the verdict. It
// compares the time with a shell that compiles once and runs and compares each case.
func (b *bench) packaged(ctx context.Context) error {
	fmt.Printf("push until the verdict of %d cases in C\n", b.size.cases)
	s, err := startServer(ctx, filepath.Join(b.dir, "package"), config(2, 2))
	if err != nil {
		return err
	}
	defer s.end()
	files := casesFiles(b.size.cases)
	files["solution/sum.c"] = sumProgram
	if err := s.course(ctx, "a1", files); err != nil {
		return err
	}
	student, err := s.person(ctx, "alice", "student")
	if err != nil {
		return err
	}
	tests, work := filepath.Join(s.root, "tests"), filepath.Join(b.dir, "package-work")
	var hand, push sample
	for i := range b.runs {
		source := fmt.Sprintf("%s/* %d */\n", sumProgram, i)
		if err := demo.WriteFiles(work, map[string]string{"sum.c": source}); err != nil {
			return err
		}
		took, _, err := runCommand(ctx, tests, "/bin/sh", "-c", "gcc -O1 -o sum '"+work+"/sum.c' && "+byHandLoop)
		if err != nil {
			return err
		}
		hand = append(hand, took.wall)
		repository, err := student.Commit(ctx, "bench/a1", work)
		if err != nil {
			return err
		}
		d, err := timed(func() error { return pushTo(ctx, student, repository, student.URL("bench/a1")) })
		if err != nil {
			return err
		}
		push = append(push, d)
	}
	hand.print("gcc, and run and compare in a shell (floor)", nil)
	push.print("push until the verdict", hand)
	return nil
}
