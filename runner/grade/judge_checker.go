package grade

import (
	"context"

	"github.com/grader/grader/schema"
)

// checkerJudge judges an output with the test's checker.
type checkerJudge struct{}

func (j checkerJudge) judgeCase(ctx context.Context, r *trial, it item, result *schema.TestResult) error {
	crash, words, _, err := r.judgePasses(ctx, r.test.Checker, it, result, r.runAndCheck)
	if err != nil || crash == "" {
		return err
	}
	return r.blame(ctx, j, "checker: "+crash, words, it, result)
}

func (checkerJudge) crashes(ctx context.Context, r *trial, it item) (bool, error) {
	var result schema.TestResult
	crash, _, _, err := r.judgePasses(ctx, r.test.Checker, it, &result, r.runAndCheck)
	return crash != "", err
}

// runAndCheck is one pass: it runs the program, and the checker on its output.
func (r *trial) runAndCheck(ctx context.Context, t *trusted, it item, result *schema.TestResult) (crash, words string, settled bool, err error) {
	run, end, err := r.runItem(ctx, it, result)
	if err != nil {
		return "", "", false, err
	}
	if end.outcome != "" {
		end.apply(result)
		return "", "", true, nil
	}
	crash, words, err = r.runChecker(ctx, t, run.Stdout, result)
	return crash, words, false, err
}

// runChecker returns how the checker crashed, if it did, and its output.
func (r *trial) runChecker(ctx context.Context, t *trusted, output []byte, result *schema.TestResult) (crash, words string, err error) {
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
