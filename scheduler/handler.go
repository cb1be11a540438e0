package scheduler

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/grader/grader/schema"
)

// maxMessage bounds a JSON message other than events and results, in bytes.
const maxMessage = 64 << 10

// endpoint handles a request or returns an error. It must not write to the response if it returns
// an error.
type endpoint func(w http.ResponseWriter, r *http.Request) error

// runnerEndpoint is an endpoint for an authenticated runner.
type runnerEndpoint func(w http.ResponseWriter, r *http.Request, m *member) error

// jobEndpoint is a runnerEndpoint for the job that the path names.
type jobEndpoint func(w http.ResponseWriter, r *http.Request, m *member, job int64) error

// Handler returns the runners' interface, rooted at schema.RunnerAPI.
func (s *Scheduler) Handler() http.Handler {
	s.prepare()
	return s.runners.handler()
}

// runnerAPI serves runners over HTTP, from their registration to their result.
type runnerAPI struct {
	*registry
	Trees       Trees
	Autograders Autograders // nil: none are run

	stopping context.Context // ends when the scheduler stops, which ends autograders
	dir      string          // private directory, also of the caches
	trees    *cache          // tests trees
	prepared *cache          // files that prepare created
}

func (s *runnerAPI) handler() http.Handler {
	mux := http.NewServeMux()
	root := schema.RunnerAPI
	mux.Handle("POST "+root+"/register", s.answer(s.register))
	mux.Handle("POST "+root+"/claim", s.answer(s.known(s.claim)))
	mux.Handle("GET "+root+"/jobs/{id}/submission.tar", s.answer(s.known(s.ofJob(s.submissionTar))))
	mux.Handle("GET "+root+"/jobs/{id}/tests.tar", s.answer(s.known(s.ofJob(s.testsTar))))
	mux.Handle("GET "+root+"/jobs/{id}/prepared.tar", s.answer(s.known(s.ofJob(s.preparedTar))))
	mux.Handle("PUT "+root+"/jobs/{id}/prepared.tar", s.answer(s.known(s.ofJob(s.keepPrepared))))
	mux.Handle("POST "+root+"/jobs/{id}/autograder", s.answer(s.known(s.ofJob(s.runAutograder))))
	mux.Handle("POST "+root+"/jobs/{id}/heartbeat", s.answer(s.known(s.ofJob(s.heartbeat))))
	mux.Handle("POST "+root+"/jobs/{id}/events", s.answer(s.known(s.ofJob(s.events))))
	mux.Handle("POST "+root+"/jobs/{id}/result", s.answer(s.known(s.ofJob(s.result))))
	return mux
}

// answer writes an endpoint's error as a reply. Internal errors are logged and not shown.
func (s *runnerAPI) answer(e endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := e(w, r)
		if err == nil {
			return
		}
		if schema.CodeOf(err) == schema.CodeInternal && r.Context().Err() == nil {
			s.Logger.Error("runner's request failed", "path", r.URL.Path, "error", err)
		}
		reply(w, schema.HTTPStatus(err), schema.ErrorReply{Code: schema.CodeOf(err), Message: schema.MessageOf(err)})
	})
}

// known authenticates the runner by its bearer secret.
func (s *runnerAPI) known(e runnerEndpoint) endpoint {
	return func(w http.ResponseWriter, r *http.Request) error {
		secret, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok || secret == "" {
			return schema.Errorf(schema.CodeUnauthenticated, "a runner's secret is needed; register first")
		}
		m, err := s.bySecret(r.Context(), sha256.Sum256([]byte(secret)))
		if err != nil {
			return err
		}
		return e(w, r, m)
	}
}

// ofJob passes the job in the path to the endpoint.
func (s *runnerAPI) ofJob(e jobEndpoint) runnerEndpoint {
	return func(w http.ResponseWriter, r *http.Request, m *member) error {
		job, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
		if err != nil {
			return schema.Errorf(schema.CodeInvalid, "the job's id is not a number")
		}
		return e(w, r, m, job)
	}
}

// number parses a whole number in the query.
func number(r *http.Request, name string) (int, error) {
	n, err := strconv.Atoi(r.URL.Query().Get(name))
	if err != nil || n < 0 {
		return 0, schema.Errorf(schema.CodeInvalid, "%s is missing or not a number", name)
	}
	return n, nil
}

// decode reads one JSON message of at most limit bytes, strictly.
func decode(body io.Reader, limit int64, into any) error {
	bounded := &io.LimitedReader{R: body, N: limit + 1}
	d := json.NewDecoder(bounded)
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		_, err = d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		err = errors.New("more than one value")
	}
	if bounded.N <= 0 {
		return schema.Errorf(schema.CodeLimit, "the message is longer than %d bytes", limit)
	}
	return &schema.Error{Code: schema.CodeInvalid, Message: "the message is not what this version expects", Err: err}
}

// reply writes a JSON response. It ignores write errors, because a disconnected client is detected
// elsewhere.
func reply(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
