package grade

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grader/grader/runner/grade/report"
	"github.com/grader/grader/schema"
)

// maxUnpinned is the maximum number of a test's cases that are kept although the reference does not
// have them. They are worth nothing, and a submission can invent any number of them.
const maxUnpinned = 100

// hold compares a report with the pinned cases. Every pinned case gets an entry, in the order in
// which the cases were pinned; unpinned cases follow and are worth nothing.
func (r *trial) hold(got reading) []schema.TestResult {
	reference := r.traces[r.test.Name]
	h := holding{
		trial: r, got: got, reference: reference, void: got.voided(reference),
		matching: matchCases(r.pins[r.test.Name], got.cases),
	}
	h.culprits = culpritsOf(&h.matching)
	return h.results()
}

// holding compares a report with the pinned cases.
type holding struct {
	*trial
	matching
	culprits   *culprits
	got        reading
	reference  schema.ReportTrace
	void       string // why the report is worth nothing
	unreported int    // pinned cases that the report does not contain
}

// results creates the entries.
func (h *holding) results() []schema.TestResult {
	var results []schema.TestResult
	plan := h.planPinned(h.test)
	for i, p := range plan {
		result := h.entry(h.test, p.name)
		result.InProcess, result.MaxScore = true, p.most
		h.judgePin(i, &result)
		results = append(results, h.finish(result, p.hint))
	}
	why := append([]string{h.void, h.disagreement(results)}, h.got.contradictions(h.reference, h.unreported)...)
	results = h.addExtra(results)
	if len(plan) == 0 {
		results = append(results, h.nothingPinned(h.got))
	}
	if h.failedOutside(results) {
		results = append(results, h.outside())
	}
	if len(results) > 0 {
		results[0].Tampering = joinNonEmpty("; ", why...)
	}
	return results
}

// judgePin writes a pinned case's part of the report to its result.
func (h *holding) judgePin(i int, result *schema.TestResult) {
	pin, c := h.pins[h.test.Name][i], h.cases[i]
	switch {
	case h.void != "":
		result.Outcome, result.Message = schema.OutcomeMissing, h.void
		if c == nil {
			h.unreported++
		}
	case h.twice[pin]:
		result.Outcome, result.Message = schema.OutcomeFailed, "this name stands more often in the report than it should, so it is worth nothing"
	case c != nil && c.Verdict == report.Skipped:
		result.Outcome, result.Message = schema.OutcomeMissing, h.skippedWords(pin, c)
	case c != nil:
		judgeCase(c, result)
	default:
		h.judgeUnreported(pin, result)
	}
}

// judgeUnreported judges a pinned case that the report does not contain: one of its parts
// failed, or it was not run.
func (h *holding) judgeUnreported(pin string, result *schema.TestResult) {
	if part := h.culprits.part(pin); part != nil {
		judgeCase(part, result)
		result.Message = strings.TrimSpace(strings.TrimPrefix(part.Name, pin)) + ": " + result.Message
		return
	}
	result.Outcome = schema.OutcomeMissing
	if group := h.culprits.group(pin); group != nil {
		result.Message, result.Output = "not run: "+failureOf(group), group.Output
		return
	}
	result.Message = missingWords(h.got.end, h.got.finished(h.reference))
	if h.unreported++; h.unreported == 1 {
		result.Output = h.got.output
	}
}

// skippedWords explains why a pinned case was skipped. A framework gives no reason if it skips
// cases because of a failure around them.
func (h *holding) skippedWords(pin string, c *report.Case) string {
	why := c.Message
	if firstWords(c.Message) == "" && !h.got.clean() {
		group := h.culprits.group(pin)
		switch {
		case group != nil:
			why = failureOf(group)
		case suiteSetUp(h.got.output, pin) != "":
			why = suiteSetUp(h.got.output, pin)
		}
	}
	return joinNonEmpty(": ", "skipped", why)
}

// failureOf returns the name of the failed case and the reason.
func failureOf(c *report.Case) string {
	return joinNonEmpty(": ", strings.TrimPrefix(c.Name, "pytest."), phrase(c))
}

// addExtra adds entries for the cases that the reference does not have, except those that explain
// why a pinned case was not run.
func (h *holding) addExtra(results []schema.TestResult) []schema.TestResult {
	listed := 0
	for i := range h.extra {
		c := &h.extra[i]
		switch {
		case h.culprits.used[c]:
		case listed == maxUnpinned:
			last := &results[len(results)-1]
			last.Message = joinNonEmpty("; ", last.Message, fmt.Sprintf("%d more cases that the reference does not have are left out", len(h.extra)-i))
			return results
		default:
			listed++
			results = append(results, h.unpinned(c))
		}
	}
	return results
}

// judgeCase records a case in its result.
func judgeCase(c *report.Case, result *schema.TestResult) {
	result.Wall, result.Message, result.Output = c.Wall, c.Message, c.Output
	if c.Verdict == report.Passed {
		award(result)
		return
	}
	result.Outcome, result.Message = schema.OutcomeFailed, phrase(c)
}

// unpinned returns the entry of a case that the reference does not have.
func (r *trial) unpinned(c *report.Case) schema.TestResult {
	result := r.entry(r.test, r.test.Name+"/"+c.Name)
	judgeCase(c, &result)
	result.InProcess, result.Unpinned = true, true
	return result
}

// nothingPinned returns the only entry of a test whose reference reported no case, which is an
// error in the tests.
func (r *trial) nothingPinned(got reading) schema.TestResult {
	result := r.entry(r.test, r.test.Name)
	result.InProcess, result.MaxScore = true, r.test.Points.Total
	words := joinNonEmpty("; ", append([]string{"the reference solution reported no case", got.end.message}, got.problems...)...)
	r.report(r.test, words, got.output)
	result.Outcome, result.Message, result.Output = schema.OutcomeGraderError, words, got.output
	return result
}

// missingWords explains from the end of the process why a pinned case is not in the report. If the framework
// finished, it never had the case.
func missingWords(end ending, finished bool) string {
	switch {
	case end.outcome != "" && end.outcome != schema.OutcomeCrashed:
		return "not reported: " + end.message
	case end.signal != "":
		return "not reported: the program was " + end.message
	case end.exit != 0:
		return "not reported: the program ended with " + end.message
	case finished:
		return "not reported: the test framework finished without this case; fewer cases were made, or the program under test ended itself (exit status 0)"
	}
	return "not reported: the program ended itself (exit status 0) before the tests were done"
}

// disagreement describes, for staff, where a report and the process that wrote it disagree. It
// returns "" if they agree.
func (h *holding) disagreement(results []schema.TestResult) string {
	finished := h.got.finished(h.reference)
	switch {
	case len(h.twice) > 0:
		return fmt.Sprintf("%d names stand more than once in the report", len(h.twice))
	case h.got.clean() && h.unreported > 0 && !finished:
		return fmt.Sprintf("the program ended with status 0, as exit(0) does, and %d pinned cases are missing from its report", h.unreported)
	case h.got.clean() && h.got.files > 0 && len(h.got.problems) > 0:
		return "a report cannot be read: " + h.got.problems[0]
	case !h.got.clean() && allPassed(results) && !finished:
		return "every case of the report passed, and yet: " + h.got.end.message
	}
	return ""
}

// failedOutside reports whether a framework finished, reported every case as passed, and still
// failed. That happens if cleaning up after the last case fails, or if the program crashes at its
// end.
func (h *holding) failedOutside(results []schema.TestResult) bool {
	return len(results) > 0 && !h.got.clean() && allPassed(results) && h.got.finished(h.reference)
}

// outside returns an entry for a failure outside the cases.
func (h *holding) outside() schema.TestResult {
	result := h.entry(h.test, h.test.Name)
	result.Outcome, result.InProcess, result.Unpinned = schema.OutcomeFailed, true, true
	result.Message = joinNonEmpty(": ", "every case passed, and something outside of them failed", suiteTearDown(h.got.output), h.got.end.message)
	result.Output = h.got.output
	return result
}

// allPassed reports whether every result is a passed case.
func allPassed(results []schema.TestResult) bool {
	return !slices.ContainsFunc(results, func(r schema.TestResult) bool { return r.Outcome != schema.OutcomePassed })
}
