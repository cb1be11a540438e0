// Package github communicates with GitHub or with a GitHub Enterprise Server.
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

// Default is the address of GitHub's own site.
const Default = "https://github.com"

// maxKeys bounds how many keys of one account are read. The API returns up to 100 on a page.
const maxKeys = 100

// requestTimeout bounds one request.
const requestTimeout = 30 * time.Second

// loginPattern matches GitHub's logins.
var loginPattern = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})$`)

// Client sends requests to one GitHub server.
type Client struct {
	api *github.Client
	url string
}

// New returns a client of the GitHub at an address: Default, or that of an Enterprise Server. A nil transport selects
// the default one. An empty token makes unauthenticated requests.
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

// Host returns the address of the GitHub without a trailing slash.
func (c *Client) Host() string { return c.url }

// loopback reports whether an address is without TLS and on this machine.
func loopback(u *url.URL) bool {
	return u.Scheme == "http" && (u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost" || u.Hostname() == "::1")
}

// Account is an account at GitHub. Its ID stays the same when the account is renamed and another person takes the
// login.
type Account struct {
	ID    int64
	Login string
	Name  string // entered by the person; may be empty
	Keys  []string
}

// Account returns an account with its public SSH keys, each as "type base64". The error is CodeInvalid if login is
// malformed, CodeNotFound if no account has it, and CodeLimit if GitHub's rate limit is reached.
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

// explain converts an error of the GitHub library to one with a code and a message for people. The library has error
// types for status 403 at a rate limit, but not for 429.
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

// retryAfter returns how long the server asks to wait, as text.
func retryAfter(r *http.Response) string {
	if seconds := r.Header.Get("Retry-After"); seconds != "" {
		if wait, err := time.ParseDuration(seconds + "s"); err == nil && wait > 0 {
			return wait.String()
		}
	}
	return "a minute"
}

// unwrapped returns the cause of a failed request without the address, because the caller adds it.
func unwrapped(err error) string {
	failed := new(url.Error)
	if errors.As(err, &failed) {
		err = failed.Err
	}
	return schema.Excerpt(err.Error(), 200)
}
