// Package identity asks sign-in services for a person's identity: OpenID Connect and GitHub.
// The answer is only an identity; it carries no role and no rights.
package identity

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"golang.org/x/oauth2"

	"github.com/grader/grader/schema"
)

// Attempt is one attempt of a browser to sign in. Its secrets are random and valid only for this
// attempt.
type Attempt struct {
	Callback string // address of the site that the service redirects the browser to
	State    string // proves that the returning browser started the attempt
	Nonce    string // proves that the service's token was made for this attempt
	Verifier string // PKCE: proves that the code is redeemed by the site that requested it
}

// Limits of requests to a service.
const (
	requestTime = 10 * time.Second
	maxAnswer   = 1 << 20 // bytes
)

// client returns the HTTP client for requests to a service. It follows no redirects: no service
// needs them, and a redirect could lead into the site's own network.
func client(transport http.RoundTripper) *http.Client {
	if transport == nil {
		transport = http.DefaultTransport
	}
	return &http.Client{
		Timeout: requestTime, Transport: bounded{transport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// bounded limits the length of responses.
type bounded struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := b.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(response.Body, maxAnswer), response.Body}
	return response, nil
}

// redeem exchanges the code that a browser brought back for a token.
func redeem(ctx context.Context, config *oauth2.Config, name string, a Attempt, code string) (*oauth2.Token, error) {
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	var refusal *oauth2.RetrieveError
	switch {
	case errors.As(err, &refusal):
		return nil, schema.Wrapf(schema.CodeRefused, err, "%s did not accept the sign-in; try again", name)
	case err != nil:
		return nil, unreachable(name, err)
	}
	return token, nil
}

func unreachable(name string, err error) error {
	return schema.Wrapf(schema.CodeUnavailable, err, "%s cannot be reached; try again later, or sign in with your SSH key", name)
}
