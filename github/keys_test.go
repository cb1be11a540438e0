package github_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/github"
	"github.com/grader/grader/schema"
)

// key is a public key without a comment, as GitHub lists it.
const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ6ri7jXGUTwCEGxv0ywCXpaIKc8bBfZbBVdf2gFRBNl"

// enterprise starts a GitHub Enterprise Server that answers requests for these paths below /api/v3.
func enterprise(t *testing.T, answers map[string]func(w http.ResponseWriter)) *github.Client {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, ok := answers[strings.TrimPrefix(r.URL.Path, "/api/v3")]
		if !ok || r.Header.Get("Authorization") != "Bearer token" {
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"message": "Not Found"}`))
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		answer(w)
	}))
	t.Cleanup(s.Close)
	c, err := github.New(s.URL, "token", nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// says answers with a body.
func says(body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) { _, _ = w.Write([]byte(body)) }
}

// refuses answers with a status, a body and headers in pairs.
func refuses(status int, body string, headers ...string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func TestAccount(t *testing.T) {
	t.Parallel()
	c := enterprise(t, map[string]func(http.ResponseWriter){
		"/users/Ada-Ng":      says(`{"id": 1234567, "login": "ada-ng", "name": "Ada Ng"}`),
		"/users/ada-ng/keys": says(`[{"id": 1, "key": "` + key + `"}, {"id": 2, "key": " "}, {"id": 3, "key": "a\nb"}, {"id": 4, "key": "ssh-rsa AAAA "}]`),
		"/users/empty":       says(`{"id": 2, "login": "empty", "name": null}`),
		"/users/empty/keys":  says(`[]`),
	})
	got, err := c.Account(t.Context(), "Ada-Ng")
	if want := (github.Account{ID: 1234567, Login: "ada-ng", Name: "Ada Ng", Keys: []string{key, "ssh-rsa AAAA"}}); err != nil || !cmp.Equal(got, want) {
		t.Errorf("%v %s", err, cmp.Diff(want, got))
	}
	if got, err := c.Account(t.Context(), "empty"); err != nil || got.ID != 2 || len(got.Keys) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAccountRefusals(t *testing.T) {
	t.Parallel()
	answers := map[string]func(http.ResponseWriter){
		"/users/limited":      refuses(http.StatusForbidden, `{"message": "API rate limit exceeded"}`, "X-RateLimit-Remaining", "0", "X-RateLimit-Limit", "60", "X-RateLimit-Reset", "4102444800"),
		"/users/secondary":    refuses(http.StatusForbidden, `{"message": "secondary", "documentation_url": "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"}`, "Retry-After", "90"),
		"/users/many":         refuses(http.StatusTooManyRequests, `{"message": "slow down"}`, "Retry-After", "120"),
		"/users/many-more":    refuses(http.StatusTooManyRequests, `{}`),
		"/users/stranger":     refuses(http.StatusUnauthorized, `{"message": "Bad credentials"}`),
		"/users/broken":       refuses(http.StatusBadGateway, `<html>`),
		"/users/no-keys":      says(`{"id": 3, "login": "no-keys"}`),
		"/users/no-keys/keys": refuses(http.StatusInternalServerError, `{"message": "oops"}`),
	}
	for login, want := range map[string]struct {
		code  schema.Code
		words string
	}{
		"nobody":                {schema.CodeNotFound, `nobody is called "nobody" at http://127.0.0.1:`},
		"limited":               {schema.CodeLimit, "answers no more requests of this machine until 00:00 UTC; try again then, or give a token"},
		"secondary":             {schema.CodeLimit, "answers no more requests of this machine for 1m30s; try again then"},
		"many":                  {schema.CodeLimit, "answers no more requests of this machine for 2m0s; try again then"},
		"many-more":             {schema.CodeLimit, "answers no more requests of this machine for a minute; try again then"},
		"stranger":              {schema.CodeForbidden, "does not know the token; make another one"},
		"broken":                {schema.CodeUnavailable, "answers 502: "},
		"no-keys":               {schema.CodeUnavailable, "answers 500: oops"},
		"../../admin":           {schema.CodeInvalid, `"../../admin" is not a login of GitHub`},
		"":                      {schema.CodeInvalid, `"" is not a login of GitHub`},
		"a b":                   {schema.CodeInvalid, `"a b" is not a login of GitHub`},
		strings.Repeat("a", 40): {schema.CodeInvalid, "is not a login of GitHub"},
	} {
		c := enterprise(t, answers) // a new client, because the library remembers a limit
		if _, err := c.Account(t.Context(), login); schema.CodeOf(err) != want.code || !strings.Contains(schema.MessageOf(err), want.words) {
			t.Errorf("%s: %s %q, want %s %q", login, schema.CodeOf(err), schema.MessageOf(err), want.code, want.words)
		}
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for address, good := range map[string]bool{
		github.Default: true, "https://github.example.edu": true, "https://github.example.edu/": true, "http://127.0.0.1:8080": true, "http://localhost:1": true,
		"": false, "github.com": false, "http://github.example.edu": false, "ftp://github.com": false, "https://": false, "https://a b": false,
	} {
		if _, err := github.New(address, "", nil); (err == nil) != good || err != nil && schema.CodeOf(err) != schema.CodeInvalid {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.NotFoundHandler())
	address := s.URL
	s.Close()
	c, err := github.New(address, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Account(t.Context(), "ada"); schema.CodeOf(err) != schema.CodeUnavailable || !strings.HasPrefix(schema.MessageOf(err), address+" cannot be reached: dial tcp") {
		t.Errorf("%v", err)
	}
}
