package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

// TestTokenPage creates a token that the API accepts, sees its secret once, and revokes it.
func TestTokenPage(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	alice := s.signIn("alice")
	got := alice.submit("/-/tokens", url.Values{"name": {"laptop"}, "scope": {"read"}, "expires": {"12h"}})
	if got.status != http.StatusOK || got.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("status %d, %q: %s", got.status, got.header.Get("Cache-Control"), got.body)
	}
	_, rest, _ := strings.Cut(got.body, "<code>grader_")
	secret, _, _ := strings.Cut("grader_"+rest, "<")
	me := func() int {
		r := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodGet, s.base()+"/api/v1/me", nil))
		r.Header.Set("Authorization", "Bearer "+secret)
		res := must[*http.Response](t)(http.DefaultClient.Do(r))
		defer res.Body.Close()
		return res.StatusCode
	}
	if status := me(); status != http.StatusOK {
		t.Errorf("with the token: status %d", status)
	}
	if page := alice.get("/-/tokens").body; strings.Contains(page, secret) || !strings.Contains(page, "laptop") {
		t.Error("the page after it shows the secret, or does not list the token")
	}
	if got := s.signIn("bob").submit("/-/tokens/laptop/revoke", nil); got.status != http.StatusNotFound {
		t.Errorf("another person revokes it: status %d", got.status)
	}
	if page := alice.allowed("/-/tokens/laptop/revoke", nil); page.text(".done") != "The token is revoked." {
		t.Errorf("revoked: %q", page.text("main"))
	}
	if status := me(); status != http.StatusUnauthorized {
		t.Errorf("with the revoked token: status %d", status)
	}
	log := must[[]schema.AuditEntry](t)(s.ledger.AuditLog(t.Context(), schema.AuditQuery{Actor: "alice", Action: "token", Limit: 9}))
	if len(log) != 2 || log[0].Channel != schema.ChannelWeb {
		t.Errorf("audit log: %+v", log)
	}
}

// TestTokenPageRefuses checks that a refused form keeps its values and creates nothing.
func TestTokenPageRefuses(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	alice := s.signIn("alice")
	for name, c := range map[string]struct {
		form  url.Values
		words string
	}{
		"no name":          {url.Values{"scope": {"read"}}, "Nothing was changed."},
		"a bad name":       {url.Values{"name": {"a b"}, "scope": {"read"}}, "Nothing was changed."},
		"no scope":         {url.Values{"name": {"x"}}, "use read, write or admin"},
		"a scope too wide": {url.Values{"name": {"x"}, "scope": {"admin"}}, "administrator"},
		"a life too long":  {url.Values{"name": {"x"}, "scope": {"read"}, "expires": {"367d"}}, "at most 366d"},
		"no length":        {url.Values{"name": {"x"}, "scope": {"read"}, "expires": {"soon"}}, "at most 366d"},
	} {
		got := alice.submit("/-/tokens", c.form)
		if got.status < 400 || got.status >= 500 || !strings.Contains(got.body, c.words) || strings.Contains(got.body, "<code>grader_") {
			t.Errorf("%s: status %d: %s", name, got.status, got.body)
		}
	}
	if page := s.signIn("root").get("/-/tokens").body; !strings.Contains(page, `value="admin"`) {
		t.Error("an administrator cannot choose the scope admin")
	}
}
