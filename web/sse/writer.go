// Package sse writes server-sent events, as the HTML standard describes them. It ends the streams of people who
// may no longer read them.
package sse

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
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
	w       http.ResponseWriter      // nil once detached
	control *http.ResponseController // nil once detached
	conn    net.Conn                 // once detached
}

// NewWriter returns a writer for a response.
func NewWriter(w http.ResponseWriter) *Writer {
	return &Writer{w: w, control: http.NewResponseController(w)}
}

// Open sends the headers and the delay after which a client reconnects.
func (w *Writer) Open() error {
	h := w.w.Header()
	h.Set("Content-Type", ContentType)
	h.Set("X-Accel-Buffering", "no") // nginx would hold the events back
	w.w.WriteHeader(http.StatusOK)
	return w.Write(fmt.Sprintf("retry: %d\n\n", returnAfter))
}

// errGone ends a stream whose client has closed the connection.
var errGone = errors.New("the reader has gone")

// detach takes the connection of an open stream from the HTTP server. A waiting stream then needs
// neither the server's buffers nor the deep stack of its handlers, which are about 20 KB together.
// detach calls gone when the client closes the connection. The caller must call close at the end.
// detach returns false if the connection cannot be taken, such as with HTTP/2; the stream then
// writes to the response as before.
func (w *Writer) detach(r *http.Request, gone context.CancelCauseFunc) bool {
	if r.ProtoMajor != 1 || r.ProtoMinor != 1 { // only HTTP/1.1 sends responses of unknown length in chunks
		return false
	}
	conn, _, err := w.control.Hijack()
	if err != nil {
		return false
	}
	w.w, w.control, w.conn = nil, nil, conn
	go func() {
		var ignored [16]byte
		for {
			if _, err := conn.Read(ignored[:]); err != nil {
				gone(errGone)
				return
			}
		}
	}()
	return true
}

// close ends the response and the connection of a detached stream.
func (w *Writer) close() {
	_ = w.conn.SetWriteDeadline(time.Now().Add(writeTime))
	_, _ = io.WriteString(w.conn, "0\r\n\r\n") // the last chunk; the client may have disconnected
	_ = w.conn.Close()
}

// writeChunk sends a text as a chunk of HTTP/1.1.
func (w *Writer) writeChunk(text string) error {
	if err := w.conn.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
		return fmt.Errorf("stream deadline: %w", err)
	}
	if _, err := fmt.Fprintf(w.conn, "%x\r\n%s\r\n", len(text), text); err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	return nil
}

// Write sends text immediately. The text ends with an empty line.
func (w *Writer) Write(text string) error {
	if w.conn != nil {
		return w.writeChunk(text)
	}
	// Not every connection has deadlines, and some in tests have none.
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
