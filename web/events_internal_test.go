package web

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/sse"
	"github.com/grader/grader/web/view"
)

// places is a scheduler that only reports the places of jobs.
type places struct{ ahead atomic.Int64 }

func (p *places) Watch(context.Context, int64, int64) (<-chan schema.Event, error) { return nil, nil }
func (p *places) Place(int64) schema.Place                                         { return schema.Place{Ahead: int(p.ahead.Load())} }

// newTestFeed returns a feed of a queued job that writes to a recorder.
func newTestFeed(t *testing.T, live Live) (*feed, *httptest.ResponseRecorder) {
	t.Helper()
	s := &Server{Classroom: classroom.New(classroom.Options{}), Live: live, Logger: slog.New(slog.DiscardHandler)}
	if err := s.build(); err != nil {
		t.Fatal(err)
	}
	v := &sight{Sub: schema.GradedSubmission{Grading: schema.Grading{Job: schema.Job{ID: 1, State: schema.StateQueued}}}, Seen: view.Progress{State: schema.StateQueued}}
	w := httptest.NewRecorder()
	return &feed{sight: v, pages: newSubmissionPages(s.site), out: newStream(w, httptest.NewRequest("GET", "/", nil)), shown: &view.Report{}}, w
}

// TestQuietStream waits for a minute in which only the job ahead ends. The stream must send the new place once and stay
// open.
func TestQuietStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		live := &places{}
		live.ahead.Store(1)
		f, w := newTestFeed(t, live)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute+time.Second)
		defer cancel()
		defer time.AfterFunc(20*time.Second, func() { live.ahead.Store(0) }).Stop()
		if err := f.follow(ctx, make(chan schema.Event)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("it ended with %v", err)
		}
		body := w.Body.String()
		for text, want := range map[string]int{": keepalive\n\n": 4, "1 ahead of you": 1, "you are next": 1, "id:": 0} {
			if got := strings.Count(body, text); got != want {
				t.Errorf("%q came %d times, want %d:\n%s", text, got, want, body)
			}
		}
	})
}

// TestMessageLines sends text with lines that look like fields of the protocol.
func TestMessageLines(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	if err := newStream(w, httptest.NewRequest("GET", "/", nil)).message(3, "a\n\nid: 99\nevent: end\n"); err != nil {
		t.Fatal(err)
	}
	if got, want := w.Body.String(), "id: 3\ndata: a\ndata: \ndata: id: 99\ndata: event: end\n\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestLongBuildStaysBounded sends more lines than a live page keeps.
func TestLongBuildStaysBounded(t *testing.T) {
	t.Parallel()
	f, _ := newTestFeed(t, &places{})
	for i := range int64(3 * view.MaxLines) {
		if _, err := f.pass(t.Context(), schema.Event{Seq: i + 1, Kind: schema.EventLine, Text: "line"}); err != nil {
			t.Fatal(err)
		}
	}
	if len(f.Seen.Lines) != view.MaxLines || f.Seen.Seq != 3*view.MaxLines {
		t.Errorf("%d lines, at event %d", len(f.Seen.Lines), f.Seen.Seq)
	}
}

// TestStreamSurvivesReadTimeout keeps a stream open for longer than the server's read deadline, which must not end it.
func TestStreamSurvivesReadTimeout(t *testing.T) {
	t.Parallel()
	const timeout = time.Second
	ended := make(chan error, 1)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := newStream(w, r).Open(); err != nil {
			ended <- err
			return
		}
		ctx, cancel := context.WithTimeoutCause(r.Context(), 2*timeout, sse.ErrStopping)
		defer cancel()
		<-ctx.Done()
		if err := context.Cause(ctx); !errors.Is(err, sse.ErrStopping) {
			ended <- err
			return
		}
		ended <- newStream(w, r).Comment("still here")
	}))
	server.Config.ReadTimeout, server.Config.WriteTimeout = timeout, timeout
	server.Start()
	defer server.Close()
	response, err := server.Client().Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := <-ended; err != nil {
		t.Errorf("the stream ended with %v", err)
	}
	if body, err := io.ReadAll(response.Body); !strings.HasSuffix(string(body), ": still here\n\n") {
		t.Errorf("the reader has %q, %v", body, err)
	}
}
