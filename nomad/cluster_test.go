package nomad_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/nomad/api"

	"github.com/grader/grader/nomad"
	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/scheduler/pooltest"
	"github.com/grader/grader/schema"
)

// fakeCluster is a fake Nomad that runs its jobs. Each job is a runner that registers at the front
// with its identity and then waits for a job. The cluster has room for every runner.
type fakeCluster struct {
	*fakeNomad
	t      *testing.T
	url    string // of the runners' interface
	key    signer
	client http.Client
	tasks  sync.WaitGroup

	// The fake's mu guards the following fields.
	refusals int // number of writes to refuse
	runs     map[string]context.CancelFunc
}

func newFakeCluster(t *testing.T, url string) *fakeCluster {
	t.Helper()
	c := &fakeCluster{fakeNomad: &fakeNomad{events: make(chan api.Events, 100)}, t: t, url: url, key: newEd25519(t, "one"), client: http.Client{Transport: &http.Transport{}}, runs: map[string]context.CancelFunc{}}
	c.keys.Keys = append(c.keys.Keys, c.key.public())
	c.onDispatch, c.onStop = c.dispatched, c.deregistered
	c.serve(t, c)
	t.Cleanup(func() {
		c.mu.Lock()
		for _, end := range c.runs {
			end()
		}
		c.mu.Unlock()
		c.tasks.Wait()
		c.client.CloseIdleConnections()
	})
	return c
}

// Leave implements pooltest.Machines.
func (c *fakeCluster) Leave() { c.leave() }

// Return implements pooltest.Machines. As after an election, reads are answered before writes.
func (c *fakeCluster) Return() {
	c.mu.Lock()
	c.refusals = 3
	c.mu.Unlock()
	c.returns()
}

// Runners implements pooltest.Machines.
func (c *fakeCluster) Runners() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Collect(maps.Keys(c.runs))
}

// ServeHTTP refuses writes for a while after Return.
func (c *fakeCluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	refused := !c.down && c.refusals > 0 && r.Method != http.MethodGet
	if refused {
		c.refusals--
	}
	c.mu.Unlock()
	if refused {
		http.Error(w, "No cluster leader", http.StatusInternalServerError)
		return
	}
	c.fakeNomad.ServeHTTP(w, r)
}

// dispatched starts a job's runner. mu is held.
func (c *fakeCluster) dispatched(job string) {
	ctx, end := context.WithCancel(context.WithoutCancel(c.t.Context()))
	c.runs[job] = end
	a := alloc(fmt.Sprint("alloc-", c.dispatches), job, api.AllocClientStatusRunning, api.AllocDesiredStatusRun)
	c.allocs = append(c.allocs, a)
	parent, _, _ := strings.Cut(job, "/dispatch-")
	c.jobs = append(c.jobs, &api.JobListStub{ID: job, ParentID: parent, Status: "running"})
	c.tell(a)
	c.tasks.Go(func() {
		defer end()
		c.run(ctx, a)
		c.ended(job)
	})
}

// run acts as a runner until it is retired or ended.
func (c *fakeCluster) run(ctx context.Context, a *api.Allocation) {
	claims := good(time.Now())
	claims["nomad_allocation_id"] = a.ID
	parent, _, _ := strings.Cut(a.JobID, "/dispatch-")
	claims["nomad_job_id"] = parent
	said, err := json.Marshal(schema.Register{Protocol: schema.Protocol, Identity: c.key.sign(c.t, claims), Flavour: strings.TrimPrefix(parent, "grader-")})
	if err != nil {
		panic(err)
	}
	var as schema.Registered
	for c.call(ctx, "/register", "", bytes.NewReader(said), &as) != http.StatusOK { // the servers may not answer
		rest := time.NewTimer(10 * time.Millisecond)
		select {
		case <-rest.C:
		case <-ctx.Done():
			return
		}
	}
	c.call(ctx, "/claim?wait=1m", as.Secret, nil, nil)
}

// call makes a runner's request and returns the status, 0 for no answer.
func (c *fakeCluster) call(ctx context.Context, path, secret string, body io.Reader, answer any) int {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+schema.RunnerAPI+path, body)
	if err != nil {
		return 0
	}
	request.Header.Set("Authorization", "Bearer "+secret)
	response, err := c.client.Do(request)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	if answer != nil && json.NewDecoder(response.Body).Decode(answer) != nil {
		return 0
	}
	return response.StatusCode
}

// deregistered ends a job's runner. mu is held.
func (c *fakeCluster) deregistered(job string, purge bool) {
	if end := c.runs[job]; end != nil {
		end()
	}
	c.jobs = slices.DeleteFunc(c.jobs, func(j *api.JobListStub) bool { return purge && j.ID == job })
	c.allocs = slices.DeleteFunc(c.allocs, func(a *api.Allocation) bool { return purge && a.JobID == job })
	for _, a := range c.allocs {
		if a.JobID == job {
			a.DesiredStatus = api.AllocDesiredStatusStop
		}
	}
}

// ended records that a job's runner has ended, and sends the event.
func (c *fakeCluster) ended(job string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.runs, job)
	for _, a := range c.allocs {
		if a.JobID == job {
			a.ClientStatus = api.AllocClientStatusComplete
			c.tell(a)
		}
	}
}

// tell sends the event of an allocation unless the servers are disconnected. mu is held.
func (c *fakeCluster) tell(a *api.Allocation) {
	if c.down {
		return
	}
	now := *a
	c.events <- api.Events{Index: 8, Events: []api.Event{{Topic: api.TopicAllocation, Payload: map[string]any{"Allocation": &now}}}}
}

// onFakeCluster returns a pool on a fake cluster whose runners register at its front.
func onFakeCluster(t *testing.T) (*nomad.Pool, *pooltest.Front, *fakeCluster) {
	t.Helper()
	front := pooltest.NewFront(t, nil)
	c := newFakeCluster(t, front.URL)
	return c.pool(t, front), front, c
}

// pool starts a pool on the cluster.
func (c *fakeCluster) pool(t *testing.T, front *pooltest.Front) *nomad.Pool {
	t.Helper()
	cluster, err := nomad.Dial(nomad.Address{URL: c.URL})
	check(t, err)
	p := &nomad.Pool{Cluster: cluster, Registrar: front, Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Settings: nomad.Settings{Prefix: "grader", Server: front.URL, Network: "n", Wall: "uid", Flavours: map[string]nomad.Placement{"small": {}, "large": {}}}}
	front.Identify = p
	p.Start(t.Context())
	t.Cleanup(func() { check(t, p.Close()) })
	return p
}

// TestPoolOnAFakeCluster runs the suite of all pools without Nomad.
func TestPoolOnAFakeCluster(t *testing.T) {
	t.Parallel()
	var clusters sync.Map
	pooltest.RunOutliving(t, func(t *testing.T) (scheduler.Pool, *pooltest.Front) {
		p, front, c := onFakeCluster(t)
		clusters.Store(front, c)
		return fakeSized{p}, front
	}, func(t *testing.T, front *pooltest.Front) scheduler.Pool {
		was, _ := clusters.Load(front)
		return fakeSized{was.(*fakeCluster).pool(t, front)}
	})
}

// TestPoolWhileAFakeClusterIsAway disconnects Nomad's servers.
func TestPoolWhileAFakeClusterIsAway(t *testing.T) {
	t.Parallel()
	pooltest.RunAway(t, func(t *testing.T) (scheduler.Pool, *pooltest.Front, pooltest.Machines) {
		p, front, c := onFakeCluster(t)
		return fakeSized{p}, front, c
	})
}

// fakeSized gives the suite's flavours a size and an image.
type fakeSized struct{ *nomad.Pool }

func (s fakeSized) Ensure(ctx context.Context, f schema.Flavour, n int) error {
	f.Image, f.CPU, f.Memory, f.Scratch, f.Processes = "runner:1", 1, 64<<20, 16<<20, 64
	return s.Pool.Ensure(ctx, f, n)
}
