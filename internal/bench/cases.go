package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/grader/grader/runner/sandbox"
)

const (
	casesYAML = `title: "Sums"
build:
  - {name: compile, run: "gcc -O1 -o sum sum.c"}
tests:
  - {name: sums, run: [./sum], cases: "cases/*.in"}
`
	sumProgram = "#include <stdio.h>\nint main(void) { long a, b; if (scanf(\"%ld %ld\", &a, &b) != 2) return 1; printf(\"%ld\\n\", a + b); return 0; }\n"
	// byHandLoop runs and compares all cases in a shell.
	byHandLoop = `for i in cases/*.in; do ./sum <$i >out; cmp -s out ${i%.in}.out || exit 1; done`
)

// cases measures small test cases in C at each level, and compares the time with a shell loop that runs the same cases.
// The time per case is the time of many cases, minus the time of one, divided by the number.
func (b *bench) cases(ctx context.Context) error {
	fmt.Printf("%d trivial cases in C, a case\n", b.size.cases)
	graders, err := binaries()
	if err != nil {
		return err
	}
	many, one, err := b.casesDirs(ctx)
	if err != nil {
		return err
	}
	levels := []string{string(sandbox.LevelUID), string(sandbox.LevelNamespace)}
	floor, measured := &costs{}, map[string]*costs{}
	for round := range b.runs + 1 {
		hand, _, err := runCommand(ctx, many, "/bin/sh", "-c", byHandLoop)
		if err != nil {
			return err
		}
		if round > 0 { // the first round warms the caches
			floor.add(hand.each(b.size.cases))
		}
		for _, level := range levels {
			for _, g := range graders {
				t, err := b.casesWith(ctx, g, many, one, level)
				if err != nil {
					return fmt.Errorf("%s at level %s: %w", g.name, level, err)
				}
				key := g.name + ", level " + level
				if measured[key] == nil {
					measured[key] = &costs{}
				}
				if round > 0 {
					measured[key].add(t)
				}
			}
		}
	}
	floor.print("run and compare in a shell (floor)", nil)
	for _, level := range levels {
		for _, g := range graders {
			measured[g.name+", level "+level].print(g.name+", level "+level, floor)
		}
		if len(graders) > 1 {
			measured[graders[0].name+", level "+level].against(measured[graders[1].name+", level "+level])
		}
	}
	return nil
}

// casesWith returns the time of a case.
func (b *bench) casesWith(ctx context.Context, g binary, many, one, level string) (took, error) {
	submission := filepath.Join(b.dir, "sums")
	all, _, err := g.check(ctx, many, submission, filepath.Join(b.dir, "many.pins"), level)
	if err != nil {
		return took{}, err
	}
	single, _, err := g.check(ctx, one, submission, filepath.Join(b.dir, "one.pins"), level)
	return all.minus(single).each(b.size.cases - 1), err
}

// casesDirs creates the tests repositories with many cases and with one case, and the submission. The repository with
// many cases also contains the program.
func (b *bench) casesDirs(ctx context.Context) (many, one string, err error) {
	many, one = filepath.Join(b.dir, "many"), filepath.Join(b.dir, "one")
	for dir, n := range map[string]int{many: b.size.cases, one: 1} {
		if err := writeFiles(dir, casesFiles(n)); err != nil {
			return "", "", err
		}
	}
	submission := filepath.Join(b.dir, "sums")
	if err := writeFiles(submission, map[string]string{"sum.c": sumProgram}); err != nil {
		return "", "", err
	}
	_, _, err = runCommand(ctx, submission, "gcc", "-O1", "-o", "../sum", "sum.c")
	if err == nil {
		err = os.Rename(filepath.Join(b.dir, "sum"), filepath.Join(many, "sum"))
	}
	return many, one, err
}

// casesFiles returns the files of a tests repository with n cases.
func casesFiles(n int) map[string]string {
	files := map[string]string{"assignment.yaml": casesYAML}
	for i := range n {
		files[fmt.Sprintf("cases/%05d.in", i)] = fmt.Sprintf("%d %d\n", i, 7*i)
		files[fmt.Sprintf("cases/%05d.out", i)] = fmt.Sprintf("%d\n", 8*i)
	}
	return files
}
