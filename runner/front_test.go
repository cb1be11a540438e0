package runner_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/grader/grader/runner"
	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// front is a server that gives one order. A hook replaces a single answer.
type front struct {
	t     *testing.T
	url   string
	order schema.Order

	mu      sync.Mutex
	seen    []string // "POST /claim", in order
	batches [][]schema.Event
	firsts  []string
	result  *schema.Result
	hooks   map[string]http.HandlerFunc // by the path's last element; removed when called
}

func newFront(t *testing.T) *front {
	t.Helper()
	f := &front{t: t, hooks: map[string]http.HandlerFunc{}}
	f.order = schema.Order{Protocol: schema.Protocol, Job: 7, Attempt: 2, Kind: schema.JobGrade, Zone: "UTC", Flavour: schema.Flavour{Name: "standard"}, Lease: 1 << 40}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

// once makes hook answer the next request of that name.
func (f *front) once(name string, hook http.HandlerFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hooks[name] = hook
}

// ServeHTTP answers as the control plane does.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	f.mu.Lock()
	f.seen = append(f.seen, r.Method+" "+name)
	hook := f.hooks[name]
	delete(f.hooks, name)
	f.mu.Unlock()
	if hook != nil {
		hook(w, r)
		return
	}
	switch name {
	case "register":
		answer(w, 200, schema.Registered{Runner: "r", Secret: "secret"})
	case "claim":
		answer(w, 200, f.order)
	case "submission.tar", "tests.tar":
		_, _ = w.Write(make([]byte, 1024)) // an empty tar
	case "prepared.tar":
		answer(w, 404, schema.ErrorReply{Code: schema.CodeNotFound, Message: "not prepared yet"})
	case "heartbeat":
		answer(w, 200, schema.Lease{For: f.order.Lease})
	case "events":
		f.keep(r)
		w.WriteHeader(204)
	case "result":
		f.mu.Lock()
		defer f.mu.Unlock()
		f.result = new(schema.Result)
		if err := json.NewDecoder(r.Body).Decode(f.result); err != nil {
			f.t.Errorf("result: %v", err)
		}
		w.WriteHeader(204)
	}
}

func (f *front) keep(r *http.Request) {
	var batch []schema.Event
	d := json.NewDecoder(r.Body)
	for {
		var e schema.Event
		err := d.Decode(&e)
		if err == io.EOF {
			break
		}
		if err != nil {
			f.t.Errorf("events: %v", err)
			return
		}
		batch = append(batch, e)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.batches, f.firsts = append(f.batches, batch), append(f.firsts, r.URL.Query().Get("first"))
}

// kinds returns the kinds of all events, batch by batch.
func (f *front) kinds() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []string
	for i, batch := range f.batches {
		var kinds []string
		for _, e := range batch {
			kinds = append(kinds, string(e.Kind))
		}
		all = append(all, f.firsts[i]+":"+strings.Join(kinds, "+"))
	}
	return strings.Join(all, " ")
}

func answer(w http.ResponseWriter, status int, v any) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func unavailable(w http.ResponseWriter, _ *http.Request) {
	answer(w, 503, schema.ErrorReply{Code: schema.CodeUnavailable, Message: "restarting"})
}

func stale(w http.ResponseWriter, _ *http.Request) {
	answer(w, 409, schema.ErrorReply{Code: schema.CodeStale, Message: "stop now"})
}

// engine is an Engine that calls a function.
type engine func(ctx context.Context, j grade.Job, o grade.Observer) (schema.Result, error)

func (e engine) Grade(ctx context.Context, j grade.Job, o grade.Observer) (schema.Result, error) {
	return e(ctx, j, o)
}

func full(context.Context, grade.Job, grade.Observer) (schema.Result, error) {
	return schema.Result{Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent}, nil
}

// serve runs an agent against the front.
func (f *front) serve(ctx context.Context, e engine, change ...func(*runner.Agent)) error {
	f.t.Helper()
	a := &runner.Agent{Dir: f.t.TempDir(), Version: "v1", Logger: slog.New(slog.DiscardHandler)}
	a.Open = func(context.Context, string) (*runner.Station, error) {
		return &runner.Station{Engine: e, Wall: "uid", Image: "image"}, nil
	}
	for _, c := range change {
		c(a)
	}
	return a.Run(ctx, bytes.NewBufferString(f.credential(false)))
}

func (f *front) credential(leash bool) string {
	return fmt.Sprintf(`{"url":%q,"runner":"r","token":"t","flavour":"standard","leash":%t}`+"\n", f.url, leash)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// paperWall opens a station without a sandbox.
func paperWall(context.Context, string) (*runner.Station, error) { return &runner.Station{}, nil }
