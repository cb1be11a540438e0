package scheduler

import (
	"net/http"
	"time"

	"github.com/grader/grader/schema"
)

// events stores a runner's events and wakes the watchers of the job.
func (s *runnerAPI) events(w http.ResponseWriter, r *http.Request, m *member, job int64) error {
	attempt, first, err := batchOf(r)
	if err != nil {
		return err
	}
	if err := m.owns(job, attempt); err != nil {
		return err
	}
	events, err := DecodeEvents(r.Body)
	if err != nil {
		return err
	}
	m.upload.Lock()
	defer m.upload.Unlock()
	if err := m.spend(first, events); err != nil {
		return err
	}
	s.stamp(m, attempt, events)
	if _, err := s.Jobs.Append(r.Context(), job, attempt, first, events); err != nil {
		return s.lost(m, err)
	}
	s.hub.notify(job)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// batchOf parses the attempt and the sender's count from the query.
func batchOf(r *http.Request) (attempt, first int, err error) {
	if attempt, err = number(r, "attempt"); err != nil {
		return 0, 0, err
	}
	first, err = number(r, "first")
	return attempt, first, err
}

// stamp sets the fields that a runner may not set. It accepts a runner's times only within the last
// hour of the server's clock.
func (s *runnerAPI) stamp(m *member, attempt int, events []schema.Event) {
	now := s.Clock()
	for i := range events {
		e := &events[i]
		e.Attempt = attempt
		if e.At.After(now) || e.At.Before(now.Add(-time.Hour)) {
			e.At = now
		}
		if e.Kind != schema.EventStarted {
			m.tested()
		}
	}
}
