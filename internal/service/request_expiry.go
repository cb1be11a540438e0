package service

import (
	"context"
	"time"
)

// requestExpiryEvery is how often old requests of the API are removed with their answers.
const requestExpiryEvery = 10 * time.Minute

// startRequestExpiry starts to remove the requests of the API that are no longer kept.
func (s *Service) startRequestExpiry(ctx context.Context, _ *DataDir) error {
	s.every(ctx, periodic{requestExpiryEvery, true, "old requests of the API could not be removed", s.store.RemoveOldAPIRequests})
	return nil
}
