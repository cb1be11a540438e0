package service

import (
	"context"
	"time"
)

// gradeUpdateEvery is the interval at which the grades of owners who can no longer submit are updated. Readers of a
// grade do not depend on it: see store.UpdateDueGrades.
const gradeUpdateEvery = time.Minute

// startGradeUpdates starts to update the grades of owners who can no longer submit, including grades that nobody
// reads.
func (s *Service) startGradeUpdates(ctx context.Context, _ *DataDir) error {
	s.every(ctx, periodic{gradeUpdateEvery, true, "grades could not be updated", s.store.UpdateDueGrades})
	return nil
}
