package scheduler

import (
	"crypto/sha256"
	"time"

	"github.com/grader/grader/schema"
)

// hash returns the hash of the session's secret; false before registration.
func (m *member) hash() ([sha256.Size]byte, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.runner.SecretHash) != sha256.Size {
		return [sha256.Size]byte{}, false
	}
	return [sha256.Size]byte(m.runner.SecretHash), true
}

// enter changes the phase and updates the tally. mu is held.
func (m *member) enter(p phase, now time.Time) {
	m.tally.move(m.phase, p)
	m.phase, m.since = p, now
}

// counted moves the runner to another tally; nil removes it from its tally.
func (m *member) counted(by *tally) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tally.move(m.phase, "")
	by.move("", m.phase)
	m.tally = by
}

// state returns the phase and its start time.
func (m *member) state() (phase, time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.phase, m.since
}

// starting reports whether the runner has not registered yet.
func (m *member) starting() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.phase == phaseStarting
}

// register records the runner's registration.
func (m *member) register(r schema.Runner, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.runner = r
	m.enter(phaseReady, now)
}

// assign records the runner's one job. It returns false if the runner is not ready.
func (m *member) assign(job schema.Job, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.phase != phaseReady {
		return false
	}
	m.enter(phaseBusy, now)
	m.job, m.attempt = job.ID, job.Attempt
	return true
}

// markOver records that the runner accepts no more work. It returns false if the runner was over
// before.
func (m *member) markOver(now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.phase == phaseOver {
		return false
	}
	m.enter(phaseOver, now)
	return true
}

// markLost is like markOver for a runner that has ended. Under the same lock it returns the
// runner's unfinished job: a later claim finds the runner over, and the job of an earlier claim is
// returned here.
func (m *member) markLost(now time.Time) (job int64, attempt int, unfinished bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	unfinished = m.phase == phaseBusy
	if m.phase != phaseOver {
		m.enter(phaseOver, now)
	}
	return m.job, m.attempt, unfinished
}

// markOverIfReady is like markOver for a ready runner. It returns false in any other phase.
func (m *member) markOverIfReady(now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.phase != phaseReady {
		return false
	}
	m.enter(phaseOver, now)
	return true
}

// held returns the runner's unfinished job, if any.
func (m *member) held() (job int64, attempt int, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.job, m.attempt, m.phase == phaseBusy
}

// owns checks a request's job and attempt against the runner's. A runner that is over may still
// repeat a result whose response was lost.
func (m *member) owns(job int64, attempt int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.job == 0 || m.job != job {
		return schema.Errorf(schema.CodeForbidden, "job %d is not this runner's", job)
	}
	if m.attempt != attempt {
		return schema.Errorf(schema.CodeStale, "attempt %d of job %d is not this runner's; stop now", attempt, job)
	}
	return nil
}

// tested records that student code may have run.
func (m *member) tested() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.built = true
}

// mayPrepare reports whether the runner is busy and no student code has run on it.
func (m *member) mayPrepare() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return !m.built && m.phase == phaseBusy
}

// spend adds a batch to the attempt's counts of events and bytes of lines. Repeated events count
// once. CodeLimit: too many.
func (m *member) spend(first int, events []schema.Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	stored, text := m.stored, m.text
	for i, e := range events {
		if first+i < m.stored {
			continue
		}
		stored++
		if e.Kind == schema.EventLine {
			text += len(e.Text) + 1
		}
	}
	if first+len(events) > maxEvents || text > maxLines {
		return schema.Errorf(schema.CodeLimit, "a job may have %d events and %d bytes of lines", maxEvents, maxLines)
	}
	m.stored, m.text = max(stored, first+len(events)), text
	return nil
}
