package gitd

import (
	"context"
	"time"
)

// tidyTime bounds the tidying of one repository, the wait for its lock included.
const tidyTime = time.Minute

// untidy notes that a push has ended in a repository; under load a note may be dropped,
// since the next push there brings another.
func (s *Server) untidy(repository int64) {
	select {
	case s.pushed <- repository:
	default:
	}
}

// tidy keeps the repositories that are pushed to quick to read, one at a time and off
// the path of any push.
func (s *Server) tidy() {
	for {
		select {
		case id := <-s.pushed:
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
