package githubtest

import (
	"crypto/rsa"
	"net/http"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// longestProof is how long an App's proof may be valid from GitHub's present.
const longestProof = 10 * time.Minute

// app is the App that the server knows.
type app struct {
	id    string
	key   *rsa.PublicKey
	clock func() time.Time
}

// SetApp has the server check the proofs of an App as GitHub does: RS256 by the App's key, issued
// by its id, not in the future, and valid for ten minutes at most. clock is GitHub's.
func (s *Server) SetApp(id string, key *rsa.PublicKey, clock func() time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.app = &app{id: id, key: key, clock: clock}
}

// isProof reports whether a bearer token proves an App. Without SetApp everything is a proof that
// looks like one.
func (s *Server) isProof(token string) bool {
	if s.app == nil {
		return strings.Count(token, ".") == 2
	}
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return false
	}
	var claims jwt.Claims
	if err := parsed.Claims(s.app.key, &claims); err != nil || claims.Issuer != s.app.id || claims.IssuedAt == nil || claims.Expiry == nil {
		return false
	}
	now := s.app.clock()
	issued, expires := claims.IssuedAt.Time(), claims.Expiry.Time()
	return !issued.After(now) && expires.After(now) && !expires.After(now.Add(longestProof))
}

// ofApp reports whether a request needs the proof of an App, and not a token.
func ofApp(r *http.Request) bool {
	return strings.Contains(r.URL.Path, "/app/") || strings.HasSuffix(r.URL.Path, "/installation")
}
