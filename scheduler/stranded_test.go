package scheduler_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

// TestJobsOfRemovedFlavour removes a flavour from the configuration while pushes wait for it. Staff
// read this in the log and in the queue, and students at their push. Once the jobs are moved, they
// are graded.
func TestJobsOfRemovedFlavour(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t)
		job := b.push("alice")
		var log bytes.Buffer
		b.start(func(s *scheduler.Scheduler) {
			s.Pools = map[string]scheduler.Pool{"large": b.pool}
			s.Flavours = map[string]schema.Flavour{"large": {Max: 2}}
			s.Logger = slog.New(slog.NewTextHandler(&log, nil))
		})
		time.Sleep(time.Minute)
		stranded, err := b.Stranded(t.Context())
		check(t, err)
		if diff := cmp.Diff([]schema.QueueDepth{{Flavour: "standard", Lane: schema.LaneInteractive, Waiting: 1}}, stranded); diff != "" {
			t.Error(diff)
		}
		if p := b.Place(job.ID); !strings.Contains(p.Stalled, "no runners of flavour standard") {
			t.Errorf("the student is told %+v", p)
		}
		if _, err := b.store.MoveQueue(t.Context(), schema.Operator(), "standard", "large"); err != nil {
			t.Fatal(err)
		}
		b.Wake()
		time.Sleep(time.Minute)
		if p := b.Place(job.ID); p.Stalled != "" {
			t.Errorf("moved, the student is told %+v", p)
		}
		check(t, b.Stop(t.Context()))
		if n := strings.Count(log.String(), "jobs wait for a flavour that is not in the configuration"); n != 1 {
			t.Errorf("said %d times:\n%s", n, log.String())
		}
	})
}

// TestStallReasonForStaff checks that staff read why no runner starts only while none can.
func TestStallReasonForStaff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		want := func(when, flavour string, want schema.Stall) {
			t.Helper()
			b.pool.lists = 0
			if got := b.Stall(t.Context(), flavour); got != want {
				t.Errorf("%s: %+v, want %+v", when, got, want)
			}
			if b.pool.lists > 1 {
				t.Errorf("%s: the pool was asked %d times", when, b.pool.lists)
			}
		}
		want("nothing is wrong", "standard", schema.Stall{})
		want("it is not in the configuration", "large", schema.Stall{Missing: true})
		b.pool.away = schema.Errorf(schema.CodeUnavailable, "Nomad does not answer: 500")
		want("the pool is away", "standard", schema.Stall{Reason: "Nomad does not answer: 500"})
		b.pool.away = nil
		want("the pool is back", "standard", schema.Stall{})
		b.pool.failure = "no wall"
		b.fail("runner-8", "no wall")
		b.fail("runner-9", "no wall")
		want("runners fail", "standard", schema.Stall{Reason: "no wall"})
		for _, mode := range []schema.PoolMode{schema.PoolPaused, schema.PoolDraining} {
			b.Control(schema.PoolControl{Flavour: "standard", Mode: mode})
			want(string(mode), "standard", schema.Stall{Reason: "the staff has paused it; to go on: pools resume standard"})
			b.Control(schema.PoolControl{Flavour: "standard", Mode: mode, AdminMode: true})
			want(string(mode)+" by an administrator", "standard", schema.Stall{Reason: "an administrator has paused it; for administrators, to go on: pools resume standard"})
		}
		b.Control(schema.PoolControl{Flavour: "standard", Mode: schema.PoolOpen})
		b.newDevice()
		want("one is ready", "standard", schema.Stall{})
	})
}
