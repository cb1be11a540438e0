package scheduler

import (
	"context"
	"net/http"

	"github.com/grader/grader/schema"
)

// result stores the result, which ends the job, and retires the runner. A repeated request gets the
// same response.
func (s *runnerAPI) result(w http.ResponseWriter, r *http.Request, m *member, job int64) error {
	attempt, err := number(r, "attempt")
	if err != nil {
		return err
	}
	if err := m.owns(job, attempt); err != nil {
		return err
	}
	var said schema.Result
	if err := decode(r.Body, maxResult, &said); err != nil {
		return err
	}
	if err := s.completeResult(r.Context(), m, job, &said); err != nil {
		return err
	}
	if said.Outcome == schema.OutcomeInfrastructureError {
		return s.failed(w, r, m, said)
	}
	// Once read, the result is stored even if the runner does not wait for the response.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), poolPatience)
	defer cancel()
	if _, err := s.Jobs.Finish(ctx, job, attempt, said, s.Clock()); err != nil {
		return s.lost(m, err)
	}
	s.hub.notify(job)
	if said.Outcome == schema.OutcomeGraderError && said.Gate == nil { // a failed gate is shown to its pusher
		s.Logger.Error("tests are broken", "job", job, "tests", said.Provenance.Tests, "message", said.Message)
	}
	w.WriteHeader(http.StatusNoContent)
	if m.markOver(s.Clock()) {
		s.Logger.Info("job finished", "job", job, "attempt", attempt, "runner", m.id, "outcome", said.Outcome)
		s.retire(m)
	}
	return nil
}

// failed handles a runner's report that its machine failed. The job is graded again on another
// runner, as if the runner had been lost.
func (s *runnerAPI) failed(w http.ResponseWriter, r *http.Request, m *member, said schema.Result) error {
	if job, attempt, ok := m.held(); ok && m.markOver(s.Clock()) {
		s.releaseJob(context.WithoutCancel(r.Context()), job, attempt, said.Message)
		s.retire(m)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// completeResult checks a result, sets its provenance and bounds its times by the server's clock.
func (s *runnerAPI) completeResult(ctx context.Context, m *member, id int64, said *schema.Result) error {
	job, err := s.Jobs.Job(ctx, id)
	if err != nil {
		return err
	}
	if err := cleanResult(said, job.Kind); err != nil {
		return err
	}
	order, err := s.Jobs.Order(ctx, id)
	if err != nil {
		return err
	}
	said.Provenance = schema.Provenance{
		Submission: order.Submission.Commit,
		Tests:      order.Tests.Commit,
		Flavour:    m.runner.Flavour,
		Image:      m.runner.Image,
		Grader:     m.runner.Version,
		Wall:       m.runner.Wall,
		Attempt:    job.Attempt,
	}
	now := s.Clock()
	if said.FinishedAt.IsZero() || said.FinishedAt.After(now) {
		said.FinishedAt = now
	}
	if said.StartedAt.IsZero() || said.StartedAt.After(said.FinishedAt) {
		said.StartedAt = job.AssignedAt
	}
	return nil
}
