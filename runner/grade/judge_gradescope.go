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

// judgeGradescope runs a Gradescope autograder and turns its results.json into entries. If a limit
// ends the run, the content of results.json at that time counts. The exit status does not matter.
func (r *trial) judgeGradescope(ctx context.Context) error {
	results, _, err := r.gradeGradescope(ctx)
	if errors.Is(err, errCutOff) {
		r.notRun(r.test, cutOffWords(ctx, r.spec), r.emitInProcess)
		return nil
	}
	for _, result := range results {
		r.emit(r.finish(result, r.test.Hint))
	}
	return err
}

// gradeGradescope returns the entries, and whether results could be read.
func (r *trial) gradeGradescope(ctx context.Context) ([]schema.TestResult, bool, error) {
	got, clean, err := r.runGradescope(ctx)
	if err != nil {
		return nil, false, err
	}
	found, err := report.ReadGradescope(got.results)
	if errors.Is(err, report.ErrTooLarge) {
		err = nil
	}
	if err != nil || got.missing != "" {
		why := got.missing
		if why == "" {
			why = err.Error()
		}
		result, err := r.withoutResults(ctx, got, why)
		return []schema.TestResult{result}, false, err
	}
	sheet := scoreSheet{trial: r, got: found, run: got, clean: clean}
	return sheet.entries(), true, nil
}

// runGradescope runs the autograder behind the wall, or in a container if it has its setup.sh run. clean makes its
// text fit for people.
func (r *trial) runGradescope(ctx context.Context) (got autograderRun, clean func(text string) string, err error) {
	if r.test.Setup {
		got, err = r.runInContainer(ctx)
		return got, func(text string) string { return schema.Excerpt(text, maxOutput) }, err
	}
	p, err := r.gradescopePlace()
	if err != nil {
		return got, nil, err
	}
	defer p.remove()
	got, err = r.runAutograder(ctx, p)
	vars := r.gradescopeOrder(p).vars
	return got, func(text string) string { return schema.Excerpt(p.localise(text, vars), maxOutput) }, err
}

// runAutograder runs the autograder, and reads its results after all its processes have ended.
func (r *trial) runAutograder(ctx context.Context, p *place) (autograderRun, error) {
	o := r.gradescopeOrder(p)
	run, err := r.run(ctx, o)
	if err != nil {
		return autograderRun{}, err
	}
	got := autograderRun{Result: run, end: r.endOf(o, run, expectation{any: true})}
	got.results, err = p.scratch.ReadFile(gradescopeResults, report.MaxBytes)
	switch schema.CodeOf(err) {
	case schema.CodeNotFound:
		got.missing = "the autograder left no " + gradescopeResults
	case schema.CodeLimit:
		got.missing = fmt.Sprintf("%s is longer than %s", gradescopeResults, size(report.MaxBytes))
	case schema.CodeInvalid:
		got.missing = gradescopeResults + " is not a regular file"
	default:
		if err != nil {
			return got, fmt.Errorf("read results: %w", err)
		}
	}
	printed, err := p.scratch.ReadFile(gradescopeStdout, report.MaxBytes)
	if code := schema.CodeOf(err); err != nil && code != schema.CodeNotFound && code != schema.CodeInvalid && code != schema.CodeLimit {
		return got, fmt.Errorf("read output: %w", err)
	}
	if got.changed, err = r.changedFiles(p); err != nil {
		return got, err
	}
	_, java := r.step(o)
	got.stdout = schema.Excerpt(p.localise(string(java.quiet(printed)), o.vars), maxOutput)
	return got, nil
}

// withoutResults returns the entry of a run without results, which is worth nothing. If the
// reference has no results either, the autograder is at fault.
func (r *trial) withoutResults(ctx context.Context, got autograderRun, why string) (schema.TestResult, error) {
	result := r.entry(r.test, r.test.Name)
	result.InProcess, result.MaxScore = true, r.test.Points.Total
	measure(&result, got.Result)
	result.Outcome, result.Message, result.JudgeMessage = schema.OutcomeFailed, why, got.stdout
	if got.Limit != "" {
		got.end.apply(&result)
	} else if got.end.message != "" {
		result.Message += "; it ended with " + got.end.message
	}
	if r.spec.Solution == "" { // the cause is unknown, and a submission can prevent results
		return result, nil
	}
	ours, err := r.referenceFailsToo(ctx, r.subject, func(ref *subject) (bool, error) {
		other, err := r.newTrial(ctx, ref, r.test, func(schema.TestResult) {})
		if err != nil {
			return false, err
		}
		defer other.end()
		_, read, err := other.gradeGradescope(ctx)
		return !read, err
	})
	if err != nil {
		return result, err
	}
	if ours {
		r.report(r.test, result.Message, got.stdout)
		result.Outcome, result.Output = schema.OutcomeGraderError, got.stdout
	}
	return result, nil
}

// measure records a run's resource use.
func measure(result *schema.TestResult, run sandbox.Result) {
	result.CPU, result.Wall, result.Memory = run.CPU, run.Wall, run.Memory
}

// stricter returns the visibility that shows less.
func stricter(a, b schema.Visibility) schema.Visibility {
	order := []schema.Visibility{schema.VisibleAlways, schema.VisibleAfterDue, schema.VisibleAfterPublish, schema.VisibleNever}
	rank := func(v schema.Visibility) int {
		for i, known := range order {
			if known == v {
				return i
			}
		}
		return 0
	}
	if rank(a) >= rank(b) {
		return a
	}
	return b
}

// joinLines joins the texts that are not empty, each on its own lines.
func joinLines(texts ...string) string {
	var kept []string
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			kept = append(kept, t)
		}
	}
	return strings.Join(kept, "\n")
}
