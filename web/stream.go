package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	eventStream  = "text/event-stream"
	streamWrite  = 20 * time.Second // for one message: a reader that takes longer is dropped
	streamReturn = 1500             // milliseconds until a browser that lost the stream comes back
)

// stream writes server-sent events.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func newStream(w http.ResponseWriter) *stream {
	return &stream{w: w, control: http.NewResponseController(w)}
}

// open sends the headers.
func (s *stream) open() error {
	h := s.w.Header()
	h.Set("Content-Type", eventStream)
	h.Set("X-Accel-Buffering", "no") // nginx would hold the events back
	s.w.WriteHeader(http.StatusOK)
	return s.write(fmt.Sprintf("retry: %d\n\n", streamReturn))
}

// message sends HTML, and how many events the reader has been told by then; 0 leaves
// its place as it was.
func (s *stream) message(told int64, html string) error {
	var b strings.Builder
	if told > 0 {
		fmt.Fprintf(&b, "id: %d\n", told)
	}
	for line := range strings.Lines(strings.TrimSpace(html)) {
		b.WriteString("data: " + strings.TrimSuffix(line, "\n") + "\n")
	}
	b.WriteString("\n")
	return s.write(b.String())
}

// signal sends a word that the page's script knows: "end" or "reload".
func (s *stream) signal(name string) error {
	return s.write("event: " + name + "\ndata: " + name + "\n\n")
}

// comment sends a line that readers ignore.
func (s *stream) comment(text string) error { return s.write(": " + text + "\n\n") }

func (s *stream) write(text string) error {
	// Not every connection has deadlines; the tests' have none.
	if err := s.control.SetWriteDeadline(time.Now().Add(streamWrite)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("stream deadline: %w", err)
	}
	if _, err := io.WriteString(s.w, text); err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	if err := s.control.Flush(); err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	return nil
}
