package scheduler

import (
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

// TestClaimedJobIsDeliveredOrReturned ends a runner at the moment at which it is assigned a job.
// Either the runner received the job before, and the job is returned, or it can no longer receive
// it.
func TestClaimedJobIsDeliveredOrReturned(t *testing.T) {
	t.Parallel()
	for range 2000 {
		m := &member{phase: phaseReady}
		taken := make(chan bool)
		go func() { taken <- m.assign(schema.Job{ID: 7, Attempt: 1}, time.Now()) }()
		_, _, owed := m.markLost(time.Now())
		if took := <-taken; took != owed {
			t.Fatalf("taken %v, owed %v", took, owed)
		}
	}
}

func TestUnfinishedJobIsReturnedOnce(t *testing.T) {
	t.Parallel()
	m := &member{phase: phaseReady}
	m.assign(schema.Job{ID: 7, Attempt: 2}, time.Now())
	if job, attempt, owed := m.markLost(time.Now()); job != 7 || attempt != 2 || !owed {
		t.Errorf("owes job %d, attempt %d, %v", job, attempt, owed)
	}
	if _, _, owed := m.markLost(time.Now()); owed {
		t.Error("it owes its job twice")
	}
	if m.markOver(time.Now()) {
		t.Error("it ends twice")
	}
}
