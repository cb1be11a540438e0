package grade

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/grader/grader/schema"
)

// reference returns the built reference solution. It returns nil if the assignment has none or it
// does not build.
func (s *builds) reference(ctx context.Context) (*subject, error) {
	if s.spec.Solution == "" {
		return nil, nil
	}
	if s.ref != nil || s.refErr != nil {
		return s.ref, s.refErr
	}
	ref, err := s.newSubject(filepath.Join(s.job.Tests, filepath.FromSlash(s.spec.Solution)), true)
	if err == nil {
		err = s.buildSubject(ctx, ref, silent{})
	}
	if err != nil {
		s.refErr = fmt.Errorf("reference: %w", err)
		return nil, s.refErr
	}
	s.ref = ref
	return ref, nil
}

// referenceFailsToo calls again with the reference after a subject failed, and reports whether the
// reference fails too. Then the tests are at fault. They are also at fault if there is no reference
// to compare with, or if the subject is the reference.
func (s *builds) referenceFailsToo(ctx context.Context, b *subject, again func(ref *subject) (bool, error)) (bool, error) {
	if b.reference {
		return true, nil
	}
	ref, err := s.reference(ctx)
	if err != nil {
		return false, err
	}
	if ref == nil || ref.build.Outcome != schema.OutcomePassed {
		return true, nil
	}
	return again(ref)
}
