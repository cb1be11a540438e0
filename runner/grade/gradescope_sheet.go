package grade

import (
	"fmt"
	"strings"

	"github.com/grader/grader/runner/grade/report"
	"github.com/grader/grader/schema"
)

// scoreSheet turns the results of an autograder into entries whose points always add up to the test's
// points.
//
// If the maxima of the autograder's tests add up to these points, each test is an entry with its own
// points. Otherwise the tests' entries have no points and show their score in words, and one entry has
// all the points.
//
// A test that students never see (hidden) is an entry without points that only staff read. One entry
// has the points of all hidden tests; students see it when the assignment is published.
type scoreSheet struct {
	*trial
	got   report.Gradescope
	run   autograderRun
	clean func(text string) string
	seen  map[string]int // names so far
}

// entries returns the entries in the order of the tests, after a summary.
func (s *scoreSheet) entries() []schema.TestResult {
	s.seen = map[string]int{}
	itemised := s.itemised()
	results := []schema.TestResult{s.summary()}
	if !itemised {
		s.total(&results)
	}
	for _, t := range s.got.Tests {
		results = append(results, s.test(t, itemised))
	}
	for i := range results {
		if i > 0 || len(s.got.Tests) == 0 {
			explain(&results[i])
		}
	}
	if itemised {
		results = s.pool(results)
	}
	if first := &results[0]; first.MaxScore.IsZero() && first.Outcome == schema.OutcomePassed && first.Output == "" && first.JudgeMessage == "" && len(results) > 1 {
		results = results[1:]
	}
	return results
}

// maxReason bounds the message that explain takes from an output, in bytes.
const maxReason = 300

// explain gives an entry that did not pass and has no message the first line of its output that says something: a push
// shows messages only. Lines that end with a colon are headings.
func explain(result *schema.TestResult) {
	if result.Outcome == schema.OutcomePassed || result.Message != "" {
		return
	}
	for line := range strings.Lines(result.Output) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasSuffix(line, ":") {
			result.Message = schema.Excerpt(line, maxReason)
			return
		}
	}
}

// itemised reports whether each test can be an entry with its own points.
func (s *scoreSheet) itemised() bool {
	most, whole := s.maxima()
	return whole && most.Equal(s.trial.test.Points.Total)
}

// maxima returns the sum of the tests' maxima. whole reports whether the scores are within their
// maxima and add up to the total score.
func (s *scoreSheet) maxima() (most schema.Points, whole bool) {
	var score schema.Points
	for _, t := range s.got.Tests {
		if t.Score == nil {
			continue
		}
		if t.Max == nil || t.Score.Sign() < 0 || t.Score.Cmp(*t.Max) > 0 {
			return most, false
		}
		score, most = score.Add(*t.Score), most.Add(*t.Max)
	}
	return most, s.got.Score == nil || s.got.Score.Equal(score)
}

// advice tells staff how each test gets a line with its points. It returns "" if nothing has to
// change.
func (s *scoreSheet) advice() string {
	most, whole := s.maxima()
	own := s.trial.test.Points.Total
	if !whole || most.IsZero() || most.Equal(own) || s.run.Limit != "" {
		return ""
	}
	return fmt.Sprintf("the autograder's tests are worth %s together, and this test %s; with points: %s each of them is shown with its points", most, own, most)
}

// summary returns the entry of the whole run: its output and how it ended.
func (s *scoreSheet) summary() schema.TestResult {
	result := s.blank(s.trial.test.Name)
	result.Outcome = schema.OutcomePassed
	measure(&result, s.run.Result)
	shown := s.visibility(s.got.Shown)
	if shown == schema.VisibleAlways {
		result.Output = s.clean(s.got.Output)
	} else {
		result.JudgeMessage = s.clean(s.got.Output)
	}
	if s.got.Stdout == report.GradescopeVisible {
		result.Output = joinLines(result.Output, s.run.stdout)
	} else {
		result.JudgeMessage = joinLines(result.JudgeMessage, s.run.stdout)
	}
	result.JudgeMessage = joinLines(result.JudgeMessage, s.clean(s.got.Staff))
	result.JudgeMessage = joinLines(result.JudgeMessage, schema.Sanitize(changedWords(s.run.changed, s.run.changesUnknown)))
	result.JudgeMessage = joinLines(result.JudgeMessage, s.advice())
	for _, remark := range s.got.Remarks {
		result.JudgeMessage = joinLines(result.JudgeMessage, "results.json: "+remark)
	}
	if s.run.Limit != "" {
		s.run.end.apply(&result)
		result.Message += "; what results.json held by then counts"
	}
	return result
}

// total adds the points of the whole run to the summary, or to a separate entry if students may not
// see them yet.
func (s *scoreSheet) total(results *[]schema.TestResult) {
	score, shown := schema.Points{}, s.visibility(s.got.Shown)
	for _, t := range s.got.Tests {
		if t.Score != nil {
			score, shown = score.Add(*t.Score), stricter(shown, s.visibility(t.Shown))
		}
	}
	if s.got.Score != nil {
		score = *s.got.Score
	}
	most := s.trial.test.Points.Total
	to := &(*results)[0]
	if shown != to.Visible {
		entry := s.blank(s.name("score"))
		entry.Visible = counted(shown)
		*results = append(*results, entry)
		to = &(*results)[len(*results)-1]
	}
	ended := to.Outcome
	to.MaxScore, to.Score = most, score.Clamp(schema.Points{}, most)
	to.Outcome = outcomeOf(to.Score, most)
	if s.run.Limit != "" && ended != "" {
		to.Outcome = ended
	}
	if score.Cmp(most) > 0 || score.Sign() < 0 {
		to.JudgeMessage = joinLines(to.JudgeMessage, fmt.Sprintf("the autograder gave %s points; the assignment has %s", score, most))
	}
}

// test returns the entry of one test.
func (s *scoreSheet) test(t report.GradescopeTest, itemised bool) schema.TestResult {
	result := s.blank(s.name(t.Name))
	result.Visible = s.visibility(t.Shown)
	result.Output, result.JudgeMessage = s.clean(t.Output), s.clean(t.Staff)
	result.Outcome = schema.OutcomeFailed
	if t.Passed {
		result.Outcome = schema.OutcomePassed
	}
	if t.Score == nil {
		return result
	}
	if itemised && result.Visible != schema.VisibleNever {
		result.Score, result.MaxScore = *t.Score, *t.Max
		if !t.Passed && result.Score.Sign() > 0 {
			result.Outcome = schema.OutcomePartial
		}
		return result
	}
	result.Message = t.Score.String() + " points"
	if t.Max != nil {
		result.Message = t.Score.String() + " / " + t.Max.String() + " points"
	}
	return result
}

// pool adds the entry with the points of the tests that students never see.
func (s *scoreSheet) pool(results []schema.TestResult) []schema.TestResult {
	if s.trial.test.Visible == schema.VisibleNever {
		return results
	}
	hidden, entry := 0, s.blank("")
	for _, t := range s.got.Tests {
		if t.Score != nil && s.visibility(t.Shown) == schema.VisibleNever {
			hidden++
			entry.Score, entry.MaxScore = entry.Score.Add(*t.Score), entry.MaxScore.Add(*t.Max)
		}
	}
	if entry.MaxScore.IsZero() {
		return results
	}
	entry.Name, entry.Visible = s.name("hidden tests"), counted(schema.VisibleNever)
	entry.Outcome = outcomeOf(entry.Score, entry.MaxScore)
	entry.Message = schema.Count(hidden, "hidden test")
	return append(results, entry)
}

// blank returns a new entry.
func (s *scoreSheet) blank(name string) schema.TestResult {
	result := s.entry(s.trial.test, name)
	result.InProcess = true
	return result
}

// name returns the name of an entry below the test. It numbers repeated names.
func (s *scoreSheet) name(of string) string {
	s.seen[of]++
	return s.trial.test.Name + "/" + numbered(of, s.seen[of])
}

// visibility translates Gradescope's visibility. The result is at least as strict as the test's
// own.
func (s *scoreSheet) visibility(v report.GradescopeVisibility) schema.Visibility {
	own := schema.VisibleAlways
	switch v {
	case report.GradescopeHidden:
		own = schema.VisibleNever
	case report.GradescopeAfterPublished:
		own = schema.VisibleAfterPublish
	case report.GradescopeAfterDue:
		own = schema.VisibleAfterPublish
		if !s.spec.Due.IsZero() {
			own = schema.VisibleAfterDue
		}
	}
	return stricter(own, s.trial.test.Visible)
}

// counted returns the visibility of points that students do not see yet. Points that are never
// shown would not count.
func counted(v schema.Visibility) schema.Visibility {
	if v == schema.VisibleNever {
		return schema.VisibleAfterPublish
	}
	return v
}

// outcomeOf returns the outcome for a score.
func outcomeOf(score, most schema.Points) schema.Outcome {
	switch {
	case score.Cmp(most) >= 0:
		return schema.OutcomePassed
	case score.Sign() > 0:
		return schema.OutcomePartial
	}
	return schema.OutcomeFailed
}
