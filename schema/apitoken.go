package schema

import "time"

// Scope says how much of what a person may do an API token may do.
type Scope string

// The scopes. Each one includes those before it.
const (
	ScopeRead  Scope = "read"  // see what the person sees
	ScopeWrite Scope = "write" // and change what the person may change in courses
	ScopeAdmin Scope = "admin" // and do what only administrators may
)

// ParseScope parses a scope; the error is CodeInvalid.
func ParseScope(s string) (Scope, error) {
	switch scope := Scope(s); scope {
	case ScopeRead, ScopeWrite, ScopeAdmin:
		return scope, nil
	}
	return "", Errorf(CodeInvalid, "scope %q: use read, write or admin", s)
}

// Includes reports whether a token of scope s may do what needs the other scope. An unknown
// scope includes nothing, and nothing includes it.
func (s Scope) Includes(needed Scope) bool {
	rank := map[Scope]int{ScopeRead: 1, ScopeWrite: 2, ScopeAdmin: 3}
	return rank[needed] > 0 && rank[s] >= rank[needed]
}

// APIToken is a secret by which a program acts as a person over the HTTP API. Only its hash
// is kept.
type APIToken struct {
	ID        int64
	UserID    int64
	Name      string // unique among the person's tokens
	Scope     Scope
	MadeBy    string // fingerprint of the SSH key that made it: it ends with the key
	MadeAt    time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // to the minute; zero: never
}

// APITokenName checks the name of a new token.
func APITokenName(s string) error { return Segment("token", s) }
