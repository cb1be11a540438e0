package api_test

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"weak"

	"github.com/grader/grader/schema"
)

// response is a response whose end of use the test observes.
type response struct{ http.ResponseWriter }

// Unwrap implements the method that http.ResponseController looks for.
func (r *response) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// TestStreamReleasesItsResponse opens the event stream of a waiting submission. While it waits, it must not refer to
// the response, which holds the buffers of the HTTP server.
func TestStreamReleasesItsResponse(t *testing.T) {
	t.Parallel()
	for _, reader := range []string{"alice", "tina"} {
		t.Run(reader, func(t *testing.T) {
			t.Parallel()
			b := newBundle(t)
			b.push("alice")
			var used weak.Pointer[response]
			returned := make(chan struct{})
			b.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer close(returned)
				of := &response{w}
				used = weak.Make(of)
				b.api.ServeHTTP(of, r)
			}))
			t.Cleanup(b.server.Close)
			b.listen(b.token(reader, schema.ScopeRead), "")
			<-returned
			<-b.live.watched
			for range 100 {
				if runtime.GC(); used.Value() == nil {
					return
				}
			}
			t.Error("the waiting stream refers to its response")
		})
	}
}
