package nomad_test

import (
	"context"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/hashicorp/nomad/api"

	"github.com/grader/grader/nomad/nomadtest"
	"github.com/grader/grader/schema"
)

// TestNomadMeasureReplacement measures the time from a runner's retirement until the fresh one has
// registered. For comparison it measures Nomad itself, from the stop of a service's allocation
// until the next one runs, with the same image on the same node. It does not check a limit.
// NOMAD_MEASURE=20 sets the number of repetitions.
func TestNomadMeasureReplacement(t *testing.T) {
	times, _ := strconv.Atoi(os.Getenv("NOMAD_MEASURE"))
	if times == 0 {
		t.Skip("NOMAD_MEASURE is not set")
	}
	lab := newLaboratory(t, nomadtest.Role{})
	front := lab.front(t)
	pool := lab.pool(t, lab.settings(front.URL), front)
	check(t, pool.Ensure(t.Context(), schema.Flavour{Name: "small"}, 1))
	runner := front.Registered()
	service := lab.service(t)
	took := map[string][]time.Duration{}
	for range times { // alternating, so that both see the same load
		began := time.Now()
		retired := make(chan error, 1)
		go func() { retired <- pool.Retire(context.WithoutCancel(t.Context()), runner) }()
		runner = front.Registered()
		took["a runner retired until the next has registered"] = append(took["a runner retired until the next has registered"], time.Since(began))
		check(t, <-retired)
		took["an allocation stopped until the next runs"] = append(took["an allocation stopped until the next runs"], service.replace(t))
	}
	for what, all := range took {
		slices.Sort(all)
		t.Logf("%s: median %v, of %d from %v to %v", what, all[len(all)/2], len(all), all[0], all[len(all)-1])
	}
}

// service is a service job of one allocation.
type service struct {
	cluster *api.Client
	job     string
	runs    string // id of its allocation
}

// service starts a service of the laboratory's image, on its network and of a runner's size.
func (l laboratory) service(t *testing.T) *service {
	t.Helper()
	cpu, memory, life := nomadtest.MHz/10, 64, time.Second
	task := api.NewTask("sleeper", "docker")
	task.Resources = &api.Resources{CPU: &cpu, MemoryMB: &memory}
	task.KillTimeout = &life
	task.Config = map[string]any{"image": l.image, "command": "sleep", "args": []string{"infinity"}, "network_mode": l.network, "init": true}
	job := api.NewServiceJob("sleeper", "sleeper", "", 50)
	job.AddTaskGroup(api.NewTaskGroup("sleepers", 1).AddTask(task))
	_, _, err := l.agent.Cluster().Jobs().Register(job, nil)
	check(t, err)
	s := &service{cluster: l.agent.Cluster().Client, job: "sleeper"}
	s.runs = s.next(t)
	return s
}

// replace stops the allocation and returns the time until the next one runs.
func (s *service) replace(t *testing.T) time.Duration {
	t.Helper()
	began := time.Now()
	_, err := s.cluster.Allocations().Stop(&api.Allocation{ID: s.runs}, nil)
	check(t, err)
	s.runs = s.next(t)
	return time.Since(began)
}

// next waits for an event of another running allocation.
func (s *service) next(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for q := (&api.QueryOptions{}).WithContext(ctx); ; {
		all, meta, err := s.cluster.Jobs().Allocations(s.job, false, q)
		check(t, err)
		for _, a := range all {
			if a.ID != s.runs && a.ClientStatus == api.AllocClientStatusRunning && a.DesiredStatus == api.AllocDesiredStatusRun {
				return a.ID
			}
		}
		q.WaitIndex = meta.LastIndex
	}
}
