package github

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/go-github/v60/github"

	"github.com/grader/grader/schema"
)

// Credentials returns the tokens for reading repositories and writing statuses.
type Credentials interface {
	// Token returns a token for the repositories of an organisation. installation is the id of our
	// App's installation there, 0 if unknown.
	Token(ctx context.Context, organisation string, installation int64) (string, error)
	// IsApp reports whether the tokens belong to an App. Only an App may write check runs.
	IsApp() bool
}

// Token is the token of one account. It is used for every organisation.
type Token string

// Token implements Credentials.
func (t Token) Token(context.Context, string, int64) (string, error) { return string(t), nil }

// IsApp implements Credentials.
func (Token) IsApp() bool { return false }

const (
	// jwtLife is how long an App's JWT is valid. GitHub accepts at most 10 minutes.
	jwtLife = 9 * time.Minute
	// clockSkew is how much our clock may be ahead of GitHub's.
	clockSkew = time.Minute
	// tokenMargin is how long before its expiry a token is replaced.
	tokenMargin = 5 * time.Minute
)

// App is a GitHub App. It authenticates with its key and gets a token for each installation.
type App struct {
	id        string
	key       *rsa.PrivateKey
	address   string
	transport http.RoundTripper
	clock     func() time.Time

	mu            sync.Mutex
	installations map[string]int64                    // by organisation
	tokens        map[int64]*github.InstallationToken // by installation
}

// NewApp returns an App at the GitHub at address. key is the App's private key in PEM, as GitHub
// provides it.
func NewApp(address, id string, key []byte, transport http.RoundTripper, clock func() time.Time) (*App, error) {
	block, _ := pem.Decode(key)
	if block == nil {
		return nil, schema.Errorf(schema.CodeInvalid, "the key of the GitHub App is not in PEM; use the file that GitHub gave out")
	}
	parsed, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		other, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		is, ok := other.(*rsa.PrivateKey)
		if err != nil || !ok {
			return nil, schema.Errorf(schema.CodeInvalid, "the key of the GitHub App is not an RSA key; use the file that GitHub gave out")
		}
		parsed = is
	}
	return &App{id: id, key: parsed, address: address, transport: transport, clock: clock, installations: map[string]int64{}, tokens: map[int64]*github.InstallationToken{}}, nil
}

// IsApp implements Credentials.
func (a *App) IsApp() bool { return true }

// client returns a client that authenticates as the App.
func (a *App) client() (*Client, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: a.key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return nil, fmt.Errorf("sign as App: %w", err)
	}
	now := a.clock()
	proof, err := jwt.Signed(signer).Claims(jwt.Claims{
		Issuer: a.id, IssuedAt: jwt.NewNumericDate(now.Add(-clockSkew)), Expiry: jwt.NewNumericDate(now.Add(jwtLife)),
	}).Serialize()
	if err != nil {
		return nil, fmt.Errorf("sign as App: %w", err)
	}
	return New(a.address, proof, a.transport)
}

// Token implements Credentials. It reuses a token until shortly before its expiry.
func (a *App) Token(ctx context.Context, organisation string, installation int64) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if installation == 0 {
		installation = a.installations[organisation]
	}
	if t := a.tokens[installation]; t != nil && t.GetExpiresAt().After(a.clock().Add(tokenMargin)) {
		return t.GetToken(), nil
	}
	c, err := a.client()
	if err != nil {
		return "", err
	}
	if installation == 0 {
		is, _, err := c.api.Apps.FindOrganizationInstallation(ctx, organisation)
		if err != nil {
			return "", c.failure(err, a.clock(), 0)
		}
		installation = is.GetID()
		a.installations[organisation] = installation
	}
	t, _, err := c.api.Apps.CreateInstallationToken(ctx, installation, &github.InstallationTokenOptions{Permissions: &github.InstallationPermissions{
		Contents: github.String("read"), Statuses: github.String("write"), Checks: github.String("write"),
	}})
	if err != nil {
		return "", c.failure(err, a.clock(), 0)
	}
	a.tokens[installation] = t
	return t.GetToken(), nil
}

// forget removes the token of an installation after GitHub rejected it.
func (a *App) forget(organisation string, installation int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if installation == 0 {
		installation = a.installations[organisation]
	}
	delete(a.tokens, installation)
	delete(a.installations, organisation)
}
