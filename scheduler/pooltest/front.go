// Package pooltest tests the required behaviour of every pool. A pool's own tests call Run with a
// function that creates one.
package pooltest

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

// patience bounds each wait for the pool.
const patience = time.Minute

// Front replaces the scheduler. It issues tokens, registers runners by token or by the pool's
// Identify, and keeps each runner waiting for a job until it is dismissed.
type Front struct {
	URL      string               // address in the credentials
	Identify scheduler.Identifier // the pool, if its runners have identities instead of tokens

	t          testing.TB
	pool       scheduler.Pool // notified of registrations; may be nil
	mu         sync.Mutex
	tokens     map[string]string        // to id
	flavours   map[string]string        // of ids
	dismissals map[string]chan struct{} // by secret, which equals the id
	registered chan string              // ids, in order of registration
	exited     chan string
}

// NewFront starts a front on the listener, or on a free TCP port of this machine.
func NewFront(t testing.TB, l net.Listener) *Front {
	t.Helper()
	f := &Front{
		t: t, tokens: map[string]string{}, flavours: map[string]string{}, dismissals: map[string]chan struct{}{},
		registered: make(chan string, 1000), exited: make(chan string, 1000),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+schema.RunnerAPI+"/register", f.register)
	mux.HandleFunc("POST "+schema.RunnerAPI+"/claim", f.claim)
	server := httptest.NewUnstartedServer(mux)
	if l != nil {
		_ = server.Listener.Close()
		server.Listener = l
	}
	server.Start()
	t.Cleanup(func() {
		server.CloseClientConnections() // runners that outlive their pool still send requests
		server.Close()
	})
	f.URL = server.URL
	if u, ok := server.Listener.Addr().(*net.UnixAddr); ok {
		f.URL = "unix:" + u.Name
	}
	return f
}

// Issue returns a credential with a new token.
func (f *Front) Issue(runner, flavour string) schema.Credential {
	token := rand.Text()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tokens[token] = runner
	f.expect(runner, flavour)
	return schema.Credential{Runner: runner, Flavour: flavour, Token: token}
}

// Expect adds a runner that will authenticate by its identity.
func (f *Front) Expect(runner, flavour string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.expect(runner, flavour)
}

// expect adds a runner if it is new. mu is held.
func (f *Front) expect(runner, flavour string) {
	f.flavours[runner] = flavour
	if f.dismissals[runner] == nil {
		f.dismissals[runner] = make(chan struct{})
	}
}

// Exited records that a runner ended without having been retired.
func (f *Front) Exited(runner, _ string) { f.exited <- runner }

// Lost records that a runner was ended without having been retired.
func (f *Front) Lost(runner, _, _ string) { f.exited <- runner }

// Withdrawn forgets a runner that will not be started.
func (f *Front) Withdrawn(runner string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.flavours, runner)
}

// Failed does nothing, because a test has no staff.
func (f *Front) Failed(string, string) {}

// Replace does nothing, because every runner is busy.
func (f *Front) Replace(string) bool { return false }

// Dismiss lets a registered runner end normally.
func (f *Front) Dismiss(runner string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.dismissals[runner])
}

// Registered waits for the next runner to register and returns its id.
func (f *Front) Registered() string { f.t.Helper(); return f.next("register", f.registered) }

// Gone waits for the next runner that the pool reports as exited and returns its id.
func (f *Front) Gone() string { f.t.Helper(); return f.next("exit", f.exited) }

func (f *Front) next(what string, from <-chan string) string {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), patience)
	defer cancel()
	select {
	case id := <-from:
		return id
	case <-ctx.Done():
		f.t.Fatalf("no runner did %s", what)
		return ""
	}
}

func (f *Front) register(w http.ResponseWriter, r *http.Request) {
	var said schema.Register
	if err := json.NewDecoder(r.Body).Decode(&said); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	id, err := f.prove(r.Context(), said)
	if r.Context().Err() != nil {
		return // the runner was ended while it waited
	}
	if err != nil {
		f.t.Errorf("a runner of flavour %q came with a proof that is not its own: %v", said.Flavour, err)
		answer(w, schema.HTTPStatus(err), schema.ErrorReply{Code: schema.CodeOf(err), Message: err.Error()})
		return
	}
	if f.pool != nil {
		f.pool.Registered(id)
	}
	f.registered <- id
	answer(w, http.StatusOK, schema.Registered{Runner: id, Secret: id, Flavour: schema.Flavour{Name: said.Flavour}})
}

// prove returns the runner that sent a registration.
func (f *Front) prove(ctx context.Context, said schema.Register) (string, error) {
	if said.Identity != "" {
		id, err := f.Identify.Identify(ctx, said.Flavour, said.Identity)
		if err == nil {
			f.Expect(id, said.Flavour)
		}
		return id, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	id, ok := f.tokens[said.Token]
	delete(f.tokens, said.Token)
	if !ok || said.Flavour != f.flavours[id] {
		return "", schema.Errorf(schema.CodeUnauthenticated, "the token is another's, or spent")
	}
	return id, nil
}

func (f *Front) claim(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	dismissed := f.dismissals[r.Header.Get("Authorization")[len("Bearer "):]]
	f.mu.Unlock()
	select {
	case <-dismissed:
		answer(w, http.StatusConflict, schema.ErrorReply{Code: schema.CodeStale, Message: "dismissed"})
	case <-r.Context().Done():
	}
}

func answer(w http.ResponseWriter, status int, v any) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the runner notices
}
