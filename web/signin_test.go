package web_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/web"
	"github.com/grader/grader/web/identity"
)

// service is a site on the real store whose people sign in with a provider.
type service struct {
	*realSite
	provider *provider
	oidc     *identity.OIDC
	github   *identity.GitHub
}

func newService(t *testing.T, change func(*web.Server)) *service {
	t.Helper()
	p := newProvider(t)
	s := &service{
		provider: p,
		oidc: &identity.OIDC{Name: "University", Issuer: p.URL, ClientID: "grader", ClientSecret: clientSecret, Claim: "preferred_username", Clock: time.Now,
			Scopes: []string{"profile"}, Rule: schema.IdentityRule{Match: schema.MatchLogin}},
		github: &identity.GitHub{Name: "GitHub", URL: p.URL, ClientID: "grader", ClientSecret: clientSecret, Rule: schema.IdentityRule{Match: schema.MatchEmail}},
	}
	s.realSite = newRealSite(t, specA1, func(server *web.Server) {
		server.SignIn = map[string]web.SignInService{"oidc": s.oidc, "github": s.github}
		if change != nil {
			change(server)
		}
	})
	must[schema.User](t)(s.ledger.AddUser(t.Context(), schema.Operator(), schema.User{Login: "carol", Email: "Carol@Example.edu"}))
	return s
}

// leave starts to sign in and returns the address to which the provider redirects the browser.
func (b *browser) leave(t *testing.T, service string) string {
	t.Helper()
	got := b.get("/-/sign-in/" + service)
	if got.status != http.StatusSeeOther {
		t.Fatalf("begin: status %d: %s", got.status, got.body)
	}
	request := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodGet, got.header.Get("Location"), nil))
	response := must[*http.Response](t)(b.client.Do(request))
	defer response.Body.Close()
	back := must[*url.URL](t)(url.Parse(response.Header.Get("Location")))
	return back.Path + "?" + back.RawQuery
}

// by signs in with a service.
func (b *browser) by(t *testing.T, service string) reply {
	t.Helper()
	return b.get(b.leave(t, service))
}

func (b *browser) mustBe(t *testing.T, name string) {
	t.Helper()
	if got := b.page("/").text("h1"); got != "Hello, "+name {
		t.Errorf("signed in as %q, want %q", got, name)
	}
}

// TestSignInByOIDC signs in with OpenID Connect and ends on the requested page.
func TestSignInByOIDC(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	s.provider.claims["preferred_username"] = "Alice"
	b := s.visitor()
	welcome := b.get("/comp2402/a1")
	mustContain(t, welcome.body, `<a class="button" href="/-/sign-in/oidc">University</a>`, `<a class="button" href="/-/sign-in/github">GitHub</a>`)
	if got := b.by(t, "oidc"); got.status != http.StatusSeeOther || got.header.Get("Location") != "/comp2402/a1" {
		t.Fatalf("status %d to %q: %s", got.status, got.header.Get("Location"), got.body)
	}
	b.mustBe(t, "alice")
	mustContain(t, b.get("/-/sessions").body, "University")
	log := must[[]schema.AuditEntry](t)(s.ledger.AuditLog(t.Context(), schema.AuditQuery{Action: "user.sign-in", Limit: 9}))
	if len(log) != 1 || log[0].Actor != "alice" || log[0].Detail != "University" || log[0].Channel != schema.ChannelWeb {
		t.Errorf("audit log: %+v", log)
	}
}

// TestServiceTellsByUserInfo finds the claim in the user info if the token does not have it.
func TestServiceTellsByUserInfo(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	s.provider.userInfo = map[string]any{"sub": "4711", "preferred_username": "alice"}
	b := s.visitor()
	if got := b.by(t, "oidc"); got.status != http.StatusSeeOther {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	b.mustBe(t, "alice")
	s.provider.userInfo["sub"] = "another"
	if got := s.visitor().by(t, "oidc"); got.status != http.StatusUnprocessableEntity {
		t.Errorf("what is told of somebody else: status %d", got.status)
	}
}

func TestSignInByGitHub(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	const primary = `{"email":"private@elsewhere.test","primary":true,"verified":true}`
	for name, one := range map[string]struct {
		emails, domain string
		status         int
	}{
		"the primary address":            {`[{"email":"carol@example.edu","primary":true,"verified":true}]`, "", http.StatusSeeOther},
		"one that is not checked":        {`[{"email":"carol@example.edu","primary":true,"verified":false}]`, "", http.StatusUnprocessableEntity},
		"a second one":                   {`[` + primary + `,{"email":"carol@example.edu","verified":true}]`, "", http.StatusUnprocessableEntity},
		"a second one of the domain":     {`[` + primary + `,{"email":"carol@example.edu","verified":true}]`, "example.edu", http.StatusSeeOther},
		"an unchecked one of the domain": {`[` + primary + `,{"email":"carol@example.edu"}]`, "example.edu", http.StatusUnprocessableEntity},
		"none":                           {`[]`, "", http.StatusUnprocessableEntity},
		"nonsense":                       {`{"message":"<b>limit</b>"}`, "", http.StatusServiceUnavailable},
	} {
		s.provider.emails, s.github.Rule.Domain = one.emails, one.domain
		b := s.visitor()
		if got := b.by(t, "github"); got.status != one.status {
			t.Errorf("%s: status %d, want %d: %s", name, got.status, one.status, got.body)
		} else if got.status == http.StatusSeeOther {
			b.mustBe(t, "carol")
		}
	}
	s.github.Rule = schema.IdentityRule{Match: schema.MatchLogin} // of an Enterprise Server
	s.provider.claims["login"] = "alice"
	b := s.visitor()
	b.by(t, "github")
	b.mustBe(t, "alice")
}

// TestServiceCreatesNoAccount refuses identities without an account, and gives no account more rights.
func TestServiceCreatesNoAccount(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	for name, claims := range map[string]map[string]any{
		"nobody here":      {"preferred_username": "stranger", "groups": []string{"admin"}},
		"no claim":         {"email": "alice@example.edu", "email_verified": true},
		"a claim of lists": {"preferred_username": []string{"alice"}},
		"an address":       {"preferred_username": "alice@evil.test"},
	} {
		s.provider.claims = claims
		s.provider.claims["sub"] = "1"
		s.provider.userInfo = map[string]any{"sub": "1"}
		b := s.visitor()
		if got := b.by(t, "oidc"); got.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d: %s", name, got.status, got.body)
		}
		b.mustSee(t, "/comp2402", http.StatusUnauthorized)
	}
	s.provider.claims = map[string]any{"sub": "1", "preferred_username": "alice", "roles": []string{"instructor", "admin"}}
	b := s.visitor()
	b.by(t, "oidc")
	b.mustSee(t, "/comp2402", http.StatusOK)
	b.mustSee(t, "/comp2402/-/roster", http.StatusNotFound)
	must[schema.Ended](t)(s.ledger.SetDisabled(t.Context(), schema.Operator(), must[schema.User](t)(s.ledger.UserByLogin(t.Context(), "alice")), true))
	if got := s.visitor().by(t, "oidc"); got.status != http.StatusUnprocessableEntity {
		t.Errorf("a disabled account: status %d", got.status)
	}
	users := must[[]schema.User](t)(s.ledger.Users(t.Context()))
	if i := slices.IndexFunc(users, func(u schema.User) bool { return u.Login == "stranger" }); i >= 0 {
		t.Error("an account was made")
	}
}

// TestForgedTokens uses tokens with one wrong part each.
func TestForgedTokens(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	s.provider.claims["preferred_username"] = "alice"
	another := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	for name, forge := range map[string]func(map[string]any) *ecdsa.PrivateKey{
		"another's key":    func(map[string]any) *ecdsa.PrivateKey { return another },
		"another audience": func(c map[string]any) *ecdsa.PrivateKey { c["aud"] = "another"; return nil },
		"another issuer":   func(c map[string]any) *ecdsa.PrivateKey { c["iss"] = "https://evil.test"; return nil },
		"another nonce":    func(c map[string]any) *ecdsa.PrivateKey { c["nonce"] = "x"; return nil },
		"no nonce":         func(c map[string]any) *ecdsa.PrivateKey { delete(c, "nonce"); return nil },
		"an old token":     func(c map[string]any) *ecdsa.PrivateKey { c["exp"] = time.Now().Add(-time.Hour).Unix(); return nil },
	} {
		s.provider.forge = forge
		b := s.visitor()
		if got := b.by(t, "oidc"); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "cannot be verified") {
			t.Errorf("%s: status %d: %s", name, got.status, got.body)
		}
		b.mustSee(t, "/comp2402", http.StatusUnauthorized)
	}
}

// TestAnswerToAnotherBrowserIsRefused tries login CSRF and session fixation: an attacker's reply in
// the victim's browser, a reply used twice, and a cookie set before.
func TestAnswerToAnotherBrowserIsRefused(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	s.provider.claims["preferred_username"] = "alice"
	answer := s.visitor().leave(t, "oidc")
	victim := s.visitor()
	refused := func(what string, b *browser, path string) {
		t.Helper()
		if got := b.get(path); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "began in another browser") {
			t.Errorf("%s: status %d: %s", what, got.status, got.body)
		}
	}
	refused("in a browser that never began", victim, answer)
	victim.leave(t, "oidc")
	refused("in a browser that began", victim, answer)
	b := s.visitor()
	own := b.leave(t, "oidc")
	if got := b.get(own); got.status != http.StatusSeeOther {
		t.Fatalf("status %d", got.status)
	}
	refused("used twice", b, own)
	c := s.visitor()
	refused("of another service", c, strings.Replace(c.leave(t, "oidc"), "oidc", "github", 1))
	refused("without a state", s.visitor(), "/-/sign-in/oidc/callback?code=x")

	planted := s.visitor()
	back := planted.leave(t, "oidc")
	const fixed = "0123456789012345678901234567890123456789012"
	site := must[*url.URL](t)(url.Parse(s.base()))
	planted.client.Jar.SetCookies(site, []*http.Cookie{{Name: "session", Value: fixed}})
	planted.get(back)
	for _, cookie := range planted.client.Jar.Cookies(site) {
		if cookie.Name == "session" && cookie.Value == fixed {
			t.Error("the planted session was signed in")
		}
	}
	planted.mustBe(t, "alice")
}

// TestServiceRefusesOrIsDown checks that an unavailable or refusing service is reported and signs nobody in.
func TestServiceRefusesOrIsDown(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	b := s.visitor()
	back := must[*url.URL](t)(url.Parse(b.leave(t, "oidc")))
	got := b.get(back.Path + "?error=access_denied&error_description=%3Cscript%3E&state=" + back.Query().Get("state"))
	if got.status != http.StatusUnprocessableEntity || strings.Contains(got.body, "<script>") {
		t.Errorf("denied: status %d: %s", got.status, got.body)
	}
	mustContain(t, got.body, "University did not sign you in")
	s.oidc.ClientSecret = "wrong"
	if got := s.visitor().by(t, "oidc"); got.status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong secret: status %d", got.status)
	}
	b = s.visitor()
	back = must[*url.URL](t)(url.Parse(b.leave(t, "oidc")))
	s.provider.Close()
	if got := b.get(back.String()); got.status != http.StatusServiceUnavailable {
		t.Errorf("down at the end: status %d", got.status)
	}
	if got := s.visitor().get("/-/sign-in/unknown"); got.status != http.StatusNotFound && got.status != http.StatusUnauthorized {
		t.Errorf("an unknown service: status %d", got.status)
	}
	down := newService(t, nil)
	down.provider.Close()
	got = down.visitor().get("/-/sign-in/oidc")
	if got.status != http.StatusServiceUnavailable {
		t.Errorf("down at the beginning: status %d", got.status)
	}
	mustContain(t, got.body, "University cannot be reached; try again later, or sign in with your SSH key.")
}

// TestAttemptCookie checks that the cookie is bound to this host over https and expires after ten
// minutes.
func TestAttemptCookie(t *testing.T) {
	t.Parallel()
	s := newService(t, func(server *web.Server) { server.PublicURL = "https://grader.test" })
	got := s.visitor().get("/-/sign-in/oidc")
	mustContain(t, got.header.Get("Set-Cookie"), "__Host-attempt=oidc.", "HttpOnly", "Secure", "SameSite=Lax", "Max-Age=600", "Path=/")
	to := must[*url.URL](t)(url.Parse(got.header.Get("Location")))
	if back := to.Query().Get("redirect_uri"); back != "https://grader.test/-/sign-in/oidc/callback" {
		t.Errorf("led back to %q", back)
	}
}
