package grade

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/grader/grader/schema"
)

// maxNamed is the maximum number of tests that a gate's message names.
const maxNamed = 10

// gate does the job's part of a gate. Every part pins the cases of the solution's reports. A part that
// runs the solution also requires full marks. A part with samples or the starter grades these; a sample must get the
// score that is written for it. A gate with one part does all of this.
func (s *session) gate(ctx context.Context, result *schema.Result) error {
	part := s.job.Gate
	result.Gate = &schema.GateResult{Passed: true, Run: part.Run}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if part.Run > 0 || part.Whole() {
		if err := s.gateSolution(ctx, result); err != nil {
			return err
		}
	} else if err := s.pinReference(ctx); err != nil {
		return err
	}
	result.Gate.Pins = s.pinned()
	if err := s.gateSamples(ctx, result); err != nil {
		return err
	}
	result.Gate.Passed = result.Message == ""
	return nil
}

// pinned returns the cases in the solution's reports.
func (s *session) pinned() schema.Pins {
	if len(s.pins) == 0 {
		return schema.Pins{}
	}
	return schema.Pins{Tests: s.pins, Reports: s.traces}
}

// gateSolution grades the solution.
func (s *session) gateSolution(ctx context.Context, result *schema.Result) error {
	s.pins, s.traces = map[string][]string{}, map[string]schema.ReportTrace{}
	if s.spec.Solution == "" {
		if s.hasReports() {
			return usable(nil)
		}
		return nil
	}
	dir := filepath.Join(s.job.Tests, filepath.FromSlash(s.spec.Solution))
	ref, err := s.newSubject(dir, true)
	if err != nil {
		return err
	}
	if err := s.gradeSubject(ctx, ref, s.watch, result); err != nil {
		return err
	}
	if ref.built && ref.build.Outcome == schema.OutcomePassed {
		s.ref = ref
	}
	result.Message = ""
	switch {
	case result.Outcome == schema.OutcomeCompileError:
		result.Message = "the reference solution does not build: " + result.Build.Message
	case lost(result.Tests) != "":
		result.Message = fmt.Sprintf("the reference solution scores %s of %s; it must score full marks: %s",
			result.Score, result.MaxScore, lost(result.Tests))
	}
	return nil
}

// gateSamples grades the samples and the starter of the job's part.
func (s *session) gateSamples(ctx context.Context, result *schema.Result) error {
	for _, sample := range s.spec.Samples {
		if !s.job.Gate.Whole() && !slices.Contains(s.job.Gate.Samples, sample.Dir) {
			continue
		}
		graded, err := s.gateDirectory(ctx, sample.Dir)
		if err != nil {
			return err
		}
		graded.Expected, graded.Most, graded.AnyScore, graded.Outcomes = sample.Score, sample.Most, sample.AnyScore, sample.Outcomes
		result.Gate.Samples = append(result.Gate.Samples, graded)
		result.Message = joinNonEmpty("\n", result.Message, graded.Fault())
	}
	if s.spec.Starter == "" || !s.job.Gate.Whole() && !s.job.Gate.Starter {
		return nil
	}
	starter, err := s.gateDirectory(ctx, s.spec.Starter)
	starter.Expected = starter.Actual
	result.Gate.Starter = &starter
	result.Message = joinNonEmpty("\n", result.Message, starter.Fault())
	return err
}

// gateDirectory grades a directory of the tests repository as a submission.
func (s *session) gateDirectory(ctx context.Context, dir string) (schema.GateSample, error) {
	b, err := s.newSubject(filepath.Join(s.job.Tests, filepath.FromSlash(dir)), false)
	if err != nil {
		return schema.GateSample{}, err
	}
	graded := s.begin()
	if err := s.gradeSubject(ctx, b, silent{}, &graded); err != nil {
		return schema.GateSample{}, err
	}
	sample := schema.GateSample{Dir: dir, Actual: graded.Score, MaxScore: graded.MaxScore, Words: sampleWords(graded), Outcome: firstFailure(graded)}
	if graded.Outcome == schema.OutcomeGraderError {
		sample.Broken = graded.Message
	}
	return sample, nil
}

// firstFailure returns the outcome of the first entry that did not pass, or passed if all did.
func firstFailure(r schema.Result) schema.Outcome {
	if r.Outcome == schema.OutcomeCompileError {
		return r.Outcome
	}
	for _, t := range r.Tests {
		if !t.Unpinned && t.Outcome != schema.OutcomePassed {
			return t.Outcome
		}
	}
	return schema.OutcomePassed
}

// lost names the tests that did not get all their points, or returns "" if all did.
func lost(tests []schema.TestResult) string {
	var words []string
	for _, t := range tests {
		broken := t.Outcome == schema.OutcomeGraderError || t.Outcome == schema.OutcomeCompileError
		if t.Unpinned || !broken && t.Score.Cmp(t.MaxScore) >= 0 && t.Outcome != schema.OutcomeNotRun {
			continue
		}
		why, _, _ := strings.Cut(t.Message, "\n") // the compiler's message is shown with the test
		words = append(words, fmt.Sprintf("%s (%s, %s/%s%s)", t.Name, t.Outcome, t.Score, t.MaxScore, prefixed(": ", why)))
	}
	if len(words) > maxNamed {
		words = append(words[:maxNamed], fmt.Sprintf("and %d more", len(words)-maxNamed))
	}
	return strings.Join(words, "; ")
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

// sampleWords describes the result of a sample.
func sampleWords(r schema.Result) string {
	if r.Outcome == schema.OutcomeCompileError {
		return "it does not build: " + r.Build.Message
	}
	if words := lost(r.Tests); words != "" {
		return words
	}
	return "every test passed"
}
