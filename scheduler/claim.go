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

// errNothing ends a long poll that found no job.
var errNothing = errors.New("no job")

// claim assigns one job to the runner and waits for a job as long as the request allows.
//
// If an order cannot be delivered, the attempt's number is used up, because the runner may have
// read it and the number is a fence. The job is queued again immediately instead of when the lease
// ends. The attempt does not count towards the three, because no part of the job was run. The
// runner is retired. If a restart of the server lost the response, the runner may claim again and
// gets the same order until its job has begun.
func (s *runnerAPI) claim(w http.ResponseWriter, r *http.Request, m *member) error {
	wait, err := time.ParseDuration(r.URL.Query().Get("wait"))
	if err != nil || wait < 0 {
		return schema.Errorf(schema.CodeInvalid, "wait is missing or not a duration")
	}
	if !m.claim.TryLock() {
		return schema.Errorf(schema.CodeConflict, "another claim of this runner is waiting")
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

// orderFor returns the runner's order from this claim or an earlier one.
func (s *runnerAPI) orderFor(ctx context.Context, m *member, wait time.Duration) (schema.Order, error) {
	if job, attempt, ok := m.held(); ok {
		return s.again(ctx, m, job, attempt)
	}
	if _, served := s.Flavours[m.flavour]; !served && m.markOverIfReady(s.Clock()) {
		s.retire(m) // its flavour was removed from the configuration
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
		// This attempt counts, because an order that cannot be assembled now may never be
		// assembled.
		s.releaseJob(context.WithoutCancel(ctx), job.ID, job.Attempt, "its order could not be assembled")
		return schema.Order{}, s.lost(m, err)
	}
	return order, nil
}

func errServed() error {
	return schema.Errorf(schema.CodeStale, "this runner has had its one job already")
}

// again repeats an order whose response was lost, unless the job has begun.
func (s *runnerAPI) again(ctx context.Context, m *member, id int64, attempt int) (schema.Order, error) {
	job, err := s.Jobs.Job(ctx, id)
	if err != nil {
		return schema.Order{}, err
	}
	if job.State != schema.StateAssigned || job.Attempt != attempt || job.Runner != m.id {
		return schema.Order{}, errServed()
	}
	return s.order(ctx, m, job)
}

// await claims a job. It tries again after each wake-up until the wait ends or the client
// disconnects.
func (s *runnerAPI) await(ctx context.Context, m *member, wait time.Duration) (schema.Job, error) {
	timeout := time.NewTimer(wait)
	defer timeout.Stop()
	for {
		place := s.lines.join(m.flavour)
		job, err := s.look(ctx, m, place)
		if schema.CodeOf(err) != schema.CodeNotFound {
			s.lines.leave(m.flavour, place)
			if err == nil {
				s.lines.ring(m.flavour) // wake the next claim: there may be more jobs
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
		if errors.Is(err, errNothing) && s.alone(m) {
			if job, found := s.try(ctx, m, s.Jobs.Claim); schema.CodeOf(found) != schema.CodeNotFound {
				return job, found
			}
		}
		return schema.Job{}, err
	}
}

// look tries to claim a job once. If a flavour may have several runners, look keeps one of them
// free of regrades for the next push. If a flavour has one runner, that runner serves regrades when
// no other job waits.
func (s *runnerAPI) look(ctx context.Context, m *member, place *spot) (schema.Job, error) {
	if s.flavour(m.flavour).Max < 2 {
		return s.try(ctx, m, s.Jobs.Claim)
	}
	if !s.lines.spare(m.flavour, place) {
		return s.try(ctx, m, s.Jobs.ClaimLive)
	}
	job, err := s.try(ctx, m, s.Jobs.Claim)
	if schema.CodeOf(err) == schema.CodeNotFound {
		s.lines.unspare(m.flavour, place)
	}
	return job, err
}

// alone reports whether the runner is the only registered one of its flavour. Such a runner may
// claim a regrade after a whole poll, because its pool cannot start a second runner and regrades
// must not wait forever.
func (s *runnerAPI) alone(m *member) bool {
	t := s.fleet.tally(m.flavour)
	return t.ready.Load() == 1 && t.busy.Load() == 0
}

// claiming is the type of Jobs.Claim and Jobs.ClaimLive.
type claiming func(ctx context.Context, runner, flavour string, now time.Time, lease time.Duration) (schema.Job, error)

// try claims a job once. The statement is not cancelled when the client disconnects, because it
// would then be unknown whether it was committed.
func (s *runnerAPI) try(ctx context.Context, m *member, claim claiming) (schema.Job, error) {
	if err := ctx.Err(); err != nil {
		return schema.Job{}, err
	}
	if ph, _ := m.state(); ph != phaseReady {
		return schema.Job{}, errServed() // it is being retired; no attempt is used up
	}
	if s.controls.get(m.flavour).Stopped() {
		return schema.Job{}, schema.Errorf(schema.CodeNotFound, "no job of flavour %s starts: it is paused", m.flavour)
	}
	if s.shortages.paused(m.flavour, s.Clock()) {
		return schema.Job{}, schema.Errorf(schema.CodeNotFound, "no job of flavour %s starts: %s", m.flavour, lowSpaceWords)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), poolPatience)
	defer cancel()
	now := s.Clock()
	job, err := claim(ctx, m.id, m.flavour, now, s.Lease)
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

// order returns the order of a claimed job from the store and adds the scheduler's own values.
func (s *runnerAPI) order(ctx context.Context, m *member, job schema.Job) (schema.Order, error) {
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

// undelivered requeues a job if its order did not reach the runner.
func (s *runnerAPI) undelivered(ctx context.Context, m *member, order schema.Order) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), poolPatience)
	defer cancel()
	if m.markOver(s.Clock()) {
		s.returnJob(ctx, order.Job, order.Attempt, "its runner left as it was given the job")
		s.retire(m)
	}
}
