package web_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"time"

	actions "github.com/grader/grader/classroom"
	"github.com/grader/grader/web"
)

// site is a started server on its own classroom.
type site struct {
	*classroom
	t      *testing.T
	server *web.Server
}

// newSite starts a site. change, which may be nil, is applied to the server before.
func newSite(t *testing.T, c *classroom, change func(*web.Server)) *site {
	t.Helper()
	server := &web.Server{
		Addr: "127.0.0.1:0", Classroom: actions.New(actions.Options{Store: c, Live: c, Clock: noon, ReceiptKey: "ssh-ed25519 AAAA grader-receipts\n"}), Accounts: c, Results: c, Live: c, Handouts: c, Trees: c, Uploads: c, Sessions: c,
		Clock: noon, Logger: slog.New(slog.DiscardHandler), SSHAddress: "grader.test:2222", Version: "v0.1.0",
	}
	if change != nil {
		change(server)
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := server.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return &site{classroom: c, t: t, server: server}
}

func (s *site) base() string { return "http://" + s.server.ListenAddr().String() }

// browser is one person's browser; it follows no redirects on its own.
type browser struct {
	*site
	client *http.Client
}

// visitor returns a browser without a session.
func (s *site) visitor() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	transport := &http.Transport{}
	s.t.Cleanup(transport.CloseIdleConnections)
	return &browser{s, &http.Client{
		Jar: jar, Transport: transport, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// as returns the browser of a user who has signed in with a link, or of nobody for "".
func (s *site) as(login string) *browser {
	s.t.Helper()
	b := s.visitor()
	if login == "" {
		return b
	}
	s.giveLink("link-"+login, login)
	if got := b.post("/-/login/link-" + login); got.status != http.StatusSeeOther {
		s.t.Fatalf("sign in as %s: status %d: %s", login, got.status, got.body)
	}
	return b
}

func (s *site) giveLink(token, login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logins[token] = s.user(login).ID
}

// awaitWatcher waits until a stream watches the job.
func (s *site) awaitWatcher(job int64) {
	s.t.Helper()
	select {
	case got := <-s.watched:
		if got != job {
			s.t.Fatalf("job %d is watched, want %d", got, job)
		}
	case <-time.After(20 * time.Second):
		s.t.Fatal("nobody watches")
	}
}

// reply is a response that has been read to its end.
type reply struct {
	status int
	header http.Header
	body   string
}

func (b *browser) get(path string) reply { return b.do(http.MethodGet, path, nil) }

func (b *browser) post(path string) reply {
	return b.do(http.MethodPost, path, http.Header{"Sec-Fetch-Site": {"same-origin"}})
}

func (b *browser) do(method, path string, header http.Header) reply {
	b.t.Helper()
	return b.send(method, path, header, nil)
}

// sendBody sends a form in the encoding kind.
func (b *browser) sendBody(path, kind string, body io.Reader) reply {
	b.t.Helper()
	return b.send(http.MethodPost, path, http.Header{"Sec-Fetch-Site": {"same-origin"}, "Content-Type": {kind}}, body)
}

func (b *browser) send(method, path string, header http.Header, body io.Reader) reply {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), method, b.base()+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	for name, values := range header {
		request.Header[name] = values
	}
	response, err := b.client.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, string(text)}
}

// page requests a page that must exist.
func (b *browser) page(path string) *page {
	b.t.Helper()
	got := b.get(path)
	if got.status != http.StatusOK {
		b.t.Fatalf("GET %s: status %d\n%s", path, got.status, got.body)
	}
	return parsePage(b.t, got.body)
}

func mustContain(t *testing.T, text string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
}
