// Package github speaks with GitHub, or with a GitHub Enterprise Server.
package github

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/google/go-github/v60/github"

	"github.com/grader/grader/schema"
)

// Default is GitHub's own site.
const Default = "https://github.com"

// maxKeys bounds the keys of one account that are read; the interface returns up to 100 on a page.
const maxKeys = 100

// requestTimeout bounds one request.
const requestTimeout = 30 * time.Second

// loginPattern is how GitHub's logins are written.
var loginPattern = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})$`)

// Client asks one GitHub.
type Client struct {
	api *github.Client
	url string
}

// New returns a client of the GitHub at an address: Default, or that of an Enterprise Server. transport is nil
// for the usual one, and token empty for nobody's.
func New(address, token string, transport http.RoundTripper) (*Client, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && !loopback(u) {
		return nil, schema.Errorf(schema.CodeInvalid, "%q is not the address of a GitHub; write one such as https://github.example.edu", address)
	}
	api := github.NewClient(&http.Client{Transport: transport, Timeout: requestTimeout})
	if token != "" {
		api = api.WithAuthToken(token)
	}
	if !strings.EqualFold(u.Host, "github.com") {
		if api, err = api.WithEnterpriseURLs(address, address); err != nil {
			return nil, schema.Wrapf(schema.CodeInvalid, err, "%q is not the address of a GitHub: %s", address, err)
		}
	}
	return &Client{api: api, url: strings.TrimSuffix(address, "/")}, nil
}

// Host returns the address of the GitHub, without a slash at its end.
func (c *Client) Host() string { return c.url }

// loopback reports whether an address without TLS stays on this machine.
func loopback(u *url.URL) bool {
	return u.Scheme == "http" && (u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost" || u.Hostname() == "::1")
}

// Account is an account at GitHub. Its ID stays when the login is renamed and given to somebody else.
type Account struct {
	ID    int64
	Login string
	Name  string // as the person gives it; may be empty
	Keys  []string
}

// Account returns an account with its public SSH keys, one "type base64" each. The error is CodeInvalid for what
// is no login, CodeNotFound where nobody has it, and CodeLimit where GitHub answers no more for a while.
func (c *Client) Account(ctx context.Context, login string) (Account, error) {
	if !loginPattern.MatchString(login) {
		return Account{}, schema.Errorf(schema.CodeInvalid, "%q is not a login of GitHub: those have at most 39 letters, digits and hyphens", login)
	}
	user, _, err := c.api.Users.Get(ctx, login)
	if err != nil {
		return Account{}, c.explain(err, login)
	}
	keys, _, err := c.api.Users.ListKeys(ctx, user.GetLogin(), &github.ListOptions{PerPage: maxKeys})
	if err != nil {
		return Account{}, c.explain(err, login)
	}
	a := Account{ID: user.GetID(), Login: user.GetLogin(), Name: user.GetName()}
	for _, k := range keys {
		if text := strings.TrimSpace(k.GetKey()); text != "" && !strings.ContainsAny(text, "\r\n") {
			a.Keys = append(a.Keys, text)
		}
	}
	return a, nil
}

// explain turns an error of the GitHub library into one with a code and a message for people. The library has
// error types for status 403 at a rate limit, but not for 429.
func (c *Client) explain(err error, login string) error {
	var response *github.ErrorResponse
	limited, abused := new(github.RateLimitError), new(github.AbuseRateLimitError)
	switch {
	case errors.As(err, &limited):
		return schema.Wrapf(schema.CodeLimit, err, "%s answers no more requests of this machine until %s; try again then, or give a token", c.url, limited.Rate.Reset.UTC().Format("15:04 MST"))
	case errors.As(err, &abused):
		return schema.Wrapf(schema.CodeLimit, err, "%s answers no more requests of this machine for %s; try again then", c.url, abused.GetRetryAfter().Round(time.Second))
	case !errors.As(err, &response) || response.Response == nil:
		return schema.Wrapf(schema.CodeUnavailable, err, "%s cannot be reached: %s", c.url, unwrapped(err))
	case response.Response.StatusCode == http.StatusNotFound:
		return schema.Wrapf(schema.CodeNotFound, err, "nobody is called %q at %s", login, c.url)
	case response.Response.StatusCode == http.StatusTooManyRequests:
		return schema.Wrapf(schema.CodeLimit, err, "%s answers no more requests of this machine for %s; try again then", c.url, retryAfter(response.Response))
	case response.Response.StatusCode == http.StatusUnauthorized:
		return schema.Wrapf(schema.CodeForbidden, err, "%s does not know the token; make another one", c.url)
	}
	return schema.Wrapf(schema.CodeUnavailable, err, "%s answers %d: %s", c.url, response.Response.StatusCode, schema.Excerpt(response.Message, 200))
}

// retryAfter says how long the server asks to wait.
func retryAfter(r *http.Response) string {
	if seconds := r.Header.Get("Retry-After"); seconds != "" {
		if wait, err := time.ParseDuration(seconds + "s"); err == nil && wait > 0 {
			return wait.String()
		}
	}
	return "a minute"
}

// unwrapped returns the cause of a failed request without the address, which the caller says.
func unwrapped(err error) string {
	failed := new(url.Error)
	if errors.As(err, &failed) {
		err = failed.Err
	}
	return schema.Excerpt(err.Error(), 200)
}
