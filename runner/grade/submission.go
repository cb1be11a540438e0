package grade

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// begin returns a new result.
func (s *session) begin() schema.Result {
	p := s.job.Provenance
	p.Wall = string(s.grader.Wall.Level())
	if p.Image == "" {
		p.Image = s.grader.Image.ID
	}
	return schema.Result{
		Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, Provenance: p,
		Tests: []schema.TestResult{}, StartedAt: s.now(),
	}
}

// submission grades the student's files.
func (s *session) submission(ctx context.Context, result *schema.Result) error {
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if s.job.Pins != nil {
		s.pins, s.traces = maps.Clone(s.job.Pins.Tests), s.job.Pins.Reports
	} else if err := s.pinReference(ctx); err != nil {
		return err
	}
	b, err := s.newSubject(s.job.Submission, false)
	if err != nil {
		return err
	}
	if err := s.gradeSubject(ctx, b, s.watch, result); err != nil {
		return err
	}
	s.conceal(ctx, b)
	return nil
}

// gradeSubject builds a subject and runs every test on it.
func (s *session) gradeSubject(ctx context.Context, b *subject, watch Observer, result *schema.Result) error {
	err := s.buildSubject(ctx, b, watch)
	if err != nil && !errors.Is(err, errCutOff) {
		return err
	}
	result.BuiltAt = s.now()
	if b.built {
		result.Build = &b.build
	}
	emit := func(t schema.TestResult) {
		result.Tests = append(result.Tests, t)
		watch.Test(t)
	}
	why := ""
	switch {
	case err != nil:
		why = cutOffWords(ctx, s.spec)
	case b.build.Outcome != schema.OutcomePassed:
		result.Outcome, why = schema.OutcomeCompileError, "not run: the build failed"
	}
	seen, unseen := byVisibility(s.spec.Tests)
	if err := s.gradeTests(ctx, b, seen, why, result, emit); err != nil {
		return err
	}
	b.seen = time.Now()
	if err := s.gradeTests(ctx, b, unseen, why, result, emit); err != nil {
		return err
	}
	inOrder(result.Tests, s.spec.Tests)
	result.Dropped = b.dropped
	s.sum(result)
	return nil
}

// gradeTests runs tests one after another. If why is not empty, it emits them as not run, for that reason.
func (s *session) gradeTests(ctx context.Context, b *subject, tests []*assignment.Test, why string, result *schema.Result, emit func(schema.TestResult)) error {
	for _, t := range tests {
		if err := s.gradeOrSkip(ctx, b, t, why, result, emit); err != nil {
			return err
		}
	}
	return nil
}

// gradeOrSkip runs a test. If why is not empty, it emits the test as not run, for that reason.
func (s *session) gradeOrSkip(ctx context.Context, b *subject, t *assignment.Test, why string, result *schema.Result, emit func(schema.TestResult)) error {
	if why == "" && ctx.Err() != nil {
		why = cutOffWords(ctx, s.spec)
	}
	if why == "" {
		for _, name := range t.Requires {
			if !passedInFull(result.Tests, name) {
				why = "not run: " + name + " must pass first"
				break
			}
		}
	}
	if why != "" {
		s.notRun(t, why, emit)
		return nil
	}
	return s.gradeTest(ctx, b, t, emit)
}

// passedInFull reports whether every entry of a test passed with all its points. It ignores
// unpinned entries.
func passedInFull(results []schema.TestResult, test string) bool {
	return !slices.ContainsFunc(results, func(r schema.TestResult) bool {
		return r.Test == test && !r.Unpinned && (r.Outcome != schema.OutcomePassed || r.Score.Cmp(r.MaxScore) < 0)
	})
}

// sum adds up the entries. If the tests are at fault, the whole result is the grader's error.
func (s *session) sum(result *schema.Result) {
	var score, most schema.Points
	for _, t := range result.Tests {
		if t.Outcome == schema.OutcomeGraderError {
			result.Outcome, result.Blame, result.Message = schema.OutcomeGraderError, schema.BlameGrader, t.Name+": "+t.Message
		}
		if t.Visible == schema.VisibleNever {
			continue
		}
		score, most = score.Add(t.Score), most.Add(t.MaxScore)
	}
	result.Score, result.MaxScore = score.Clamp(schema.Points{}, most), most
}

// settleError converts an error of the tests into a result, and returns other errors.
func (s *session) settleError(err error, result *schema.Result) error {
	if errors.Is(err, errCutOff) {
		result.Outcome, result.Blame = schema.OutcomeGraderError, schema.BlameGrader
		result.Message = "the job reached its limit of " + formatDuration(s.spec.JobLimit) + " before the submission's turn"
		if s.job.Kind == schema.JobGate {
			result.Message = "a part of the gate reached the limit of " + formatDuration(s.spec.JobLimit) + " on a whole job (limits: {job: …})"
			result.Gate = &schema.GateResult{Run: s.job.Gate.Run}
		}
		return nil
	}
	message, output, ours := testsFault(err)
	if !ours {
		return err
	}
	if s.grader.Logger != nil {
		s.grader.Logger.Error("tests are broken", "what", message, "output", schema.Excerpt(output, 2000))
	}
	result.Outcome, result.Blame, result.Message = schema.OutcomeGraderError, schema.BlameGrader, joinNonEmpty("\n", message, output)
	if s.job.Kind == schema.JobGate {
		result.Gate = &schema.GateResult{Run: s.job.Gate.Run}
	}
	if len(result.Tests) == 0 {
		for i := range s.spec.Tests {
			s.notRun(&s.spec.Tests[i], "not run: the tests failed before it", func(t schema.TestResult) { result.Tests = append(result.Tests, t) })
		}
		s.sum(result)
	}
	return nil
}

// testsFault recognises errors that staff must fix.
func testsFault(err error) (message, output string, ours bool) {
	if failed := new(prepareFailure); errors.As(err, &failed) {
		return failed.message, failed.output, true
	}
	if failed := new(setupFailure); errors.As(err, &failed) {
		return failed.message, failed.output, true
	}
	if failed := new(referenceFailure); errors.As(err, &failed) {
		return failed.message, failed.output, true
	}
	return "", "", false
}

// refusal adds the code to an error for which the tests are at fault.
func refusal(err error) error {
	if message, output, ours := testsFault(err); ours {
		return schema.Errorf(schema.CodeRefused, "%s", joinNonEmpty("\n", message, output))
	}
	return err
}
