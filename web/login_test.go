package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/grader/grader/web"
)

func TestLinkPreviewSpendsNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t, newClassroom(t), nil)
	s.giveLink("once", "alice")
	preview := s.visitor()
	for range 3 {
		p := preview.page("/-/login/once")
		if got, _ := attribute(p.all("form[method=post]")[0], "action"); got != "/-/login/once" {
			t.Errorf("the button leads to %q", got)
		}
	}
	if got := preview.do(http.MethodHead, "/-/login/once", nil); got.status != http.StatusOK {
		t.Errorf("HEAD: status %d", got.status)
	}
	if got := s.visitor().post("/-/login/once"); got.status != http.StatusSeeOther || got.header.Get("Location") != "/" {
		t.Errorf("the button: status %d to %q", got.status, got.header.Get("Location"))
	}
}

func TestUsedUnknownAndForgedLinks(t *testing.T) {
	t.Parallel()
	s := newSite(t, newClassroom(t), nil)
	s.as("alice") // redeems link-alice
	for _, token := range []string{"link-alice", "never-made", strings.Repeat("x", 4000), "%00", "%2e%2e"} {
		b := s.visitor()
		got := b.post("/-/login/" + token)
		if got.status != http.StatusUnprocessableEntity {
			t.Errorf("%.20s: status %d, want 422", token, got.status)
		}
		mustContain(t, got.body, "This sign-in link has been used or is too old; ask for a new one with the ssh command.")
		if b.get("/comp2402").status != http.StatusUnauthorized {
			t.Errorf("%.20s signs somebody in", token)
		}
	}
}

func TestFormsOfOtherSites(t *testing.T) {
	t.Parallel()
	s := newSite(t, newClassroom(t), nil)
	s.giveLink("lure", "mallory")
	alice := s.as("alice")
	for name, header := range map[string]http.Header{
		"cross-site":    {"Sec-Fetch-Site": {"cross-site"}},
		"same-site":     {"Sec-Fetch-Site": {"same-site"}},
		"other origin":  {"Origin": {"https://evil.example"}},
		"opaque origin": {"Origin": {"null"}},
	} {
		for _, path := range []string{"/-/logout", "/-/login/lure"} {
			if got := alice.do(http.MethodPost, path, header); got.status != http.StatusForbidden {
				t.Errorf("%s %s: status %d, want 403", name, path, got.status)
			}
		}
	}
	if got := alice.page("/").text("h1"); got != "Hello, Alice Archer" {
		t.Errorf("signed in as %q", got)
	}
	if got := alice.get("/-/logout"); got.status != http.StatusNotFound {
		t.Errorf("a link to /logout: status %d, want 404", got.status)
	}
}

func TestSessionCookie(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		public string
		want   []string
	}{
		"http":  {"", []string{"session=", "HttpOnly", "SameSite=Lax", "Path=/"}},
		"https": {"https://grader.test", []string{"__Host-session=", "HttpOnly", "SameSite=Lax", "Path=/", "Secure"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, newClassroom(t), func(server *web.Server) { server.PublicURL = one.public })
			s.giveLink("x", "alice")
			got := s.visitor().post("/-/login/x").header
			mustContain(t, got.Get("Set-Cookie"), one.want...)
			if secure := strings.Contains(got.Get("Set-Cookie"), "Secure"); secure != (one.public != "") {
				t.Errorf("Secure is %v", secure)
			}
			if hsts := got.Get("Strict-Transport-Security") != ""; hsts != (one.public != "") {
				t.Errorf("HSTS is %v", hsts)
			}
		})
	}
}

// TestSessionIsFresh sets a session cookie before a person signs in. Afterwards the cookie must be worthless.
func TestSessionIsFresh(t *testing.T) {
	t.Parallel()
	s := newSite(t, newClassroom(t), nil)
	s.giveLink("x", "alice")
	planted := http.Header{"Cookie": {"session=planted"}, "Sec-Fetch-Site": {"same-origin"}}
	if got := s.visitor().do(http.MethodPost, "/-/login/x", planted); got.status != http.StatusSeeOther {
		t.Fatalf("status %d", got.status)
	}
	if got := s.visitor().do(http.MethodGet, "/comp2402", planted); got.status != http.StatusUnauthorized {
		t.Errorf("the planted session: status %d, want 401", got.status)
	}
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	s := newSite(t, newClassroom(t), nil)
	s.giveLink("x", "alice")
	b := s.visitor()
	cookie, _, _ := strings.Cut(b.post("/-/login/x").header.Get("Set-Cookie"), ";")
	if got := b.post("/-/logout"); got.status != http.StatusSeeOther {
		t.Fatalf("status %d", got.status)
	}
	if got := b.get("/comp2402"); got.status != http.StatusUnauthorized {
		t.Errorf("status %d, want 401", got.status)
	}
	if got := s.visitor().do(http.MethodGet, "/comp2402", http.Header{"Cookie": {cookie}}); got.status != http.StatusUnauthorized {
		t.Errorf("the old cookie: status %d, want 401", got.status)
	}
}

func TestDeletedAccount(t *testing.T) {
	t.Parallel()
	s := newSite(t, newClassroom(t), nil)
	b := s.as("alice")
	s.mu.Lock()
	s.users = s.users[1:]
	s.mu.Unlock()
	if got := b.get("/comp2402"); got.status != http.StatusUnauthorized {
		t.Errorf("status %d, want 401", got.status)
	}
}

// TestReturn signs in after requests for pages and for other addresses.
func TestReturn(t *testing.T) {
	t.Parallel()
	for asked, want := range map[string]string{
		"/comp2402/a1/alice/1":          "/comp2402/a1/alice/1",
		"/comp2402/a1/alice/1/-/events": "/",
		"/comp2402/%2F%2Fevil.test":     "/",
		"/%5Cevil.test":                 "/",
		"/":                             "/",
	} {
		s := newSite(t, newClassroom(t), nil)
		s.giveLink("x", "alice")
		b := s.visitor()
		b.get(asked)
		if got := b.post("/-/login/x").header.Get("Location"); got != want {
			t.Errorf("asked for %s, led to %q, want %q", asked, got, want)
		}
	}
	s := newSite(t, newClassroom(t), nil)
	for i, planted := range []string{"//evil.test", "https://evil.test/", "/\\evil.test", "%2F%2Fevil.test", "/a/../..//evil.test", "javascript:alert(1)", "%zz"} {
		token := fmt.Sprint("planted-", i)
		s.giveLink(token, "alice")
		got := s.visitor().do(http.MethodPost, "/-/login/"+token, http.Header{"Cookie": {"return=" + planted}, "Sec-Fetch-Site": {"same-origin"}})
		if to := got.header.Get("Location"); to != "/" {
			t.Errorf("return=%s leads to %q", planted, to)
		}
	}
}

// TestTooManyLogins guesses links. Only failures count, and each address has its own count.
func TestTooManyLogins(t *testing.T) {
	t.Parallel()
	s := newSite(t, newClassroom(t), nil)
	guess := func(address, token string) int {
		return s.visitor().do(http.MethodPost, "/-/login/"+token, http.Header{"Sec-Fetch-Site": {"same-origin"}, "X-Forwarded-For": {"10.9.9.9, " + address}}).status
	}
	for i := range 40 {
		token := fmt.Sprint("right-", i)
		s.giveLink(token, "alice")
		if got := guess("192.0.2.1", token); got != http.StatusSeeOther {
			t.Fatalf("sign-in %d: status %d", i, got)
		}
	}
	for i := range 20 {
		if got := guess("192.0.2.1", "wrong"); got != http.StatusUnprocessableEntity {
			t.Fatalf("guess %d: status %d", i, got)
		}
	}
	s.giveLink("right", "alice")
	if got := guess("192.0.2.1", "right"); got != http.StatusTooManyRequests {
		t.Errorf("after 20 guesses: status %d, want 429", got)
	}
	if got := guess("192.0.2.2", "right"); got != http.StatusSeeOther {
		t.Errorf("another address: status %d, want 303", got)
	}
}
