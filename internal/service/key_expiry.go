package service

import (
	"context"
	"time"
)

// keyExpiryEvery is how often expired keys are removed.
const keyExpiryEvery = time.Minute

// startKeyExpiry starts to remove expired keys, with the sessions, tokens, links and codes that they
// created.
func (s *Service) startKeyExpiry(ctx context.Context, _ *DataDir) error {
	s.every(ctx, periodic{keyExpiryEvery, true, "expired keys could not be removed", s.classroom.Accounts.RemoveExpiredKeys})
	return nil
}
