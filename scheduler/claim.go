package scheduler

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/grader/grader/schema"
)

// maxWait bounds one long poll.
const maxWait = time.Minute

// errNothing is the end of a long poll without a job.
var errNothing = errors.New("no job")

// claim gives the runner its one job, waiting for it as long as it asks.
//
// What happens to an order that cannot be delivered: the attempt's number is spent,
// since it is a fence and the runner may yet have read it; the job goes back to the
// queue at once, so that nobody waits for a lease; and the attempt is not counted
// towards the three, since nothing of the job was ever run. The runner is retired.
// A runner that asks again, its answer lost by a restart of the server, gets the
// same order as long as its job has not begun.
func (s *Scheduler) claim(w http.ResponseWriter, r *http.Request, m *member) error {
	wait, err := time.ParseDuration(r.URL.Query().Get("wait"))
	if err != nil || wait < 0 {
		return schema.Errorf(schema.CodeInvalid, "wait is missing or no duration")
	}
	if !m.claim.TryLock() {
		return schema.Errorf(schema.CodeConflict, "another claim of this runner waits already")
	}
	defer m.claim.Unlock()
	order, err := s.orderFor(r.Context(), m, min(wait, maxWait))
	if errors.Is(err, errNothing) {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if err != nil {
		return err
	}
	if r.Context().Err() != nil {
		s.undelivered(r.Context(), m, order)
		return nil
	}
	reply(w, http.StatusOK, order)
	if http.NewResponseController(w).Flush() != nil {
		s.undelivered(r.Context(), m, order)
	}
	return nil
}

// orderFor returns the runner's order, claimed now or before.
func (s *Scheduler) orderFor(ctx context.Context, m *member, wait time.Duration) (schema.Order, error) {
	if job, attempt, ok := m.held(); ok {
		return s.again(ctx, m, job, attempt)
	}
	if _, served := s.Flavours[m.flavour]; !served && m.markOverIfReady(s.Clock()) {
		s.retire(m) // its flavour was taken out of the configuration
	}
	if ph, _ := m.state(); ph != phaseReady {
		return schema.Order{}, errServed()
	}
	job, err := s.await(ctx, m, wait)
	if err != nil {
		return schema.Order{}, err
	}
	s.hub.notify(job.ID)
	s.keep(m.flavour)
	order, err := s.order(ctx, m, job)
	if err != nil {
		// Counted: an order that cannot be made up may never be.
		s.releaseJob(context.WithoutCancel(ctx), job.ID, job.Attempt, "its order could not be made up")
		return schema.Order{}, s.lost(m, err)
	}
	return order, nil
}

func errServed() error {
	return schema.Errorf(schema.CodeStale, "this runner has had its one job; it serves no other")
}

// again repeats an order whose answer was lost, as long as nothing of it has begun.
func (s *Scheduler) again(ctx context.Context, m *member, id int64, attempt int) (schema.Order, error) {
	job, err := s.Jobs.Job(ctx, id)
	if err != nil {
		return schema.Order{}, err
	}
	if job.State != schema.StateAssigned || job.Attempt != attempt || job.Runner != m.id {
		return schema.Order{}, errServed()
	}
	return s.order(ctx, m, job)
}

// await claims a job, woken by rings until the wait is over or nobody waits.
func (s *Scheduler) await(ctx context.Context, m *member, wait time.Duration) (schema.Job, error) {
	timeout := time.NewTimer(wait)
	defer timeout.Stop()
	for {
		place := s.lines.join(m.flavour)
		job, err := s.try(ctx, m)
		if schema.CodeOf(err) != schema.CodeNotFound {
			s.lines.leave(m.flavour, place)
			if err == nil {
				s.lines.ring(m.flavour) // there may be more in the queue, for the next
			}
			return job, err
		}
		select {
		case <-place.bell:
			continue
		case <-ctx.Done():
			err = context.Cause(ctx)
		case <-s.ctx.Done():
			err = errStopping
		case <-timeout.C:
			err = errNothing
		}
		s.lines.leave(m.flavour, place)
		return schema.Job{}, err
	}
}

// try looks into the queue once. The statement is not cut short when the client
// leaves: it would be unknown whether it had been committed.
func (s *Scheduler) try(ctx context.Context, m *member) (schema.Job, error) {
	if err := ctx.Err(); err != nil {
		return schema.Job{}, err
	}
	if ph, _ := m.state(); ph != phaseReady {
		return schema.Job{}, errServed() // it is being retired: no attempt is spent on it
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), poolPatience)
	defer cancel()
	now := s.Clock()
	job, err := s.Jobs.Claim(ctx, m.id, m.flavour, now, s.Lease)
	if err != nil {
		return schema.Job{}, err
	}
	if !m.assign(job, now) {
		s.returnJob(ctx, job.ID, job.Attempt, "its runner was being retired")
		return schema.Job{}, errServed()
	}
	s.Logger.Info("job claimed", "job", job.ID, "attempt", job.Attempt, "runner", m.id)
	return job, nil
}

// order is what the store knows of a claimed job, and what only the scheduler knows.
func (s *Scheduler) order(ctx context.Context, m *member, job schema.Job) (schema.Order, error) {
	order, err := s.Jobs.Order(context.WithoutCancel(ctx), job.ID)
	if err != nil {
		return schema.Order{}, err
	}
	order.Protocol = schema.Protocol
	order.Job, order.Attempt, order.Kind = job.ID, job.Attempt, job.Kind
	order.Flavour = s.Flavours[m.flavour]
	order.Flavour.Name = m.flavour
	order.Lease = s.Lease
	return order, nil
}

// undelivered gives back a job whose order could not reach its runner.
func (s *Scheduler) undelivered(ctx context.Context, m *member, order schema.Order) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), poolPatience)
	defer cancel()
	if m.markOver(s.Clock()) {
		s.returnJob(ctx, order.Job, order.Attempt, "its runner left as it was given the job")
		s.retire(m)
	}
}
