package grade_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/grader/grader/runner/grade"
)

// TestJobLimitDoesNotRunWhileTheJobWaits waits for the server longer than the limit, once and with two requests at one
// time.
func TestJobLimitDoesNotRunWhileTheJobWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limit, bounded, cancel := grade.NewJobLimit(t.Context(), 10*time.Minute)
		defer cancel()
		time.Sleep(4 * time.Minute)
		first := limit.Pause()
		time.Sleep(time.Hour)
		second := limit.Pause()
		first()
		time.Sleep(time.Hour)
		second()
		time.Sleep(6*time.Minute - time.Second)
		if bounded.Err() != nil {
			t.Error("the limit ran while the job waited")
		}
		time.Sleep(2 * time.Second)
		if !errors.Is(context.Cause(bounded), context.DeadlineExceeded) {
			t.Errorf("after the limit: %v", context.Cause(bounded))
		}
	})
}

// TestStopReachesAWaitingJob stops the runner while the job waits, with and without a limit.
func TestStopReachesAWaitingJob(t *testing.T) {
	t.Parallel()
	for _, most := range []time.Duration{0, time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			limit, bounded, cancel := grade.NewJobLimit(ctx, most)
			defer cancel()
			defer limit.Pause()()
			time.Sleep(time.Hour)
			if bounded.Err() != nil {
				t.Errorf("limit %s: ended while it waited", most)
			}
			stop()
			<-bounded.Done()
		})
	}
}
