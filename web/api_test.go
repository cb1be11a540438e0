package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	actions "github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// TestAPIOnTheSite sends requests to the API of a running site. It accepts tokens but no browser sessions, so that pages of other
// sites cannot use it.
func TestAPIOnTheSite(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	alice := must[schema.User](t)(s.ledger.UserByLogin(t.Context(), "alice"))
	room := actions.New(actions.Options{Store: s.ledger, Clock: time.Now})
	made := must[actions.CreatedToken](t)(room.Tokens.Create(t.Context(), schema.Actor{User: alice, Channel: schema.ChannelSSH}, actions.NewToken{Name: "t", Scope: schema.ScopeRead}))
	b := s.signIn("alice")
	if got := b.get("/api/v1/me"); got.status != http.StatusUnauthorized || got.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("by a session: status %d, %s", got.status, got.header.Get("Content-Type"))
	}
	got := s.visitor().do(http.MethodGet, "/api/v1/me", http.Header{"Authorization": {"Bearer " + made.Secret}})
	if got.status != http.StatusOK || !strings.Contains(got.body, `"login":"alice"`) || got.header.Get("Content-Security-Policy") == "" {
		t.Errorf("by a token: status %d: %s", got.status, got.body)
	}
	if got := s.visitor().do(http.MethodGet, "/comp2402", http.Header{"Authorization": {"Bearer " + made.Secret}}); got.status != http.StatusUnauthorized {
		t.Errorf("a page by a token: status %d", got.status)
	}
	if got := s.visitor().get("/api/v1"); got.status != http.StatusNotFound || got.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("/api/v1: status %d", got.status)
	}
	if got := s.visitor().get("/metrics"); !strings.Contains(got.body, `grader_web_requests_total{route="GET /api/v1/me",status="200"} 1`) {
		t.Error("the API is not measured")
	}
}
