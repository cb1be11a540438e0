package scheduler_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

// device sends requests of the runners' protocol, valid or not.
type device struct {
	b      *bundle
	id     string
	secret string
}

// answer is a response of the server.
type answer struct {
	status int
	body   string
}

// newDevice registers a runner that the pool lists as alive.
func (b *bundle) newDevice() *device {
	b.t.Helper()
	b.runners++
	d := &device{b: b, id: fmt.Sprintf("runner-%d", b.runners)}
	b.pool.mu.Lock()
	b.pool.alive[d.id] = "standard"
	b.pool.mu.Unlock()
	a := d.register(b.Issue(d.id, "standard").Token, nil)
	if a.status != http.StatusOK {
		b.t.Fatalf("register: %d %s", a.status, a.body)
	}
	var said schema.Registered
	check(b.t, json.Unmarshal([]byte(a.body), &said))
	d.secret = said.Secret
	return d
}

func (d *device) register(token string, change func(*schema.Register)) answer {
	d.b.t.Helper()
	said := schema.Register{Protocol: schema.Protocol, Token: token, Flavour: "standard", Version: "v1", Image: "image", Wall: "uid", Host: "here"}
	if change != nil {
		change(&said)
	}
	return d.do("POST", "/register", encode(d.b.t, said))
}

func (d *device) do(method, path, body string) answer {
	d.b.t.Helper()
	return d.doCtx(d.b.t.Context(), method, path, strings.NewReader(body))
}

func (d *device) doCtx(ctx context.Context, method, path string, body io.Reader) answer {
	d.b.t.Helper()
	r := httptest.NewRequestWithContext(ctx, method, schema.RunnerAPI+path, body)
	if d.secret != "" {
		r.Header.Set("Authorization", "Bearer "+d.secret)
	}
	w := httptest.NewRecorder()
	d.b.Handler().ServeHTTP(w, r)
	return answer{w.Code, w.Body.String()}
}

// claim claims without waiting and expects a job.
func (d *device) claim() schema.Order {
	d.b.t.Helper()
	a := d.do("POST", "/claim?wait=0s", "")
	if a.status != http.StatusOK {
		d.b.t.Fatalf("claim: %d %s", a.status, a.body)
	}
	var o schema.Order
	check(d.b.t, json.Unmarshal([]byte(a.body), &o))
	return o
}

func (d *device) events(o schema.Order, first int, events ...schema.Event) answer {
	d.b.t.Helper()
	var body bytes.Buffer
	for _, e := range events {
		body.WriteString(encode(d.b.t, e) + "\n")
	}
	return d.do("POST", fmt.Sprintf("/jobs/%d/events?attempt=%d&first=%d", o.Job, o.Attempt, first), body.String())
}

func (d *device) heartbeat(o schema.Order) answer {
	d.b.t.Helper()
	return d.do("POST", fmt.Sprintf("/jobs/%d/heartbeat", o.Job), encode(d.b.t, schema.Heartbeat{Attempt: o.Attempt}))
}

func (d *device) result(o schema.Order, r schema.Result) answer {
	d.b.t.Helper()
	return d.do("POST", fmt.Sprintf("/jobs/%d/result?attempt=%d", o.Job, o.Attempt), encode(d.b.t, r))
}

func (d *device) tree(o schema.Order, name string) answer {
	d.b.t.Helper()
	return d.do("GET", fmt.Sprintf("/jobs/%d/%s.tar", o.Job, name), "")
}

func (d *device) prepared(o schema.Order, content string) answer {
	d.b.t.Helper()
	return d.do("PUT", fmt.Sprintf("/jobs/%d/prepared.tar?attempt=%d", o.Job, o.Attempt), content)
}

func graded() schema.Result {
	return schema.Result{Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, Score: schema.NewPoints(1, 1), MaxScore: schema.NewPoints(2, 1)}
}

func started() schema.Event { return schema.Event{Kind: schema.EventStarted, Text: "standard"} }

func line(text string) schema.Event { return schema.Event{Kind: schema.EventLine, Text: text} }

func encode(t testing.TB, v any) string {
	t.Helper()
	body, err := json.Marshal(v)
	check(t, err)
	return string(body)
}

// want checks an answer's status and the words that it must contain.
func (a answer) want(t testing.TB, status int, words ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("answered %d %s, want %d", a.status, a.body, status)
	}
	for _, w := range words {
		if !strings.Contains(a.body, w) {
			t.Errorf("answered %s, want the words %q", a.body, w)
		}
	}
}

func decodeInto(t testing.TB, body string, v any) {
	t.Helper()
	check(t, json.Unmarshal([]byte(body), v))
}
