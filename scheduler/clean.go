package scheduler

import (
	"slices"
	"unicode/utf8"

	"github.com/grader/grader/schema"
)

// Limits on a runner's reports, in bytes of text. Longer texts are truncated, so that the verdict
// is kept; longer names are rejected.
const (
	maxLine    = 4 << 10
	maxWords   = 16 << 10  // messages, hints
	maxOutput  = 128 << 10 // of one test or build
	maxName    = 1000
	maxTests   = 20_000
	maxDropped = 1000
	maxSamples = 200
	maxReports = 1000     // files in the trace of one test's reports
	maxResult  = 32 << 20 // of a whole result as JSON
)

// text makes a runner's text safe to show and short enough to keep.
func text(s string, limit int) string { return truncate(schema.Sanitize(s), limit) }

// output makes text that may be coloured safe and short. If truncate cuts a colour sequence, the
// rest of the sequence is sanitised as plain text.
func output(s string, limit int) string {
	return schema.SanitizeColored(truncate(schema.SanitizeColored(s), limit))
}

// truncate shortens valid UTF-8 to at most limit bytes, between two characters.
func truncate(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

// name checks a name that a runner reports. Names are compared and shown, so they are never
// truncated.
func name(what, s string) error {
	if s == "" || len(s) > maxName || schema.Sanitize(s) != s {
		return schema.Errorf(schema.CodeInvalid, "%s: use 1 to %d bytes of printable text", what, maxName)
	}
	return nil
}

// within checks a score against its maximum. A score with the maximum 0 may be negative, for a
// penalty.
func within(what string, score, most schema.Points) error {
	if most.Sign() < 0 || score.Cmp(most) > 0 || score.Sign() < 0 && !most.IsZero() {
		return schema.Errorf(schema.CodeInvalid, "%s: its score is not between 0 and its maximum", what)
	}
	return nil
}

// cleanBuild checks and sanitises the result of a build.
func cleanBuild(b *schema.BuildResult) error {
	if b.Outcome != schema.OutcomePassed && b.Outcome != schema.OutcomeCompileError && b.Outcome != schema.OutcomeGraderError {
		return schema.Errorf(schema.CodeInvalid, "the build's outcome is unknown")
	}
	b.Message, b.Output = text(b.Message, maxWords), output(b.Output, maxOutput)
	return nil
}

// cleanTest checks and sanitises the result of a test.
func cleanTest(t *schema.TestResult) error {
	for _, n := range []struct{ what, name string }{{"name of an entry", t.Name}, {"name of a test", t.Test}} {
		if err := name(n.what, n.name); err != nil {
			return err
		}
	}
	if !slices.Contains(testOutcomes(), t.Outcome) {
		return schema.Errorf(schema.CodeInvalid, "%s: the test's outcome is unknown", t.Name)
	}
	if !slices.Contains(visibilities(), t.Visible) {
		return schema.Errorf(schema.CodeInvalid, "%s: the visibility is unknown", t.Name)
	}
	if t.CPU < 0 || t.Wall < 0 || t.Memory < 0 {
		return schema.Errorf(schema.CodeInvalid, "%s: a used amount is negative", t.Name)
	}
	t.Output, t.Message = output(t.Output, maxOutput), text(t.Message, maxWords)
	t.Hint, t.Tampering, t.JudgeMessage = text(t.Hint, maxWords), text(t.Tampering, maxWords), text(t.JudgeMessage, maxWords)
	t.Signal = fact(t.Signal)
	return within(t.Name, t.Score, t.MaxScore)
}

func testOutcomes() []schema.Outcome {
	return []schema.Outcome{
		schema.OutcomePassed, schema.OutcomePartial, schema.OutcomeFailed, schema.OutcomeTimeLimit,
		schema.OutcomeMemoryLimit, schema.OutcomeOutputLimit, schema.OutcomeDiskLimit, schema.OutcomeCrashed,
		schema.OutcomeCompileError, schema.OutcomeMissing, schema.OutcomeNotRun, schema.OutcomeGraderError,
	}
}

func visibilities() []schema.Visibility {
	return []schema.Visibility{schema.VisibleAlways, schema.VisibleAfterDue, schema.VisibleAfterPublish, schema.VisibleNever}
}
