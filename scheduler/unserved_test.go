package scheduler_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

// TestRunnersOfRemovedFlavourFinish removes a flavour from the configuration while one of its
// runners on a cluster grades. The job is finished, even if the cluster does not answer at first.
// The idle runners end immediately, the busy one after its job.
func TestRunnersOfRemovedFlavourFinish(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]error{"the cluster answers": nil, "the cluster is away": schema.Errorf(schema.CodeUnavailable, "away")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBundle(t)
				pool := &clusterPool{stubPool: b.pool}
				b.start(onCluster(pool))
				busy, idle := b.newDevice(), b.newDevice()
				b.push("alice")
				o := busy.claim()
				busy.events(o, 0, started()).want(t, 204)
				pool.away = away
				b.start(func(s *scheduler.Scheduler) {
					s.Pools = map[string]scheduler.Pool{"large": pool}
					s.Flavours = map[string]schema.Flavour{"large": {Max: 2}}
				})
				busy.heartbeat(o).want(t, 200)
				idle.do("POST", "/claim?wait=1s", "").want(t, 409, "has had its one job")
				for range 4 { // for all checks of the rescuer
					time.Sleep(lease / 2)
					busy.heartbeat(o).want(t, 200)
				}
				busy.result(o, graded()).want(t, 204)
				time.Sleep(time.Second)
				if b.pool.has(busy.id) || b.pool.has(idle.id) {
					t.Errorf("not retired: %v and %v are alive", busy.id, idle.id)
				}
				if j := b.job(o.Job); j.State != schema.StateDone || j.Attempt != 1 {
					t.Errorf("job %+v", j)
				}
			})
		})
	}
}
