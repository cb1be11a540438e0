package grade

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/grader/grader/schema"
)

// maxNamed is how many tests a gate's message names.
const maxNamed = 10

// gate grades the reference solution, which pins the cases of its reports and must
// score full marks, and every sample, whose score must be the one that is written.
func (s *session) gate(ctx context.Context, result *schema.Result) error {
	result.Gate = &schema.GateResult{Passed: true}
	s.pins, s.traces = map[string][]string{}, map[string]schema.ReportTrace{}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if err := s.gateReference(ctx, result); err != nil {
		return err
	}
	if len(s.pins) > 0 {
		result.Gate.Pins = schema.Pins{Tests: s.pins, Reports: s.traces}
	}
	for _, sample := range s.spec.Samples {
		if err := s.gateSample(ctx, sample.Dir, sample.Score, result); err != nil {
			return err
		}
	}
	if result.Message != "" {
		result.Gate.Passed = false
	}
	return nil
}

// gateReference grades the reference.
func (s *session) gateReference(ctx context.Context, result *schema.Result) error {
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

// lost names the tests that did not get all their points, "" for none.
func lost(tests []schema.TestResult) string {
	var words []string
	for _, t := range tests {
		broken := t.Outcome == schema.OutcomeGraderError || t.Outcome == schema.OutcomeCompileError
		if t.Unpinned || !broken && t.Score.Cmp(t.MaxScore) >= 0 && t.Outcome != schema.OutcomeNotRun {
			continue
		}
		why, _, _ := strings.Cut(t.Message, "\n") // a compiler's words stand with the test
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

// gateSample grades one sample.
func (s *session) gateSample(ctx context.Context, dir string, want schema.Points, result *schema.Result) error {
	b, err := s.newSubject(filepath.Join(s.job.Tests, filepath.FromSlash(dir)), false)
	if err != nil {
		return err
	}
	graded := s.begin()
	if err := s.gradeSubject(ctx, b, silent{}, &graded); err != nil {
		return err
	}
	result.Gate.Samples = append(result.Gate.Samples, schema.GateSample{Dir: dir, Expected: want, Actual: graded.Score})
	if !graded.Score.Equal(want) {
		result.Message = joinNonEmpty("\n", result.Message, fmt.Sprintf("%s scores %s, expected %s: %s",
			dir, graded.Score, want, sampleWords(graded)))
	}
	return nil
}

// sampleWords says what became of a sample.
func sampleWords(r schema.Result) string {
	if r.Outcome == schema.OutcomeCompileError {
		return "it does not build: " + r.Build.Message
	}
	if words := lost(r.Tests); words != "" {
		return words
	}
	return "every test passed"
}
