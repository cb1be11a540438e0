package web_test

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"weak"
)

// response is a response whose end of use the test observes.
type response struct{ http.ResponseWriter }

// Unwrap implements the method that http.ResponseController looks for.
func (r *response) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// TestStreamReleasesItsResponse opens the live page of a waiting submission. While it waits, it must not refer to the
// response, which holds the buffers of the HTTP server.
func TestStreamReleasesItsResponse(t *testing.T) {
	t.Parallel()
	for _, reader := range []string{"alice", "tina"} {
		t.Run(reader, func(t *testing.T) {
			t.Parallel()
			s, sub := liveSite(t, 0)
			b := s.as(reader)
			var used weak.Pointer[response]
			returned := make(chan struct{})
			front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer close(returned)
				of := &response{w}
				used = weak.Make(of)
				s.server.Handler().ServeHTTP(of, r)
			}))
			t.Cleanup(front.Close)
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, front.URL+live, nil)
			if err != nil {
				t.Fatal(err)
			}
			reply, err := b.client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer reply.Body.Close()
			<-returned
			s.awaitWatcher(sub.Job.ID)
			for range 100 {
				if runtime.GC(); used.Value() == nil {
					return
				}
			}
			t.Error("the waiting stream refers to its response")
		})
	}
}
