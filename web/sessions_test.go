package web_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

// endPath returns the address of the button in a row of the sessions page; current selects the row of the browser itself.
func (b *browser) endPath(t *testing.T, current bool) string {
	t.Helper()
	for _, row := range b.page("/-/sessions").all("tbody tr") {
		if strings.Contains(words(row), "(this one)") != current {
			continue
		}
		for n := range row.Descendants() {
			if n.Data == "form" {
				action, _ := attribute(n, "action")
				return action
			}
		}
	}
	t.Fatal("there is no such session")
	return ""
}

// TestOwnerEndsASession signs another browser out, which also ends its live stream.
func TestOwnerEndsASession(t *testing.T) {
	t.Parallel()
	r, browsers := newRevocable(t)
	stream := r.follow(browsers["stolen"])
	own := browsers["own"]
	if got := len(own.page("/-/sessions").all("tbody tr")); got != 3 {
		t.Fatalf("%d sessions are listed, want 3", got)
	}
	ended := browsers["stolen"].endPath(t, true)
	if page := own.allowed(ended, nil); page.text(".done") != "The session has ended." || len(page.all("tbody tr")) != 2 {
		t.Errorf("after the end: %q", page.text("main"))
	}
	if _, err := io.ReadAll(stream); err != nil { // until its end
		t.Errorf("the stream: %v", err)
	}
	browsers["stolen"].mustSee(t, r.path, http.StatusUnauthorized)
	own.mustSee(t, r.path, http.StatusOK)
	if got := own.submit(ended, nil); got.status != http.StatusNotFound {
		t.Errorf("ended twice: status %d", got.status)
	}
	log := must[[]schema.AuditEntry](t)(r.ledger.AuditLog(t.Context(), schema.AuditQuery{Action: "user.end-session", Limit: 9}))
	if len(log) != 1 || log[0].Actor != "alice" {
		t.Errorf("audit log: %+v", log)
	}
}

// TestOwnSessionIsSignedOut ends the session that sends the request.
func TestOwnSessionIsSignedOut(t *testing.T) {
	t.Parallel()
	r, browsers := newRevocable(t)
	own := browsers["own"]
	if got := own.submit(own.endPath(t, true), nil); got.status != http.StatusSeeOther || got.header.Get("Location") != "/" {
		t.Errorf("status %d to %q", got.status, got.header.Get("Location"))
	}
	own.mustSee(t, r.path, http.StatusUnauthorized)
	browsers["operator"].mustSee(t, r.path, http.StatusOK)
}

// TestSignOutEverywhereByPage ends every session of one person, and of nobody else.
func TestSignOutEverywhereByPage(t *testing.T) {
	t.Parallel()
	r, browsers := newRevocable(t)
	ines := must[schema.User](t)(r.ledger.UserByLogin(t.Context(), "ines"))
	token := must[string](t)(r.ledger.NewLoginToken(t.Context(), schema.Operator(), ines, ines.CreatedAt.AddDate(1, 0, 0)))
	other := r.visitor()
	other.post("/-/login/" + token)
	if got := other.submit(browsers["own"].endPath(t, true), nil); got.status != http.StatusNotFound {
		t.Errorf("another's session: status %d, want 404", got.status)
	}
	if got := browsers["own"].submit("/-/sessions/end", nil); got.status != http.StatusSeeOther {
		t.Errorf("status %d", got.status)
	}
	for _, b := range browsers {
		b.mustSee(t, r.path, http.StatusUnauthorized)
	}
	other.mustSee(t, "/", http.StatusOK)
}

func TestBrowserNames(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                  "Firefox on Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0":           "Edge on Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1": "Safari on iPhone",
		"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":                            "Chrome on Android",
		"curl/8.5.0":                "curl",
		"<script>alert(1)</script>": "",
		"":                          "",
	} {
		if got := view.Browser(agent); got != want {
			t.Errorf("%q is called %q, want %q", agent, got, want)
		}
	}
}
