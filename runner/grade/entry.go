package grade

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// entry returns a new result of a test.
func (s *session) entry(t *assignment.Test, name string) schema.TestResult {
	return schema.TestResult{Name: name, Test: t.Name, Visible: t.Visible}
}

// finish adds the hint to a result that did not pass.
func (s *session) finish(r schema.TestResult, hint string) schema.TestResult {
	if r.Outcome != schema.OutcomePassed {
		r.Hint = hint
		r.Message = joinNonEmpty("; ", r.Message, s.tempWords(r))
	}
	return r
}

// Messages of programs that could not use /tmp or /dev/shm. For /dev/shm, glibc and Python print
// the name of the function that failed, a line or two above.
var (
	deniedTemp   = regexp.MustCompile(`(?m)(?:denied|AccessDeniedException).*\W/tmp\b|(?:^|\W)/tmp\b.*denied`)
	deniedShared = regexp.MustCompile(`(?i)(?:shm_open|sem_open|SemLock|/dev/shm)(?:.*\n){0,2}.*denied|denied.*\W/dev/shm\b`)
)

// tempWords explains to a student a failure that happens only on this machine. It returns "" if
// there is nothing to explain.
func (s *session) tempWords(r schema.TestResult) string {
	said := schema.Plain(r.Output) + "\n" + r.Message
	switch {
	case deniedShared.MatchString(said) && !s.grader.Wall.HasShared():
		return "on this machine programs cannot use shared memory and named semaphores (/dev/shm), which Python's multiprocessing needs; " +
			"ask the staff: `grader doctor` says what the machine lacks"
	case deniedTemp.MatchString(said) && !s.grader.Wall.HasTemp():
		return "on this machine programs cannot write to /tmp, only to the directory that $TMPDIR names"
	}
	return ""
}

// single reports whether a test has exactly one entry, with the test's name.
func single(t *assignment.Test) bool {
	return !t.Family() && t.Kind != assignment.KindReport
}

// planned is an entry that a test always has.
type planned struct {
	name, hint string
	most       schema.Points
}

// plan returns the entries of a test: the test itself, its cases, or its pinned cases.
func (s *session) plan(t *assignment.Test) []planned {
	switch {
	case single(t):
		return []planned{{t.Name, t.Hint, t.Points.Total}}
	case t.Kind == assignment.KindReport:
		return s.planPinned(t)
	}
	points := t.CasePoints()
	entries := make([]planned, len(t.Cases))
	for i, c := range t.Cases {
		entries[i] = planned{t.Name + "/" + c.Name, caseHint(t, c), points[i]}
	}
	return entries
}

// planPinned returns the pinned cases of a test with a report.
func (s *session) planPinned(t *assignment.Test) []planned {
	pins := s.pins[t.Name]
	entries := make([]planned, len(pins))
	for i, name := range pins {
		most := t.Points.ForName(name)
		if !t.Points.ByName() {
			most = t.Points.Total.Over(len(pins))
		}
		entries[i] = planned{t.Name + "/" + name, t.Hint, most}
	}
	return entries
}

func caseHint(t *assignment.Test, c assignment.Case) string {
	if c.Hint != "" {
		return c.Hint
	}
	return t.Hint
}

// notRun emits the entries of a test that is not run, with their full maximum.
func (s *session) notRun(t *assignment.Test, why string, emit func(schema.TestResult)) {
	for _, p := range s.plan(t) {
		r := s.entry(t, p.name)
		r.Outcome, r.MaxScore, r.Message = schema.OutcomeNotRun, p.most, why
		emit(s.finish(r, p.hint))
	}
}

// cutOffWords returns why a job stopped before its end.
func cutOffWords(ctx context.Context, spec *assignment.Spec) string {
	if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return fmt.Sprintf("not run: the limit of %s on the whole job was reached", formatDuration(spec.JobLimit))
	}
	return "not run: the job was stopped"
}

// report writes a problem of the tests to the staff's log.
func (s *session) report(t *assignment.Test, what, output string) {
	if s.grader.Logger != nil {
		s.grader.Logger.Error("test is broken", "test", t.Name, "what", what, "output", schema.Excerpt(output, 2000))
	}
}
