package service

import (
	"context"
	"time"
)

// gradeUpdateEvery is how often grades are updated whose owners' time has ended. Readers of a grade do not depend on it:
// see store.UpdateDueGrades.
const gradeUpdateEvery = time.Minute

// startGradeUpdates starts to update grades at the end of their owners' time, including grades that nobody reads.
func (s *Service) startGradeUpdates(ctx context.Context, _ *DataDir) error {
	s.every(ctx, periodic{gradeUpdateEvery, true, "grades could not be updated", s.store.UpdateDueGrades})
	return nil
}
