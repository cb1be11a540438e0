package github

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/google/go-github/v60/github"

	"github.com/grader/grader/outbox"
	"github.com/grader/grader/schema"
)

const (
	// leastPause is the first pause if GitHub reports too many requests without saying how long to
	// wait.
	leastPause = time.Minute
	// longestPause bounds the doubling of leastPause.
	longestPause = time.Hour
)

// failure converts an error of the API to one that the outbox understands. failures is the number
// of GitHub's failures in succession. The library has a type only for the 403 of the limits, not
// for the 429.
func (c *Client) failure(err error, now time.Time, failures int) error {
	var response *github.ErrorResponse
	limited, abused := new(github.RateLimitError), new(github.AbuseRateLimitError)
	switch {
	case errors.As(err, &limited):
		return &outbox.Later{Until: limited.Rate.Reset.Time, Reason: "the limit of requests is reached"}
	case errors.As(err, &abused):
		return pause(abused.Response, now, failures)
	case !errors.As(err, &response) || response.Response == nil:
		return schema.Wrapf(schema.CodeUnavailable, err, "%s cannot be reached: %s", c.url, unwrapped(err))
	}
	code := schema.CodeUnavailable
	switch status := response.Response.StatusCode; status {
	case http.StatusTooManyRequests:
		return pause(response.Response, now, failures)
	case http.StatusForbidden:
		if response.Response.Header.Get("Retry-After") != "" {
			return pause(response.Response, now, failures)
		}
		code = schema.CodeRefused
	case http.StatusUnauthorized:
		code = schema.CodeForbidden
	case http.StatusNotFound:
		code = schema.CodeNotFound
	case http.StatusUnprocessableEntity:
		code = schema.CodeInvalid
	}
	return schema.Wrapf(code, err, "%s answers %d: %s", c.url, response.Response.StatusCode, schema.Excerpt(response.Message, 200))
}

// pause returns an error that makes the outbox wait: as long as Retry-After says, or until the
// reset of an exhausted limit, or else for one minute, doubled with each failure.
func pause(r *http.Response, now time.Time, failures int) error {
	later := &outbox.Later{Reason: "too many requests"}
	if seconds, err := strconv.Atoi(r.Header.Get("Retry-After")); err == nil && seconds > 0 {
		later.Until = now.Add(time.Duration(seconds) * time.Second)
		return later
	}
	if reset, err := strconv.ParseInt(r.Header.Get("X-RateLimit-Reset"), 10, 64); err == nil && r.Header.Get("X-RateLimit-Remaining") == "0" {
		later.Until = time.Unix(reset, 0)
		return later
	}
	wait := leastPause
	for range failures {
		wait = min(2*wait, longestPause)
	}
	later.Until = now.Add(wait)
	return later
}
