// Package identity asks sign-in services who somebody is: OpenID Connect and GitHub. What
// they say is an identity and nothing else; no role and no right follows from it.
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

// Attempt is one try of a browser to sign in. Its secrets are random, and good for this try
// alone.
type Attempt struct {
	Callback string // address of ours that the service sends the browser back to
	State    string // proves that the browser that comes back is the one that left
	Nonce    string // proves that the service's token was made for this try
	Verifier string // PKCE: proves that whoever redeems the code is who asked for it
}

// Limits of requests to a service.
const (
	requestTime = 10 * time.Second
	maxAnswer   = 1 << 20 // bytes
)

// client returns the HTTP client for asking a service. It follows no redirect: none of the
// services needs one, and one could lead inside our own network.
func client(transport http.RoundTripper) *http.Client {
	if transport == nil {
		transport = http.DefaultTransport
	}
	return &http.Client{
		Timeout: requestTime, Transport: bounded{transport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// bounded cuts off answers that are too long.
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
