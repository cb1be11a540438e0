package grade

import (
	"fmt"

	"github.com/grader/grader/runner/grade/report"
	"github.com/grader/grader/schema"
)

// maxUnpinned is how many cases of a test that the reference does not have are kept. They are
// worth nothing, and a submission can make any number of them up.
const maxUnpinned = 100

// hold holds a report against the pinned cases: every pinned case gets an entry, in
// the order in which they were pinned, and what is not pinned follows, worth nothing.
func (r *trial) hold(got reading) []schema.TestResult {
	plan := r.planPinned(r.test)
	matched, extra, twice := matchCases(r.pins[r.test.Name], got.cases)
	void := got.voided(r.traces[r.test.Name])
	var results []schema.TestResult
	missing := 0
	for i, p := range plan {
		result := r.entry(r.test, p.name)
		result.InProcess, result.MaxScore = true, p.most
		c := matched[i]
		switch {
		case void != "":
			result.Outcome, result.Message = schema.OutcomeMissing, void
		case twice[r.pins[r.test.Name][i]]:
			result.Outcome, result.Message = schema.OutcomeFailed, "this name stands more often in the report than it should, so it is worth nothing"
		case c == nil || c.Verdict == report.Skipped:
			result.Outcome, result.Message = schema.OutcomeMissing, missingWords(c, got.end)
			if missing++; missing == 1 && c == nil {
				result.Output = got.output
			}
		default:
			judgeCase(c, &result)
		}
		results = append(results, r.finish(result, p.hint))
	}
	for i, c := range extra {
		if i == maxUnpinned {
			last := &results[len(results)-1]
			last.Message = joinNonEmpty("; ", last.Message, fmt.Sprintf("%d more cases that the reference does not have are left out", len(extra)-i))
			break
		}
		results = append(results, r.unpinned(c))
	}
	if len(plan) == 0 {
		results = append(results, r.nothingPinned(got))
	}
	why := append([]string{void, disagreement(got, results, missing, len(twice))}, got.contradictions(r.traces[r.test.Name])...)
	if len(results) > 0 {
		results[0].Tampering = joinNonEmpty("; ", why...)
	}
	return results
}

// matchCases finds for each pin its case in the report (nil for none), the cases that no pin
// asks for and that were run, and the pins whose name the report holds more often than the reference.
func matchCases(pins []string, cases []report.Case) (matched []*report.Case, extra []report.Case, twice map[string]bool) {
	place := make(map[string]int, len(pins))
	for i, pin := range pins {
		place[pin] = i
	}
	matched, twice = make([]*report.Case, len(pins)), map[string]bool{}
	seen := map[string]int{}
	for i := range cases {
		c := &cases[i]
		seen[c.Name]++
		at, pinned := place[numbered(c.Name, seen[c.Name])]
		_, known := place[c.Name]
		switch {
		case pinned && matched[at] == nil:
			matched[at] = c
		case known && c.Verdict != report.Skipped:
			markTwice(twice, place, c.Name)
		case c.Verdict != report.Skipped: // what nobody runs is nobody's case
			extra = append(extra, *c)
		}
	}
	return matched, extra, twice
}

// markTwice marks all pins of a name.
func markTwice(twice map[string]bool, place map[string]int, name string) {
	for n := 1; ; n++ {
		pin := numbered(name, n)
		if _, ok := place[pin]; !ok {
			return
		}
		twice[pin] = true
	}
}

// judgeCase puts a case on its result.
func judgeCase(c *report.Case, result *schema.TestResult) {
	result.Wall, result.Message, result.Output = c.Wall, c.Message, c.Output
	if c.Verdict == report.Passed {
		award(result)
		return
	}
	result.Outcome = schema.OutcomeFailed
}

// unpinned makes an entry of a case that the reference does not have.
func (r *trial) unpinned(c report.Case) schema.TestResult {
	result := r.entry(r.test, r.test.Name+"/"+c.Name)
	judgeCase(&c, &result)
	result.InProcess, result.Unpinned = true, true
	return result
}

// nothingPinned is the one entry of a test whose reference reported no case: the tests'
// own mistake.
func (r *trial) nothingPinned(got reading) schema.TestResult {
	result := r.entry(r.test, r.test.Name)
	result.InProcess, result.MaxScore = true, r.test.Points.Total
	result.Outcome, result.Message = schema.OutcomeGraderError, graderErrorWords
	words := joinNonEmpty("; ", append([]string{"the reference solution reported no case", got.end.message}, got.problems...)...)
	r.report(r.test, words, got.output)
	if r.staff(r.subject) {
		result.Message, result.Output = words, got.output
	}
	return result
}

// missingWords says why a pinned case has no verdict.
func missingWords(c *report.Case, end ending) string {
	switch {
	case c != nil:
		return joinNonEmpty(": ", "skipped", c.Message)
	case end.outcome != "" && end.outcome != schema.OutcomeCrashed:
		return "not reported: " + end.message
	case end.signal != "":
		return "not reported: the program was " + end.message
	case end.exit != 0:
		return "not reported: the program ended with " + end.message
	}
	return "not reported"
}

// disagreement says, for staff, where a report and the process that wrote it tell different
// stories; "" when they agree.
func disagreement(got reading, results []schema.TestResult, missing, twice int) string {
	failed := 0
	for _, r := range results {
		if r.Outcome != schema.OutcomePassed {
			failed++
		}
	}
	switch {
	case twice > 0:
		return fmt.Sprintf("%d names stand more than once in the report", twice)
	case got.files > 0 && len(got.problems) > 0:
		return "a report cannot be read: " + got.problems[0]
	case got.clean() && missing > 0:
		return fmt.Sprintf("the process ended with status 0, and %d pinned cases are missing from its report", missing)
	case !got.clean() && failed == 0:
		return "every case of the report passed, and yet: " + got.end.message
	}
	return ""
}
