package grade

import (
	"context"

	"github.com/grader/grader/schema"
)

// checkerJudge leaves the verdict on an output to the test's checker.
type checkerJudge struct{}

func (j checkerJudge) judgeCase(ctx context.Context, r *trial, it item, result *schema.TestResult) error {
	return r.runAnd(ctx, it, result, func(output []byte) error {
		crash, words, err := r.runChecker(ctx, it, output, result)
		if err != nil || crash == "" {
			return err
		}
		return r.blame(ctx, j, "checker: "+crash, words, it, result)
	})
}

func (checkerJudge) crashes(ctx context.Context, r *trial, it item) (bool, error) {
	var result schema.TestResult
	run, end, err := r.runItem(ctx, it, &result)
	if err != nil || end.outcome != "" {
		return false, err
	}
	crash, _, err := r.runChecker(ctx, it, run.Stdout, &result)
	return crash != "", err
}

// runChecker returns how the checker crashed, if it did, and what it printed.
func (r *trial) runChecker(ctx context.Context, it item, output []byte, result *schema.TestResult) (crash, words string, err error) {
	t, err := r.newTrusted(r.test.Checker, it)
	if err != nil {
		return "", "", err
	}
	defer t.place.remove()
	t.order.stdin, err = r.grader.stream(output)
	if err != nil {
		return "", "", err
	}
	defer closeFile(t.order.stdin)
	run, err := r.run(ctx, t.order)
	if err != nil {
		return "", "", err
	}
	if crash, _ = t.verdictOf(run, result); crash != "" {
		crash = joinNonEmpty("; ", crash, t.order.execWords(run))
	}
	return crash, string(run.Stdout) + string(run.Stderr), nil
}
