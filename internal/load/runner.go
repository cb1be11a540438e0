package load

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/grader/grader/schema"
)

// runner is a simulated runner. It sends the same messages as a real one.
type runner struct {
	credential schema.Credential
	crowd      *crowd
	length     time.Duration // duration of its job, in real time
	vanish     float64       // the fraction of its job after which it vanishes, 0 for never
	silent     bool          // only the lease reveals that it vanished
	client     *http.Client
	secret     string
}

// pollFor is the duration of a claim's long poll, the same as of a real runner.
const pollFor = 25 * time.Second

func newRunner(c schema.Credential, crowd *crowd, random *rand.Rand) *runner {
	r := &runner{credential: c, crowd: crowd, length: crowd.plan.scaled(crowd.plan.length(random))}
	if random.Float64() < crowd.plan.Vanish {
		r.vanish, r.silent = 0.05+0.9*random.Float64(), random.IntN(2) == 0
	}
	socket := strings.TrimPrefix(c.URL, "unix:")
	r.client = &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
		ReadBufferSize: 2 << 10, WriteBufferSize: 2 << 10,
	}}
	return r
}

// run registers, does one job, and waits to be retired.
func (r *runner) run(ctx context.Context) error {
	defer r.client.CloseIdleConnections()
	err := r.serve(ctx)
	if schema.CodeOf(err) == schema.CodeStale {
		<-ctx.Done() // it is not needed or lost its job, and will be retired
		return nil
	}
	return err
}

// serve does the one job.
func (r *runner) serve(ctx context.Context) error {
	if err := r.register(ctx); err != nil {
		return err
	}
	order, err := r.claim(ctx)
	if err != nil {
		return err
	}
	done, err := r.work(ctx, order)
	if err != nil {
		return err
	}
	if done {
		<-ctx.Done()
		return nil
	}
	r.crowd.vanished(r.credential.Runner, r.silent)
	return nil
}

func (r *runner) register(ctx context.Context) error {
	said := schema.Register{Protocol: schema.Protocol, Token: r.credential.Token, Flavour: r.credential.Flavour,
		Version: "load", Image: "toolchain:none", Wall: "none", Host: r.credential.Runner}
	var answer schema.Registered
	if _, err := r.call(ctx, http.MethodPost, "/register", said, &answer); err != nil {
		return err
	}
	r.secret = answer.Secret
	return nil
}

// claim waits for the job.
func (r *runner) claim(ctx context.Context) (schema.Order, error) {
	for {
		var order schema.Order
		began := time.Now()
		status, err := r.call(ctx, http.MethodPost, "/claim?wait="+pollFor.String(), nil, &order)
		if err != nil {
			return order, err
		}
		if status == http.StatusOK {
			r.crowd.claimed(order.Job, began, time.Now())
			return order, nil
		}
	}
}

// work simulates grading. It returns false if the runner vanished in the middle.
func (r *runner) work(ctx context.Context, o schema.Order) (bool, error) {
	for _, tree := range []string{"submission.tar", "tests.tar"} {
		if _, err := r.call(ctx, http.MethodGet, fmt.Sprintf("/jobs/%d/%s", o.Job, tree), nil, nil); err != nil {
			return false, err
		}
	}
	if err := r.events(ctx, o, 0, schema.Event{Kind: schema.EventStarted, Text: "load"}); err != nil {
		return false, err
	}
	if r.vanish > 0 {
		return false, r.pass(ctx, o, time.Duration(r.vanish*float64(r.length)))
	}
	if err := r.pass(ctx, o, r.length); err != nil {
		return false, err
	}
	tests := pretended()
	said := []schema.Event{{Kind: schema.EventBuild, Build: &schema.BuildResult{Outcome: schema.OutcomePassed}}}
	for i := range tests {
		said = append(said, schema.Event{Kind: schema.EventTest, Test: &tests[i]})
	}
	if err := r.events(ctx, o, 1, said...); err != nil {
		return false, err
	}
	return true, r.deliver(ctx, o, tests)
}

// lastWords is the time for delivering the result. It does not end with ctx, because the server
// retires the runner as soon as it has read the result.
const lastWords = time.Minute

func (r *runner) deliver(ctx context.Context, o schema.Order, tests []schema.TestResult) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
	defer cancel()
	points := schema.NewPoints(int64(len(tests)), 1)
	result := schema.Result{Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, Score: points, MaxScore: points, Tests: tests}
	_, err := r.call(ctx, http.MethodPost, fmt.Sprintf("/jobs/%d/result?attempt=%d", o.Job, o.Attempt), result, nil)
	if err == nil {
		r.crowd.finished(o.Job)
	}
	return err
}

// pretended returns the results of every job's tests.
func pretended() []schema.TestResult {
	tests := make([]schema.TestResult, 5)
	for i := range tests {
		name := fmt.Sprintf("test %d", i+1)
		tests[i] = schema.TestResult{Name: name, Test: name, Outcome: schema.OutcomePassed, Visible: schema.VisibleAlways,
			Score: schema.NewPoints(1, 1), MaxScore: schema.NewPoints(1, 1), Output: "all is well\n"}
	}
	return tests
}

// pass waits for the duration of a job, and sends heartbeats to keep its lease.
func (r *runner) pass(ctx context.Context, o schema.Order, d time.Duration) error {
	over := time.NewTimer(d)
	defer over.Stop()
	beat := time.NewTicker(max(o.Lease/3, time.Millisecond))
	defer beat.Stop()
	for {
		select {
		case <-over.C:
			return nil
		case <-beat.C:
			if _, err := r.call(ctx, http.MethodPost, fmt.Sprintf("/jobs/%d/heartbeat", o.Job), schema.Heartbeat{Attempt: o.Attempt}, nil); err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (r *runner) events(ctx context.Context, o schema.Order, first int, events ...schema.Event) error {
	var body bytes.Buffer
	for _, e := range events {
		e.At = time.Now()
		if err := json.NewEncoder(&body).Encode(e); err != nil {
			return err
		}
	}
	_, err := r.call(ctx, http.MethodPost, fmt.Sprintf("/jobs/%d/events?attempt=%d&first=%d", o.Job, o.Attempt, first), &body, nil)
	return err
}

// call makes one request. It returns an unsuccessful response as an error with its code.
func (r *runner) call(ctx context.Context, method, path string, message, into any) (int, error) {
	body, ok := message.(io.Reader)
	if message != nil && !ok {
		encoded, err := json.Marshal(message)
		if err != nil {
			return 0, err
		}
		body = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://control-plane"+schema.RunnerAPI+path, body)
	if err != nil {
		return 0, err
	}
	if r.secret != "" {
		req.Header.Set("Authorization", "Bearer "+r.secret)
	}
	answer, err := r.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= http.StatusMultipleChoices {
		var said schema.ErrorReply
		if err := json.NewDecoder(answer.Body).Decode(&said); err != nil {
			return 0, fmt.Errorf("%s: %s", path, answer.Status)
		}
		return answer.StatusCode, &schema.Error{Code: said.Code, Message: said.Message}
	}
	if into != nil && answer.StatusCode == http.StatusOK {
		return answer.StatusCode, json.NewDecoder(answer.Body).Decode(into)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}
