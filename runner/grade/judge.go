package grade

import (
	"context"
	"fmt"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// judge runs the test and emits its results in order. Each kind of test has its own judge.
func (r *trial) judge(ctx context.Context) error {
	switch r.test.Kind {
	case assignment.KindReport:
		return r.judgeReport(ctx)
	case assignment.KindGradescope:
		return r.judgeGradescope(ctx)
	case assignment.KindFindings:
		return r.judgeFindings(ctx)
	}
	judge, err := caseJudgeOf(r.test)
	if err != nil {
		return err
	}
	return r.judgeCases(ctx, judge)
}

// caseJudge judges one run of the student's program: a single test, or one case of a family.
type caseJudge interface {
	// judgeCase runs the program and writes the outcome into result. The error is the
	// infrastructure's, or errCutOff.
	judgeCase(ctx context.Context, r *trial, it item, result *schema.TestResult) error
}

// caseJudgeOf returns the judge of a test whose entries are known before it runs.
func caseJudgeOf(t *assignment.Test) (caseJudge, error) {
	switch t.Kind {
	case assignment.KindExit:
		return exitJudge{}, nil
	case assignment.KindCompare:
		c, err := newComparison(t.Compare)
		return compareJudge{c}, err
	case assignment.KindChecker:
		return checkerJudge{}, nil
	case assignment.KindDriver:
		return driverJudge{}, nil
	}
	return nil, fmt.Errorf("no judge for tests of kind %q", t.Kind)
}

// exitJudge accepts every program that ends as the test expects.
type exitJudge struct{}

func (exitJudge) judgeCase(ctx context.Context, r *trial, it item, result *schema.TestResult) error {
	return r.runAnd(ctx, it, result, func([]byte) error {
		award(result)
		return nil
	})
}

// compareJudge compares the output with the expected one.
type compareJudge struct{ comparison comparison }

func (j compareJudge) judgeCase(ctx context.Context, r *trial, it item, result *schema.TestResult) error {
	return r.runAnd(ctx, it, result, func(output []byte) error {
		expected, err := r.content(it.answer)
		if err != nil {
			return err
		}
		if result.Message = j.comparison.differ(expected, output); result.Message != "" {
			result.Outcome = schema.OutcomeFailed
			return nil
		}
		award(result)
		return nil
	})
}
