package grade

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/grader/grader/runner/grade/report"
	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// judgeFindings runs an analyser and deducts the test's penalty for each finding in its SARIF
// reports, which are files below $REPORTS or, without any, its output.
func (r *trial) judgeFindings(ctx context.Context) error {
	result := r.entry(r.test, r.test.Name)
	result.InProcess, result.MaxScore = true, r.test.Points.Total
	found, run, end, err := r.runAnalyser(ctx, &result)
	switch {
	case errors.Is(err, errCutOff):
		result.Outcome, result.Message = schema.OutcomeNotRun, cutOffWords(ctx, r.spec)
		r.emit(result)
		return nil
	case err != nil && !errors.As(err, new(*reportFailure)):
		return err
	}
	if err != nil {
		r.noFindings(&result, joinNonEmpty("; ", end.message, err.Error()))
	} else {
		r.punish(&result, found)
	}
	if run.Limit != "" {
		end.apply(&result)
	}
	r.emit(r.finish(result, r.test.Hint))
	return nil
}

// reportFailure reports that an analyser left no readable report.
type reportFailure struct{ message string }

// Error implements error.
func (f *reportFailure) Error() string { return f.message }

// runAnalyser returns the findings. The error is a reportFailure, or the infrastructure's.
func (r *trial) runAnalyser(ctx context.Context, result *schema.TestResult) ([]report.Finding, sandbox.Result, ending, error) {
	p, err := r.placeShowing(r.shown)
	if err != nil {
		return nil, sandbox.Result{}, ending{}, err
	}
	defer p.remove()
	reports, err := r.grader.Wall.NewScratch()
	if err != nil {
		return nil, sandbox.Result{}, ending{}, fmt.Errorf("make report directory: %w", err)
	}
	defer func() { _ = reports.Remove() }()
	o := r.order(p, item{limits: r.test.Limits})
	o.vars, o.write = o.vars.with("REPORTS", reports.Path()), []*sandbox.Scratch{reports}
	run, err := r.run(ctx, o)
	if err != nil {
		return nil, run, ending{}, err
	}
	r.note(run, p, o.vars, result)
	end := r.endOf(o, run, expectation{any: true})
	documents, err := r.documents(reports, func(name string) bool {
		return strings.HasSuffix(name, ".sarif") || strings.HasSuffix(name, ".json")
	})
	if err != nil {
		return nil, run, end, err
	}
	if len(documents) == 0 {
		documents = []document{{"standard output", run.Stdout}}
	}
	found, err := readFindings(documents)
	for i := range found {
		found[i].File = p.localise(found[i].File, o.vars)
	}
	return found, run, end, err
}

// readFindings reads all documents.
func readFindings(documents []document) ([]report.Finding, error) {
	var all []report.Finding
	for _, d := range documents {
		found, err := report.ReadSARIF(d.content)
		all = append(all, found...)
		if err != nil && !errors.Is(err, report.ErrTooLarge) {
			return nil, &reportFailure{"no report: " + schema.Excerpt(err.Error(), 300)}
		}
	}
	return all, nil
}

// punish deducts the penalty for the findings from the test's own points, or from the total if the
// test has none.
func (r *trial) punish(result *schema.TestResult, found []report.Finding) {
	award(result)
	if len(found) == 0 {
		return
	}
	lines := make([]string, len(found))
	for i, f := range found {
		lines[i] = f.String()
	}
	penalty := r.deduct(result, schema.NewPoints(int64(len(found)), 1).Mul(r.test.Penalty.Points))
	result.Outcome = schema.OutcomeFailed
	if result.Score.Sign() > 0 {
		result.Outcome = schema.OutcomePartial
	}
	result.Message = fmt.Sprintf("%d findings: %s points off", len(found), penalty)
	if len(found) == 1 {
		result.Message = fmt.Sprintf("1 finding: %s points off", penalty)
	}
	result.Output = schema.Excerpt(strings.Join(lines, "\n"), maxOutput)
}

// noFindings deducts the full penalty, because the analyser reported nothing.
func (r *trial) noFindings(result *schema.TestResult, why string) {
	most := r.test.Penalty.Max
	if most.IsZero() {
		most = r.total()
	}
	r.deduct(result, most)
	result.Outcome, result.Message = schema.OutcomeMissing, why
}

// deduct deducts points, up to the penalty's maximum, and returns the deducted number.
func (r *trial) deduct(result *schema.TestResult, points schema.Points) schema.Points {
	if most := r.test.Penalty.Max; !most.IsZero() && points.Cmp(most) > 0 {
		points = most
	}
	result.Score = result.MaxScore.Sub(points)
	if !result.MaxScore.IsZero() {
		result.Score = result.Score.Clamp(schema.Points{}, result.MaxScore)
	}
	return result.MaxScore.Sub(result.Score)
}

// total returns the sum of all tests' points.
func (s *session) total() schema.Points {
	var sum schema.Points
	for i := range s.spec.Tests {
		for _, p := range s.plan(&s.spec.Tests[i]) {
			sum = sum.Add(p.most)
		}
	}
	return sum
}
