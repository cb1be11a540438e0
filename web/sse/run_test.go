package sse_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/grader/grader/web/sse"
)

// runServer serves one stream with two messages. It writes the second one when more is closed.
// returned is closed when the handler has returned, and ended when the stream's context ends.
type runServer struct {
	*httptest.Server
	streams               *sse.Streams
	more, returned, ended chan struct{}
}

func newRunServer(t *testing.T, start func(*httptest.Server)) *runServer {
	t.Helper()
	s := &runServer{streams: sse.NewStreams("streams"), more: make(chan struct{}), returned: make(chan struct{}), ended: make(chan struct{})}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(s.returned)
		ctx, end := context.WithCancelCause(context.Background())
		request := context.AfterFunc(r.Context(), func() { end(context.Cause(r.Context())) })
		context.AfterFunc(ctx, func() { close(s.ended) })
		out := sse.NewWriter(w)
		if err := out.Open(); err != nil {
			t.Error(err)
		}
		s.streams.Run(out, r, end, func() { request() }, func() {
			defer end(nil)
			_ = out.Write("data: first\n\n")
			select {
			case <-s.more:
				_ = out.Write("data: second, after the request\n\n")
			case <-ctx.Done():
			}
		})
	}))
	start(s.Server)
	t.Cleanup(s.Close)
	t.Cleanup(s.streams.Wait)
	return s
}

// TestStreamOutlivesItsRequest reads a stream whose connection was taken from the HTTP server. The
// stream must continue after the handler has returned, and end like a complete response.
func TestStreamOutlivesItsRequest(t *testing.T) {
	t.Parallel()
	s := newRunServer(t, (*httptest.Server).Start)
	response, err := s.Client().Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	<-s.returned
	close(s.more)
	body, err := io.ReadAll(response.Body)
	if err != nil || string(body) != "retry: 1500\n\ndata: first\n\ndata: second, after the request\n\n" {
		t.Errorf("%q, %v", body, err)
	}
	<-s.ended
}

// TestStreamEndsWithItsReader closes the connection as the client.
func TestStreamEndsWithItsReader(t *testing.T) {
	t.Parallel()
	s := newRunServer(t, (*httptest.Server).Start)
	response, err := s.Client().Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	<-s.returned
	response.Body.Close()
	<-s.ended
}

// TestStreamWithinItsRequest uses clients whose connection cannot be detached.
func TestStreamWithinItsRequest(t *testing.T) {
	t.Parallel()
	t.Run("HTTP/2", func(t *testing.T) {
		t.Parallel()
		s := newRunServer(t, func(server *httptest.Server) {
			server.EnableHTTP2 = true
			server.StartTLS()
		})
		response, err := s.Client().Get(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		close(s.more)
		body, err := io.ReadAll(response.Body)
		if err != nil || response.ProtoMajor != 2 || !strings.HasSuffix(string(body), "data: second, after the request\n\n") {
			t.Errorf("%s: %q, %v", response.Proto, body, err)
		}
		<-s.returned
	})
	t.Run("HTTP/1.0", func(t *testing.T) {
		t.Parallel()
		s := newRunServer(t, (*httptest.Server).Start)
		conn, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "GET / HTTP/1.0\r\n\r\n")
		close(s.more)
		text, err := io.ReadAll(bufio.NewReader(conn))
		if err != nil || !strings.HasSuffix(string(text), "\r\n\r\nretry: 1500\n\ndata: first\n\ndata: second, after the request\n\n") {
			t.Errorf("%q, %v", text, err)
		}
	})
}
