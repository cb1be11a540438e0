package web_test

import (
	"context"
	"errors"
	"github.com/grader/grader/schema"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/grader/grader/web"
)

// TestMain ignores the goroutine of a clock that the highlighter's regular expressions keep for a
// second after their last use.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/dlclark/regexp2/v2.runClock"))
}

func TestStartAndStop(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	s := newSite(t, c, nil)
	if err := s.server.Start(t.Context()); err == nil {
		t.Error("a site starts twice")
	}
	taken := &web.Server{Addr: s.server.ListenAddr().String(), Classroom: s.server.Classroom, Accounts: c, Results: c, Live: c, Handouts: c, Sessions: c}
	if err := taken.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("a taken port: %v", err)
	}
	for range 2 {
		if err := s.server.Stop(t.Context()); err != nil {
			t.Errorf("stop: %v", err)
		}
	}
	var idle web.Server
	if err := idle.Stop(t.Context()); err != nil || idle.ListenAddr() != nil {
		t.Errorf("a site that never started: %v", err)
	}
}

// TestHeaders checks the headers of every kind of response.
func TestHeaders(t *testing.T) {
	t.Parallel()
	s := newSite(t, newClassroom(t), nil)
	b := s.as("alice")
	for _, path := range []string{"/", "/comp2402/a1", "/nothing", "/healthz", "/-/static/nothing.css", "/-/login/x"} {
		h := b.get(path).header
		policy := h.Get("Content-Security-Policy")
		mustContain(t, policy, "default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'")
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
			t.Errorf("%s: policy %q", path, policy)
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
			"Cross-Origin-Opener-Policy": "same-origin", "Cache-Control": "no-store",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s %q, want %q", path, name, got, want)
			}
		}
	}
}

func TestAssets(t *testing.T) {
	t.Parallel()
	s := newSite(t, newClassroom(t), nil)
	b := s.visitor()
	p := b.page("/")
	style, _ := attribute(p.all("link[rel=stylesheet]")[0], "href")
	script, _ := attribute(p.all("script")[0], "src")
	for path, kind := range map[string]string{style: "text/css", script: "text/javascript", "/favicon.ico": "image/svg+xml"} {
		got := b.get(path)
		if got.status != http.StatusOK || !strings.HasPrefix(got.header.Get("Content-Type"), kind) {
			t.Errorf("%s: status %d, %s", path, got.status, got.header.Get("Content-Type"))
		}
		if keep := got.header.Get("Cache-Control"); !strings.Contains(keep, "max-age") {
			t.Errorf("%s: %s", path, keep)
		}
		for _, outside := range []string{"http://", "https://", "url(", "@import", "eval("} {
			if strings.Contains(strings.ReplaceAll(got.body, "http://www.w3.org/2000/svg", ""), outside) {
				t.Errorf("%s contains %q", path, outside)
			}
		}
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	s := newSite(t, newClassroom(t), nil)
	b := s.visitor()
	for path, want := range map[string]string{"/healthz": "ok\n", "/-/receipt-key": "ssh-ed25519 AAAA grader-receipts\n", "/readyz": "ready\n", "/robots.txt": "User-agent: *\nDisallow: /\n"} {
		if got := b.get(path); got.status != http.StatusOK || got.body != want {
			t.Errorf("%s: status %d, %q", path, got.status, got.body)
		}
	}
	s.fail(errors.New("disk gone"))
	if got := b.get("/readyz"); got.status != http.StatusServiceUnavailable || got.body != "the store does not answer\n" {
		t.Errorf("/readyz without a store: status %d, %q", got.status, got.body)
	}
	if got := b.get("/healthz"); got.status != http.StatusOK {
		t.Errorf("/healthz without a store: status %d", got.status)
	}
}

// fail makes every port return err. nil makes them work again.
func (s *site) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = err
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	others := prometheus.NewRegistry()
	others.MustRegister(prometheus.NewCounter(prometheus.CounterOpts{Name: "grader_other_total", Help: "Of another room."}))
	s := newSite(t, newClassroom(t), func(server *web.Server) { server.Metrics = others })
	b := s.as("alice")
	b.get("/comp2402/a1")
	b.get("/comp2402/a1/alice/4711")
	body := b.get("/metrics").body
	mustContain(t, body, `grader_web_requests_total{route="GET /{course}/{assignment}",status="200"} 1`,
		`grader_web_sign_ins_total{outcome="done"} 1`, "grader_other_total 0", "grader_web_streams 0")
	for _, name := range []string{"comp2402", "alice", "4711", "link-"} {
		if strings.Contains(body, name) {
			t.Errorf("%q is in the metrics", name)
		}
	}
	for _, header := range []string{"X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via"} {
		if got := b.do(http.MethodGet, "/metrics", http.Header{header: {"192.0.2.1"}}); got.status != http.StatusNotFound {
			t.Errorf("with %s: status %d, want 404", header, got.status)
		}
	}
}

// TestBrokenStore checks that people only read that the fault is the server's, and that the log has
// the cause.
func TestBrokenStore(t *testing.T) {
	t.Parallel()
	var log syncBuffer
	s := newSite(t, newClassroom(t), func(server *web.Server) { server.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	b := s.as("alice")
	s.fail(errors.New("table users is on fire"))
	got := b.get("/comp2402/a1")
	if got.status != http.StatusInternalServerError || strings.Contains(got.body, "fire") {
		t.Errorf("status %d: %s", got.status, got.body)
	}
	mustContain(t, got.body, "Something went wrong")
	mustContain(t, log.String(), "table users is on fire")
	s.fail(nil)
	if got := b.get("/comp2402/a1"); got.status != http.StatusOK {
		t.Errorf("afterwards: status %d", got.status)
	}
}

// TestLogKeepsNoSecret signs in and searches the log for the link's token.
func TestLogKeepsNoSecret(t *testing.T) {
	t.Parallel()
	var log syncBuffer
	s := newSite(t, newClassroom(t), func(server *web.Server) {
		server.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	s.as("alice").post("/-/login/guessed-token")
	mustContain(t, log.String(), "user=alice")
	for _, token := range []string{"link-alice", "guessed-token"} {
		if strings.Contains(log.String(), token) {
			t.Errorf("%q is in the log", token)
		}
	}
}

func TestMethods(t *testing.T) {
	t.Parallel()
	s := newSite(t, newClassroom(t), nil)
	b := s.as("alice")
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, "TRACE"} {
		got := b.do(method, "/comp2402/a1", http.Header{"Sec-Fetch-Site": {"same-origin"}})
		if got.status != http.StatusMethodNotAllowed && got.status != http.StatusNotFound {
			t.Errorf("%s: status %d", method, got.status)
		}
	}
}

// TestStopCutsOff stops the site with a cancelled context while a request hangs. Stop must not wait
// for the request.
func TestStopCutsOff(t *testing.T) {
	t.Parallel()
	s := newSite(t, newClassroom(t), nil)
	hang := &hangingSessions{classroom: s.classroom, began: make(chan struct{}), release: make(chan struct{})}
	slow := newSite(t, s.classroom, func(server *web.Server) { server.Sessions = hang })
	cut := make(chan error, 1)
	go func() {
		request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, slow.base()+"/readyz", nil)
		if err == nil {
			var response *http.Response
			if response, err = slow.visitor().client.Do(request); err == nil {
				response.Body.Close()
			}
		}
		cut <- err
	}()
	<-hang.began
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := slow.server.Stop(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("stop: %v, want that it was cut short", err)
	}
	if err := <-cut; err == nil {
		t.Error("the hanging request was answered")
	}
	close(hang.release)
}

// hangingSessions is a store that blocks until it is released.
type hangingSessions struct {
	*classroom
	began, release chan struct{}
}

func (h *hangingSessions) FindSession(context.Context, string) (schema.Session, bool, error) {
	close(h.began)
	<-h.release
	return schema.Session{}, false, nil
}

// syncBuffer is a log that several goroutines can write.
type syncBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
