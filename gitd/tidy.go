package gitd

import (
	"context"
	"time"
)

// tidyTime bounds the tidying of one repository, including the wait for its lock.
const tidyTime = time.Minute

// untidy records that a push to a repository has ended. Under load this may be dropped, because the
// next push there records it again.
func (s *receiver) untidy(repository int64) {
	select {
	case s.pushed <- repository:
	default:
	}
}

// tidy repacks the repositories that receive pushes, so that reading them stays fast. It does so
// one at a time, and no push waits for it.
func (s *Server) tidy() {
	for {
		select {
		case id := <-s.receiver.pushed:
			ctx, cancel := context.WithTimeout(s.base, tidyTime)
			if err := s.Repos.Tidy(ctx, id); err != nil && ctx.Err() == nil {
				s.Logger.Warn("tidy a repository", "repository", id, "error", err)
			}
			cancel()
		case <-s.base.Done():
			return
		}
	}
}
