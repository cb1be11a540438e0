package runner

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/grader/grader/schema"
)

// TestPatienceBeginsWithTheFirstFailure has a call that fails an hour after its start.
func TestPatienceBeginsWithTheFirstFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		err := retry(t.Context(), time.Minute, func(context.Context) error {
			if calls++; calls == 1 {
				time.Sleep(time.Hour)
				return schema.Errorf(schema.CodeUnavailable, "away")
			}
			return nil
		})
		if err != nil || calls != 2 {
			t.Errorf("%v after %d calls", err, calls)
		}
		began := time.Now()
		err = retry(t.Context(), time.Minute, func(context.Context) error { return schema.Errorf(schema.CodeUnavailable, "away") })
		if took := time.Since(began); err == nil || took < time.Minute || took > 2*time.Minute {
			t.Errorf("a server that is away: %v after %s", err, took)
		}
	})
}
