package web

import (
	"context"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// comparedSubmissions is how many of an owner's submissions are looked through for
// one that was graded by the same tests.
const comparedSubmissions = 10

// expectedTests returns how many results the viewer will see, 0 if that cannot
// be known yet: from the assignment where it names its tests one by one, else from an
// earlier result by the same tests.
func (s *submissionPages) expectedTests(ctx context.Context, v *sight) int {
	active := v.Task.Active
	if v.Task.Spec == nil || v.Sub.Job.VersionID != active.ID {
		return 0
	}
	if n := countTests(v.Task.Spec, active.Pins, v.Access); n > 0 {
		return n
	}
	earlier, err := s.Results.Submissions(ctx, v.Task.ID, v.Sub.Name.Owner, comparedSubmissions)
	if err != nil {
		s.log.Warn("progress is unknown", "error", err)
		return 0
	}
	for _, sub := range earlier {
		if sub.Result != nil && sub.Result.Outcome == schema.OutcomeGraded && sub.Job.VersionID == active.ID {
			visible, _ := course.Redact(*sub.Result, v.Access)
			return len(visible.Tests)
		}
	}
	return 0
}

// countTests counts the results that an assignment names; 0 if some are only
// known once they are there.
func countTests(spec *assignment.Spec, pins schema.Pins, a course.Access) int {
	n := 0
	for _, t := range spec.Tests {
		if !a.Sees(t.Visible) {
			continue
		}
		pinned := len(pins.Tests[t.Name])
		switch {
		case t.Family() || t.Penalty != nil || t.Kind.InProcess() && pinned == 0:
			return 0
		case t.Kind.InProcess():
			n += pinned
		default:
			n++
		}
	}
	return n
}
