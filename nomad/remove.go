package nomad

import (
	"context"
	"time"
)

// stop ends a runner's job. If a job is purged, Nomad forgets it and its allocation immediately and
// does not report its end. So while the runner may run, stop only stops the job, which is purged
// after its end was reported.
func (p *Pool) stop(ctx context.Context, id string) (purged bool, err error) {
	p.mu.Lock()
	r := p.runners[id]
	purge := r == nil || r.alloc == ""
	p.mu.Unlock()
	_, _, err = p.Cluster.Jobs().Deregister(id, purge, write(ctx))
	if missing(err) {
		p.removed(id)
		return true, nil
	}
	if err != nil {
		return false, unanswered("stop job "+id, err)
	}
	return purge, nil
}

// removed records that Nomad has no such job, so that its end will not be reported.
func (p *Pool) removed(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r := p.runners[id]; r != nil && r.retired {
		p.forget(r)
	}
}

// remove calls stop in the background. It retries until stop succeeds; while Nomad does not answer
// at all, it waits.
func (p *Pool) remove(id string) {
	if !p.beginRemoval(id) {
		return
	}
	p.spawn(func(ctx context.Context) {
		for pause := firstPause; ctx.Err() == nil; pause = min(2*pause, awayPause) {
			purged, err := p.stopInTime(ctx, id)
			if err == nil && p.endRemoval(id, purged) {
				return
			}
			if err != nil && pause == firstPause && ctx.Err() == nil {
				p.Logger.Warn("job not removed yet; this is tried again", "job", id, "error", err)
			}
			rest(ctx, pause)
			p.awaitAnswers(ctx)
		}
	})
}

// stopInTime is like stop but limited to callPatience.
func (p *Pool) stopInTime(ctx context.Context, id string) (purged bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, callPatience)
	defer cancel()
	return p.stop(ctx, id)
}

// beginRemoval records that a task removes a job. It returns false if another task does.
func (p *Pool) beginRemoval(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.removing[id] {
		return false
	}
	p.removing[id] = true
	return true
}

// endRemoval ends a task's removal of a job. It returns false if the job was only stopped and has
// ended since, so that it must still be purged.
func (p *Pool) endRemoval(id string, purged bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !purged && p.runners[id] == nil {
		return false
	}
	delete(p.removing, id)
	return true
}

// awaitAnswers returns once Nomad answers, or ctx ends.
func (p *Pool) awaitAnswers(ctx context.Context) {
	p.mu.Lock()
	answers := p.answers
	p.mu.Unlock()
	select {
	case <-answers:
	case <-ctx.Done():
	}
}

// rest sleeps, at most until ctx ends.
func rest(ctx context.Context, pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
