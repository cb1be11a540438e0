package scheduler

import (
	"net/http"

	"github.com/grader/grader/schema"
)

// heartbeat extends the lease of the runner's job.
func (s *runnerAPI) heartbeat(w http.ResponseWriter, r *http.Request, m *member, job int64) error {
	var said schema.Heartbeat
	if err := decode(r.Body, maxMessage, &said); err != nil {
		return err
	}
	if err := m.owns(job, said.Attempt); err != nil {
		return err
	}
	if err := s.Jobs.Extend(r.Context(), job, said.Attempt, s.Clock().Add(s.Lease)); err != nil {
		return s.lost(m, err)
	}
	reply(w, http.StatusOK, schema.Lease{For: s.Lease})
	return nil
}

// lost retires a runner whose attempt is stale according to the store, because its results would be
// rejected.
func (s *runnerAPI) lost(m *member, err error) error {
	if schema.CodeOf(err) == schema.CodeStale && m.markOver(s.Clock()) {
		s.retire(m)
	}
	return err
}
