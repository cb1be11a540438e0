package sse_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/grader/grader/web/sse"
)

// runServer serves one stream with two messages. It writes the second one when more is closed.
// returned is closed when the handler has returned, and ended when the stream's context ends.
type runServer struct {
	*httptest.Server
	streams               *sse.Streams
	log                   *strings.Builder // read it after streams.Wait
	more, returned, ended chan struct{}
	outlived              atomic.Bool // the stream was detached
}

// second is the second message of a runServer.
const second = "data: second, after the request\n\n"

func newRunServer(t *testing.T, start func(*httptest.Server)) *runServer {
	t.Helper()
	return newRunServerOf(t, start, func(out *sse.Writer) { _ = out.Write(second) })
}

// newRunServerOf returns a runServer that calls later instead of writing the second message.
func newRunServerOf(t *testing.T, start func(*httptest.Server), later func(out *sse.Writer)) *runServer {
	t.Helper()
	s := &runServer{log: new(strings.Builder), more: make(chan struct{}), returned: make(chan struct{}), ended: make(chan struct{})}
	s.streams = sse.NewStreams("streams", slog.New(slog.NewTextHandler(s.log, nil)))
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(s.returned)
		ctx, end := context.WithCancelCause(context.Background())
		request := context.AfterFunc(r.Context(), func() { end(context.Cause(r.Context())) })
		context.AfterFunc(ctx, func() { close(s.ended) })
		out := sse.NewWriter(w, r)
		if err := out.Open(); err != nil {
			t.Error(err)
		}
		s.streams.Run(out, end, func() {
			s.outlived.Store(true)
			request()
		}, func() {
			defer end(nil)
			_ = out.Write("data: first\n\n")
			select {
			case <-s.more:
				later(out)
			case <-ctx.Done():
			}
		})
	}))
	start(s.Server)
	t.Cleanup(s.Close)
	t.Cleanup(func() { s.streams.Wait(context.Background()) })
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

// TestPanicInDetachedStream has a stream that panics after its request, where the HTTP server does not
// recover. The reader must get an incomplete response, so that it reconnects, and the process must
// survive.
func TestPanicInDetachedStream(t *testing.T) {
	t.Parallel()
	s := newRunServerOf(t, (*httptest.Server).Start, func(*sse.Writer) { panic("no such template") })
	response, err := s.Client().Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	<-s.returned
	close(s.more)
	body, err := io.ReadAll(response.Body)
	if !errors.Is(err, io.ErrUnexpectedEOF) || string(body) != "retry: 1500\n\ndata: first\n\n" {
		t.Errorf("%q, %v", body, err)
	}
	<-s.ended
	s.streams.Wait(t.Context())
	if got := s.log.String(); !strings.Contains(got, "no such template") || !strings.Contains(got, "run_test.go") {
		t.Errorf("the log does not hold the panic and its stack: %s", got)
	}
}

// TestWaitClosesStalledStreams has a reader who has stopped reading. The stream is within a write for which the
// reader has 20 seconds, and Wait must end with its context.
func TestWaitClosesStalledStreams(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*httptest.Server){"plain": (*httptest.Server).Start, "TLS": (*httptest.Server).StartTLS} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stalled, failed := make(chan struct{}), make(chan error, 1)
			s := newRunServerOf(t, start, func(out *sse.Writer) {
				close(stalled)
				for {
					if err := out.Write("data: " + strings.Repeat("x", 1<<20) + "\n\n"); err != nil {
						failed <- err
						return
					}
				}
			})
			response, err := s.Client().Get(s.URL)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			<-s.returned
			close(s.more)
			<-stalled
			ended, cancel := context.WithCancel(t.Context())
			cancel()
			s.streams.Wait(ended)
			if err := <-failed; errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("the write waited for the reader: %v", err)
			}
		})
	}
}

// TestRunAfterWait opens a stream while the site stops. It must end within its request.
func TestRunAfterWait(t *testing.T) {
	t.Parallel()
	s := newRunServer(t, (*httptest.Server).Start)
	s.streams.Wait(t.Context())
	response, err := s.Client().Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || strings.Contains(string(body), second) {
		t.Errorf("%q, %v", body, err)
	}
	<-s.ended
}

// dial sends a request as it is and returns the connection.
func (s *runServer) dial(t *testing.T, request string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	return conn
}

// TestMoreRequestsEndTheStream has clients that send another request on the connection of a stream. Nobody
// would answer it, so the stream must end.
func TestMoreRequestsEndTheStream(t *testing.T) {
	t.Parallel()
	const request = "GET / HTTP/1.1\r\nHost: grader\r\n\r\n"
	t.Run("later", func(t *testing.T) {
		t.Parallel()
		s := newRunServer(t, (*httptest.Server).Start)
		conn := s.dial(t, request)
		<-s.returned
		_, _ = io.WriteString(conn, request)
		<-s.ended
	})
	t.Run("pipelined", func(t *testing.T) {
		t.Parallel()
		s := newRunServer(t, (*httptest.Server).Start)
		s.dial(t, request+request)
		<-s.ended
	})
}

// TestStreamClosesTheConnection checks that the response announces it, because a detached connection serves no
// further request.
func TestStreamClosesTheConnection(t *testing.T) {
	t.Parallel()
	s := newRunServer(t, (*httptest.Server).Start)
	conn := s.dial(t, "GET / HTTP/1.1\r\nHost: grader\r\n\r\n")
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if !response.Close {
		t.Errorf("headers %v", response.Header)
	}
	close(s.more)
	<-s.ended
}

// TestRequestsThatStayAttached checks that only a GET without a body is detached.
func TestRequestsThatStayAttached(t *testing.T) {
	t.Parallel()
	for name, request := range map[string]string{
		"HEAD":          "HEAD / HTTP/1.1\r\nHost: grader\r\n\r\n",
		"GET with body": "GET / HTTP/1.1\r\nHost: grader\r\nContent-Length: 5\r\n\r\nhello",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newRunServer(t, (*httptest.Server).Start)
			conn := s.dial(t, request)
			response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: strings.Fields(request)[0]})
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			close(s.more)
			<-s.returned
			if s.outlived.Load() {
				t.Error("the stream was detached")
			}
		})
	}
}
