package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/grader/grader/schema"
)

// maxResult bounds a result as JSON, in bytes; the server's limit is slightly higher.
const maxResult = 30 << 20

// post returns a call that sends message as JSON. If into is not nil, the answer is decoded into
// it.
func post(path string, message, into any) (call, error) {
	body, err := json.Marshal(message)
	if err != nil {
		return call{}, fmt.Errorf("encode message: %w", err)
	}
	what := call{method: http.MethodPost, path: path, body: body}
	if into != nil {
		what.answer = func(r *http.Response) error { return readJSON(r, into) }
	}
	return what, nil
}

// register authenticates the runner with its token and keeps the session's secret.
func (c *client) register(ctx context.Context, said schema.Register) (schema.Registered, error) {
	var answer schema.Registered
	what, err := post("/register", said, &answer)
	if err != nil {
		return answer, err
	}
	if err := c.do(ctx, what); err != nil {
		return answer, err
	}
	c.secret = answer.Secret
	return answer, nil
}

// claim waits for the runner's one job, however long it takes.
func (c *client) claim(ctx context.Context, wait time.Duration) (schema.Order, error) {
	for {
		var order schema.Order
		err := c.do(ctx, call{method: http.MethodPost, path: "/claim?wait=" + wait.String(), limit: wait + callLimit, answer: func(r *http.Response) error {
			if r.StatusCode == http.StatusNoContent {
				return nil
			}
			return readJSON(r, &order)
		}})
		if err != nil || order.Job != 0 {
			return order, err
		}
	}
}

// ofJob returns the path of one of a job's resources.
func ofJob(o schema.Order, rest string) string { return fmt.Sprintf("/jobs/%d/%s", o.Job, rest) }

// fetch reads a tree of the job with unpack, which must start afresh with each attempt.
func (c *client) fetch(ctx context.Context, o schema.Order, name string, unpack func(io.Reader) error) error {
	return c.do(ctx, call{method: http.MethodGet, path: ofJob(o, name), limit: treeLimit, answer: func(r *http.Response) error {
		return unpack(r.Body)
	}})
}

// keepPrepared sends prepare's files. It does not retry, because they only save later jobs time.
func (c *client) keepPrepared(ctx context.Context, o schema.Order, pack func(io.Writer) error) error {
	return c.once(ctx, call{method: http.MethodPut, path: ofJob(o, fmt.Sprintf("prepared.tar?attempt=%d", o.Attempt)), stream: pack, limit: treeLimit})
}

// autograderLimit bounds one autograder, with the image that may have to be made for it first.
const autograderLimit = 6 * time.Hour

// autograder has an autograder run in a container of its own. files writes its submission as a tar file.
func (c *client) autograder(ctx context.Context, o schema.Order, what schema.AutograderOrder, files func(io.Writer) error) (run schema.AutograderRun, err error) {
	what.Attempt = o.Attempt
	order, err := json.Marshal(what)
	if err != nil {
		return run, fmt.Errorf("encode order: %w", err)
	}
	err = c.do(ctx, call{
		method: http.MethodPost, path: ofJob(o, "autograder?order="+url.QueryEscape(string(order))), stream: files, limit: autograderLimit,
		answer: func(r *http.Response) error { return readJSON(r, &run) },
	})
	return run, err
}

// heartbeat extends the lease and returns its length.
func (c *client) heartbeat(ctx context.Context, o schema.Order) (time.Duration, error) {
	var lease schema.Lease
	what, err := post(ofJob(o, "heartbeat"), schema.Heartbeat{Attempt: o.Attempt}, &lease)
	if err != nil {
		return 0, err
	}
	return lease.For, c.do(ctx, what)
}

// events sends a batch. first is the number of the attempt's events that were sent before.
func (c *client) events(ctx context.Context, o schema.Order, first int, ndjson []byte) error {
	path := ofJob(o, fmt.Sprintf("events?attempt=%d&first=%d", o.Attempt, first))
	return c.do(ctx, call{method: http.MethodPost, path: path, body: ndjson})
}

// shortMessage bounds each message of a result that is too long without outputs, in bytes.
const shortMessage = 100

// result delivers the result. If it is longer than the server accepts, the output of the tests is
// dropped, because the scores matter more, and then all but the beginning and the end of messages.
func (c *client) result(ctx context.Context, o schema.Order, r schema.Result) error {
	path := ofJob(o, fmt.Sprintf("result?attempt=%d", o.Attempt))
	what, err := post(path, r, nil)
	for _, shorten := range []func(t *schema.TestResult){dropOutput, shortenMessages} {
		if err != nil || len(what.body) <= maxResult {
			break
		}
		r.Tests = slices.Clone(r.Tests)
		for i := range r.Tests {
			shorten(&r.Tests[i])
		}
		what, err = post(path, r, nil)
	}
	if err != nil {
		return err
	}
	return c.do(ctx, what)
}

func dropOutput(t *schema.TestResult) { t.Output = "" }

func shortenMessages(t *schema.TestResult) {
	for _, text := range []*string{&t.Message, &t.JudgeMessage, &t.Hint, &t.Tampering} {
		*text = schema.Excerpt(*text, shortMessage)
	}
}
