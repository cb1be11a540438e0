package certificate_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/grader/grader/web/certificate"
)

// TestRedirect redirects reading requests with any host and path to the site, and refuses other requests.
func TestRedirect(t *testing.T) {
	t.Parallel()
	h := certificate.Redirect(func() string { return "https://grader.test/" })
	for from, to := range map[string]string{
		"/":                       "https://grader.test/",
		"/comp1/a1?page=2":        "https://grader.test/comp1/a1?page=2",
		"/a%2Fb%0d%0aX":           "https://grader.test/a%2Fb%0d%0aX",
		"//evil.test/x":           "https://grader.test/evil.test/x",
		"http://evil.test/comp1/": "https://grader.test/comp1/",
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = "evil.test"
		u := *r.URL
		if parsed, err := u.Parse(from); err == nil && !strings.HasPrefix(from, "//") {
			r.URL = parsed
		} else {
			r.URL.Path = from
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Header().Get("Location"); w.Code != http.StatusMovedPermanently || got != to {
			t.Errorf("%s: status %d to %q, want %q", from, w.Code, got, to)
		}
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, "/api/v1/me", nil))
		if w.Code != http.StatusForbidden || w.Header().Get("Location") != "" {
			t.Errorf("%s: status %d to %q", method, w.Code, w.Header().Get("Location"))
		}
	}
}

// TestACMEAnswersOverHTTP serves challenges of the authority and redirects other requests.
func TestACMEAnswersOverHTTP(t *testing.T) {
	t.Parallel()
	site, err := certificate.ACME{URL: "https://grader.test", Dir: t.TempDir()}.Open()
	if err != nil {
		t.Fatal(err)
	}
	h := site.HTTP(certificate.Redirect(func() string { return "https://grader.test" }))
	for path, want := range map[string]int{"/.well-known/acme-challenge/none": http.StatusNotFound, "/comp1": http.StatusMovedPermanently} {
		r := httptest.NewRequest(http.MethodGet, "http://grader.test"+path, nil)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s: status %d, want %d", path, w.Code, want)
		}
	}
}
