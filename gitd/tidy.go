package gitd

import (
	"context"
	"time"
)

// tidyTime bounds the tidying of one repository, including the wait for its lock.
const tidyTime = time.Minute

// untidy records that a push has ended in a repository. Under load this may be dropped, because
// the next push there records it again.
func (s *receiver) untidy(repository int64) {
	select {
	case s.pushed <- repository:
	default:
	}
}

// tidy packs the repositories that are pushed to, so that they stay quick to read, one at a
// time and outside of any push's path.
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
