package grade

import (
	"context"
	"fmt"
	"math"
	"path"
	"strconv"
	"strings"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// The exit statuses with which a checker or driver gives its verdict.
const (
	statusRight = 42
	statusWrong = 43
)

// Limits of the files that a checker or driver leaves in its feedback directory.
const (
	maxFeedbackMessage = 8 << 10
	maxFeedbackScore   = 64
)

// trusted is a program of staff that judges one run: a checker or a driver.
type trusted struct {
	what     assignment.Kind // checker or driver
	place    *place
	feedback string // directory, ends with a slash
	bounds   sandbox.Limits
	scale    schema.Points // the number in score.txt that means all points
	noScale  bool          // the score is not read
	order    order
}

// newTrusted prepares a checker or driver. It can read the tests repository, which is its working
// directory, and the result of prepare. Its command is followed by the arguments INPUT ANSWER
// FEEDBACK_DIR and the test's flags.
func (r *trial) newTrusted(c assignment.Command, it item) (*trusted, error) {
	tests, err := r.testsTree()
	if err != nil {
		return nil, err
	}
	p, err := r.newPlace()
	if err != nil {
		return nil, err
	}
	t := &trusted{what: r.test.Kind, place: p, feedback: path.Join(p.work, "feedback") + "/", scale: schema.NewPoints(1, 1)}
	t.noScale = r.test.NoScale
	if r.test.Scale != nil {
		t.scale = *r.test.Scale
	}
	if err := t.fill(r.session, tests, c, r.test.Flags, it); err != nil {
		p.remove()
		return nil, err
	}
	return t, nil
}

// fill creates the files and the order of a trusted program.
func (t *trusted) fill(s *session, tests *tree, c assignment.Command, flags []string, it item) error {
	if err := t.place.scratch.Mkdir("feedback"); err != nil {
		return fmt.Errorf("make feedback directory: %w", err)
	}
	input, err := t.file(tests, it.input, "input")
	if err != nil {
		return err
	}
	answer, err := t.file(tests, it.answer, "answer")
	if err != nil {
		return err
	}
	limits := s.roomy(s.spec.Limits)
	t.bounds = s.bounds(limits)
	t.order = order{
		command: c, args: []string{input, answer, t.feedback}, flags: flags, place: t.place, dir: tests.path(),
		vars:  variables{}.with("PREPARED", s.prepared.path()),
		trees: []*tree{tests, s.prepared}, limits: limits,
	}
	return nil
}

// file returns the path at which a trusted program finds an input of the assignment. An absent
// input is an empty file.
func (t *trusted) file(tests *tree, in assignment.Input, name string) (string, error) {
	if in.File != "" {
		return path.Join(tests.path(), in.File), nil
	}
	if err := t.place.scratch.WriteFile(name, []byte(in.Text), 0o644); err != nil {
		return "", fmt.Errorf("write %s: %w", name, err)
	}
	return path.Join(t.place.work, name), nil
}

// verdictOf returns the verdict of a trusted program. It returns false if the program crashed,
// which includes any other status, a limit, or an invalid score.
func (t *trusted) verdictOf(run sandbox.Result, result *schema.TestResult) (crash string, ok bool) {
	switch {
	case run.Limit != "":
		_, words := limitWords(run, t.bounds)
		return words, false
	case run.Signal != 0:
		return "ended by " + signalName(run.Signal), false
	case run.Exit != statusRight && run.Exit != statusWrong:
		return fmt.Sprintf("exit status %d%s, expected 42 or 43", run.Exit, statusWords(run.Exit)), false
	}
	result.Message, result.JudgeMessage = t.message(studentFiles()...), t.message("judgemessage.txt")
	share := schema.Points{}
	if run.Exit == statusRight {
		if share, ok = t.score(); t.noScale {
			share, ok = schema.NewPoints(1, 1), true
		}
		if !ok {
			return "score.txt holds no number from 0 to " + t.scale.String(), false
		}
	}
	grant(result, share)
	if result.Message == "" && result.Outcome != schema.OutcomePassed {
		result.Message = t.silence(result.Outcome)
	}
	return "", true
}

// silence returns the message to the student if the program gives no reason for deducting points.
func (t *trusted) silence(o schema.Outcome) string {
	if o == schema.OutcomePartial {
		return fmt.Sprintf("the %s gave a part of the points; it gave no reason", t.what)
	}
	if t.what == assignment.KindDriver {
		return "the driver rejected what the program answered; it gave no reason"
	}
	return "the checker rejected the output; it gave no reason"
}

// grant gives a result a share (0…1) of its points.
func grant(result *schema.TestResult, share schema.Points) {
	result.Score = result.MaxScore.Mul(share)
	switch {
	case share.IsZero():
		result.Outcome = schema.OutcomeFailed
	case share.Equal(schema.NewPoints(1, 1)):
		result.Outcome = schema.OutcomePassed
	default:
		result.Outcome = schema.OutcomePartial
	}
}

// studentFiles returns the names of the files for the student, who reads the first that is not
// empty.
func studentFiles() []string { return []string{"message.txt", "teammessage.txt"} }

// message returns the content of the first of these files that is not empty.
func (t *trusted) message(names ...string) string {
	for _, name := range names {
		text, err := t.place.scratch.ReadFile("feedback/"+name, maxFeedbackMessage)
		if len(text) > 0 && (err == nil || schema.CodeOf(err) == schema.CodeLimit) {
			return schema.Excerpt(strings.TrimSpace(string(text)), maxFeedbackMessage)
		}
	}
	return ""
}

// score returns the share of the points from score_multiplier.txt or score.txt, exact to six
// decimals. It returns all points if neither exists.
func (t *trusted) score() (schema.Points, bool) {
	share, err := t.number("score_multiplier.txt", 1)
	if schema.CodeOf(err) == schema.CodeNotFound {
		share, err = t.number("score.txt", t.most())
	}
	if schema.CodeOf(err) == schema.CodeNotFound {
		return schema.NewPoints(1, 1), true
	}
	if err != nil {
		return schema.Points{}, false
	}
	const precision = 1_000_000
	return schema.NewPoints(int64(math.Round(share*precision)), precision), true
}

// most returns the number in score.txt that means all points.
func (t *trusted) most() float64 {
	most, err := t.scale.Number().Float64()
	if err != nil {
		return 1
	}
	return most
}

// number reads a number from 0 to most in the feedback directory, as a fraction of most.
func (t *trusted) number(file string, most float64) (float64, error) {
	text, err := t.place.scratch.ReadFile("feedback/"+file, maxFeedbackScore)
	if err != nil {
		return 0, err
	}
	number, err := strconv.ParseFloat(strings.TrimSpace(string(text)), 64)
	if err != nil || !(number >= 0 && number <= most) {
		return 0, schema.Errorf(schema.CodeInvalid, "%s holds no number from 0 to %g", file, most)
	}
	return number / most, nil
}

// trustedJudge is a judge that uses a trusted program's verdict.
type trustedJudge interface {
	caseJudge
	// crashes reports whether the trusted program of a case crashes with the trial's subject.
	crashes(ctx context.Context, r *trial, it item) (bool, error)
}

// blame decides who is at fault when a checker or driver crashes. It runs the same case with the
// reference at once. Only if it crashes there too are the tests at fault.
func (r *trial) blame(ctx context.Context, judge trustedJudge, crash, words string, it item, result *schema.TestResult) error {
	ours, err := r.referenceFailsToo(ctx, r.subject, func(ref *subject) (bool, error) {
		other, err := r.newTrial(ctx, ref, r.test, func(schema.TestResult) {})
		if err != nil {
			return false, err
		}
		defer other.end()
		return judge.crashes(ctx, other, it)
	})
	if err != nil {
		return err
	}
	result.Score = schema.Points{}
	if !ours {
		what, _, _ := strings.Cut(crash, ":")
		result.Outcome = schema.OutcomeFailed
		result.Message = joinNonEmpty("; ", result.Message, "the "+what+" could not make sense of the output")
		result.JudgeMessage = joinNonEmpty("\n", result.JudgeMessage, crash, schema.Excerpt(words, maxFeedbackMessage))
		return nil
	}
	r.report(r.test, crash, words)
	result.Outcome, result.Message, result.Output = schema.OutcomeGraderError, crash, schema.Excerpt(words, maxOutput)
	return nil
}
