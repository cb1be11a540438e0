package web

import (
	"context"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// comparedSubmissions is the number of an owner's submissions that are searched for one that was
// graded with the same tests.
const comparedSubmissions = 10

// expectedTests returns the number of results that the viewer will see, or 0 if it is not known
// yet. It counts the tests that the assignment names one by one, or else the results of an earlier
// submission with the same tests.
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

// countTests returns the number of results that an assignment names, or 0 if some become known only
// with the result.
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
