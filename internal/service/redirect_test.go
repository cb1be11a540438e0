package service

import (
	"log/slog"
	"net/http"
	"testing"

	"github.com/grader/grader/configs"
	"github.com/grader/grader/schema"
)

// TestPlainHTTPLeadsToHTTPS sends requests to the plain HTTP server, which needs a site with HTTPS.
func TestPlainHTTPLeadsToHTTPS(t *testing.T) {
	t.Parallel()
	s := &Service{HTTP: "127.0.0.1:0", Config: configs.Config{PublicURL: "https://grader.test"}, Logger: slog.New(slog.DiscardHandler)}
	if err := s.startRedirect(t.Context(), nil); schema.CodeOf(err) != schema.CodeInvalid {
		t.Errorf("without HTTPS: %v", err)
	}
	s.TLS = TLS{Cert: "site.pem", Key: "site-key.pem"}
	must(t, s.startRedirect(t.Context(), nil))
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res := got(client.Get("http://" + s.redirectAt.String() + "/comp1/a1?page=2"))(t)
	res.Body.Close()
	if to := res.Header.Get("Location"); res.StatusCode != http.StatusMovedPermanently || to != "https://grader.test/comp1/a1?page=2" {
		t.Errorf("status %d to %q", res.StatusCode, to)
	}
	must(t, s.Stop(t.Context()))
}
