package schema

import "time"

// Scope limits an API token to a part of its owner's permissions.
type Scope string

// The scopes. Each one includes those before it.
const (
	ScopeRead  Scope = "read"  // read the person's data
	ScopeWrite Scope = "write" // also change data in courses
	ScopeAdmin Scope = "admin" // also perform actions of administrators
)

// ParseScope parses a scope; the error is CodeInvalid.
func ParseScope(s string) (Scope, error) {
	switch scope := Scope(s); scope {
	case ScopeRead, ScopeWrite, ScopeAdmin:
		return scope, nil
	}
	return "", Errorf(CodeInvalid, "scope %q: use read, write or admin", s)
}

// Includes reports whether a token of scope s has the permissions of scope needed. An unknown scope
// includes nothing, and nothing includes it.
func (s Scope) Includes(needed Scope) bool {
	rank := map[Scope]int{ScopeRead: 1, ScopeWrite: 2, ScopeAdmin: 3}
	return rank[needed] > 0 && rank[s] >= rank[needed]
}

// APIToken describes a secret that lets a program act as a person over the HTTP API. The store
// keeps only the secret's hash.
type APIToken struct {
	ID        int64
	UserID    int64
	Name      string // unique among the person's tokens
	Scope     Scope
	MadeBy    string // fingerprint of the SSH key that created it; removing the key also removes the token
	MadeAt    time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // to the minute; zero: never
}

// APITokenName checks the name of a new token.
func APITokenName(s string) error { return Segment("token", s) }
