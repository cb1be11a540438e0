package classroom

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Lifetimes of an API token.
const (
	TokenLife    = 90 * 24 * time.Hour  // default
	MaxTokenLife = 366 * 24 * time.Hour // maximum
)

// TokenStore is the part of the store that the actions on API tokens use. Each change is
// one transaction with its audit entry.
type TokenStore interface {
	// AddAPIToken creates a token for the actor's own account and returns its secret.
	// CodeConflict: the name is taken. CodeLimit: the account has too many tokens.
	AddAPIToken(ctx context.Context, by schema.Actor, k schema.APIToken) (schema.APIToken, string, error)
	// APITokens returns the tokens of an account, including expired ones, by name.
	APITokens(ctx context.Context, user int64) ([]schema.APIToken, error)
	// APIToken returns the token with that secret, even if it has expired, and its account.
	// CodeNotFound: the secret is unknown, or the token was revoked.
	APIToken(ctx context.Context, secret string) (schema.APIToken, schema.User, error)
	// TouchAPIToken records that a token was used, to the minute.
	TouchAPIToken(ctx context.Context, k schema.APIToken, at time.Time) error
	// EndAPIToken revokes a token of an account. CodeNotFound: the account has no token of that
	// name.
	EndAPIToken(ctx context.Context, by schema.Actor, user schema.User, name string) (schema.APIToken, error)
}

// Tokens implements the actions on API tokens.
type Tokens struct {
	store    TokenStore
	accounts *Accounts
	clock    func() time.Time
	revoked  *Revocations
}

// NewToken describes an API token to create for the actor's own account.
type NewToken struct {
	Name  string
	Scope schema.Scope
	Life  time.Duration // 0 is TokenLife
}

// CreatedToken is a new API token with its secret, which is not shown again.
type CreatedToken struct {
	schema.APIToken
	Secret string
}

// Create creates an API token. A program with the token acts as the actor within a scope.
func (t *Tokens) Create(ctx context.Context, by schema.Actor, n NewToken) (CreatedToken, error) {
	if err := course.MayCreateToken(by, n.Scope); err != nil {
		return CreatedToken{}, err
	}
	if err := schema.APITokenName(n.Name); err != nil {
		return CreatedToken{}, err
	}
	if n.Life == 0 {
		n.Life = TokenLife
	}
	if n.Life < 0 || n.Life > MaxTokenLife {
		return CreatedToken{}, schema.Errorf(schema.CodeInvalid, "a token lives more than nothing and at most %d days; write a length such as 90d", MaxTokenLife/(24*time.Hour))
	}
	now := t.clock()
	token := schema.APIToken{UserID: by.User.ID, Name: n.Name, Scope: n.Scope, MadeBy: by.Key, MadeAt: now, ExpiresAt: now.Add(n.Life)}
	added, secret, err := t.store.AddAPIToken(ctx, by, token)
	return CreatedToken{added, secret}, err
}

// List lists the API tokens of an account, by name; login "" means the actor's own.
func (t *Tokens) List(ctx context.Context, by schema.Actor, login string) ([]schema.APIToken, error) {
	user, err := t.accounts.account(ctx, by, login)
	if err != nil {
		return nil, err
	}
	return t.store.APITokens(ctx, user.ID)
}

// Revoke ends an API token of an account and its open event streams at once; login "" means
// the actor's own.
func (t *Tokens) Revoke(ctx context.Context, by schema.Actor, login, name string) (schema.APIToken, error) {
	user, err := t.accounts.account(ctx, by, login)
	if err != nil {
		return schema.APIToken{}, err
	}
	ended, err := t.store.EndAPIToken(ctx, by, user, name)
	if err == nil {
		t.revoked.tell(Revocation{User: user.ID, Token: ended.ID, Why: "the token " + name + " was revoked"})
	}
	return ended, err
}

// Authenticate returns the actor of a token, and the token. CodeUnauthenticated: the token
// is unknown, revoked or expired, or its account is disabled.
func (t *Tokens) Authenticate(ctx context.Context, secret string) (schema.Actor, schema.APIToken, error) {
	token, user, err := t.store.APIToken(ctx, secret)
	if schema.CodeOf(err) == schema.CodeNotFound {
		return schema.Actor{}, token, schema.Errorf(schema.CodeUnauthenticated, "this token is unknown or was revoked; make a new one on the site, at /-/tokens, or over ssh: token create NAME")
	}
	if err != nil {
		return schema.Actor{}, token, fmt.Errorf("find token: %w", err)
	}
	now := t.clock()
	if err := course.MayUseToken(token, user, now); err != nil {
		return schema.Actor{}, token, err
	}
	if err := t.store.TouchAPIToken(ctx, token, now); err != nil {
		return schema.Actor{}, token, fmt.Errorf("note use of token: %w", err)
	}
	return schema.Actor{User: user, Channel: schema.ChannelAPI, Key: token.MadeBy, Scope: token.Scope}, token, nil
}

// ParseLife parses the lifetime of a token: 90d or 12h; "" means 0.
func ParseLife(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	if d, ok := strings.CutSuffix(s, "d"); ok {
		if days, err := strconv.Atoi(d); err == nil && days > 0 && days <= int(MaxTokenLife/(24*time.Hour)) {
			return time.Duration(days) * 24 * time.Hour, nil
		}
	} else if life, err := time.ParseDuration(s); err == nil && life > 0 && life <= MaxTokenLife {
		return life, nil
	}
	return 0, schema.Errorf(schema.CodeInvalid, "%q is not a lifetime: write days such as 90d, or hours such as 12h, at most %dd", s, MaxTokenLife/(24*time.Hour))
}
