package main

import (
	"context"
	"fmt"
	"path/filepath"
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
func (b *bench) cases(ctx context.Context) error {
	fmt.Printf("%d trivial cases in C, a case\n", b.size.cases)
	many, one, err := b.casesDirs(ctx)
	if err != nil {
		return err
	}
	f := family{dir: "sums", many: many, one: one, n: b.size.cases, hand: byHandLoop, floor: "run and compare in a shell (floor)", what: "a case"}
	return f.measure(ctx, b)
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
	_, _, err = b.meter.costOf(ctx, submission, "gcc", "-O1", "-o", filepath.Join(many, "sum"), "sum.c")
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
