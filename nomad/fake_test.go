package nomad_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/hashicorp/nomad/api"
)

// fakeNomad implements the part of Nomad's interface that a pool of one flavour uses.
type fakeNomad struct {
	URL string

	server     *httptest.Server
	mu         sync.Mutex
	down       bool
	keys       jose.JSONWebKeySet
	keyFetches int
	jobs       []*api.JobListStub
	allocs     []*api.Allocation
	nodes      []*api.NodeListStub
	blind      bool // the token may not read nodes
	blocked    []*api.Evaluation
	registered []*api.Job
	parents    map[string]bool // jobs that can be dispatched; nil: all
	dispatches int
	stopped    []string // names of jobs
	events     chan api.Events

	onDispatch func(job string)             // nil: does nothing; called with mu held
	onStop     func(job string, purge bool) // like onDispatch
}

func newFakeNomad(t *testing.T) *fakeNomad {
	t.Helper()
	f := &fakeNomad{events: make(chan api.Events, 100)}
	f.serve(t, f)
	return f
}

// serve sets the handler of later requests.
func (f *fakeNomad) serve(t *testing.T, handler http.Handler) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	f.URL, f.server = server.URL, server
}

// has adds allocations of dispatched jobs.
func (f *fakeNomad) has(all ...*api.Allocation) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range all {
		f.allocs = append(f.allocs, a)
		f.jobs = append(f.jobs, &api.JobListStub{ID: a.JobID, ParentID: "grader-small", Status: "running"})
	}
}

// leave disconnects the cluster's servers.
func (f *fakeNomad) leave() {
	f.mu.Lock()
	f.down = true
	f.mu.Unlock()
	f.server.CloseClientConnections()
}

// returns reconnects the cluster's servers.
func (f *fakeNomad) returns() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.down = false
}

// ServeHTTP handles one request.
func (f *fakeNomad) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	if f.down {
		f.mu.Unlock()
		http.Error(w, "no cluster leader", http.StatusInternalServerError)
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/v1/")
	if f.blind && (path == "nodes" || slices.Contains(r.URL.Query()["topic"], "Node:*")) {
		f.mu.Unlock()
		http.Error(w, "Permission denied", http.StatusForbidden)
		return
	}
	if path == "event/stream" {
		f.mu.Unlock()
		f.stream(w, r)
		return
	}
	defer f.mu.Unlock()
	answer := f.answer(r.Method, path, r)
	if answer == nil {
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	w.Header().Set("X-Nomad-Index", "7")
	_ = json.NewEncoder(w).Encode(answer)
}

// answer returns the response to a request, nil for not found. mu is held.
func (f *fakeNomad) answer(method, path string, r *http.Request) any {
	switch {
	case path == "/.well-known/jwks.json":
		f.keyFetches++
		return f.keys
	case path == "jobs" && method == http.MethodGet:
		return f.jobs
	case path == "jobs":
		var said api.JobRegisterRequest
		_ = json.NewDecoder(r.Body).Decode(&said)
		f.registered = append(f.registered, said.Job)
		if f.parents != nil {
			f.parents[*said.Job.ID] = true
		}
		return api.JobRegisterResponse{}
	case path == "allocations":
		return f.allocs
	case path == "nodes":
		return f.nodes
	case path == "evaluations":
		return f.blocked
	case strings.HasSuffix(path, "/dispatch") && f.parents != nil && !f.parents[strings.TrimSuffix(strings.TrimPrefix(path, "job/"), "/dispatch")]:
		return nil
	case strings.HasSuffix(path, "/dispatch"):
		f.dispatches++
		job := strings.TrimSuffix(strings.TrimPrefix(path, "job/"), "/dispatch") + "/dispatch-1-" + strings.Repeat("x", f.dispatches)
		if f.onDispatch != nil {
			f.onDispatch(job)
		}
		return api.JobDispatchResponse{DispatchedJobID: job}
	case method == http.MethodDelete:
		job := strings.TrimPrefix(path, "job/")
		f.stopped = append(f.stopped, job)
		if f.onStop != nil {
			f.onStop(job, r.URL.Query().Get("purge") == "true")
		}
		return api.JobDeregisterResponse{}
	}
	for _, a := range f.allocs {
		if path == "allocation/"+a.ID {
			return a
		}
	}
	return nil
}

// stream sends the test's events.
func (f *fakeNomad) stream(w http.ResponseWriter, r *http.Request) {
	_ = http.NewResponseController(w).Flush()
	for {
		select {
		case e := <-f.events:
			_ = json.NewEncoder(w).Encode(e)
			_ = http.NewResponseController(w).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

// alloc returns an allocation of a dispatched job as Nomad reports it.
func alloc(id, job, client, desired string) *api.Allocation {
	return &api.Allocation{ID: id, JobID: job, NodeName: "n1", Namespace: "default", TaskGroup: "runner", ClientStatus: client, DesiredStatus: desired}
}
