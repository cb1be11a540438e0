package grade

import (
	"context"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// referenceFailure reports that the reference solution cannot be graded.
type referenceFailure struct{ message, output string }

// Error implements error.
func (f *referenceFailure) Error() string { return f.message }

// pinReference pins the cases that the reference reports; it runs only tests with a report. The
// error may be a referenceFailure.
func (s *session) pinReference(ctx context.Context) error {
	s.pins, s.traces = map[string][]string{}, map[string]schema.ReportTrace{}
	if !s.hasReports() {
		return nil
	}
	ref, err := s.reference(ctx)
	if err != nil {
		return err
	}
	if err := usable(ref); err != nil {
		return err
	}
	for i := range s.spec.Tests {
		t := &s.spec.Tests[i]
		if t.Kind != assignment.KindReport {
			continue
		}
		if ctx.Err() != nil {
			return errCutOff
		}
		if err := s.gradeTest(ctx, ref, t, func(schema.TestResult) {}); err != nil {
			return err
		}
	}
	return nil
}

// usable returns an error unless there is a reference that builds.
func usable(ref *subject) error {
	switch {
	case ref == nil:
		return &referenceFailure{message: "there is no reference solution to pin the cases of the reports"}
	case ref.build.Outcome != schema.OutcomePassed:
		return &referenceFailure{"the reference solution does not build: " + ref.build.Message, ref.build.Output}
	}
	return nil
}

func (s *session) hasReports() bool {
	for i := range s.spec.Tests {
		if s.spec.Tests[i].Kind == assignment.KindReport {
			return true
		}
	}
	return false
}
