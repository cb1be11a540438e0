package githubtest

import (
	"crypto/rsa"
	"net/http"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// longestProof is how far in the future an App's JWT may expire.
const longestProof = 10 * time.Minute

// app is the App that the server accepts.
type app struct {
	id    string
	key   *rsa.PublicKey
	clock func() time.Time
}

// SetApp makes the server check an App's JWT as GitHub does: RS256 with the App's key, issued by
// its id, not in the future, and valid for at most ten minutes. clock is GitHub's clock.
func (s *Server) SetApp(id string, key *rsa.PublicKey, clock func() time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.app = &app{id: id, key: key, clock: clock}
}

// isProof reports whether a bearer token is an App's JWT. Without SetApp it accepts every token
// with the form of a JWT.
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

// ofApp reports whether a request needs an App's JWT instead of a token.
func ofApp(r *http.Request) bool {
	return strings.Contains(r.URL.Path, "/app/") || strings.HasSuffix(r.URL.Path, "/installation")
}
