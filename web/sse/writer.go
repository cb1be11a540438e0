// Package sse writes server-sent events, as the HTML standard describes them, and ends the streams of people who
// may not read them any more.
package sse

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// ContentType is the media type of a stream.
const ContentType = "text/event-stream"

const (
	writeTime   = 20 * time.Second // for one message; a slower reader is disconnected
	returnAfter = 1500             // milliseconds until a client that lost the stream reconnects
)

// Writer writes a stream to one reader.
type Writer struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// NewWriter returns a writer of a reply.
func NewWriter(w http.ResponseWriter) *Writer {
	return &Writer{w: w, control: http.NewResponseController(w)}
}

// Open sends the headers, and how soon a client reconnects.
func (w *Writer) Open() error {
	h := w.w.Header()
	h.Set("Content-Type", ContentType)
	h.Set("X-Accel-Buffering", "no") // nginx would hold the events back
	w.w.WriteHeader(http.StatusOK)
	return w.Write(fmt.Sprintf("retry: %d\n\n", returnAfter))
}

// Write sends a text of the stream at once. It ends with an empty line.
func (w *Writer) Write(text string) error {
	// Not every connection has deadlines; those of some tests have none.
	if err := w.control.SetWriteDeadline(time.Now().Add(writeTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("stream deadline: %w", err)
	}
	if _, err := io.WriteString(w.w, text); err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	if err := w.control.Flush(); err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	return nil
}

// Comment sends a line that readers ignore, so that proxies keep the connection.
func (w *Writer) Comment(text string) error { return w.Write(": " + text + "\n\n") }
