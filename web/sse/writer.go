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
	failed  bool                     // the connection cannot be used any more

	// detachable: the request is a GET of HTTP/1.1 without a body. Only HTTP/1.1 sends responses of
	// unknown length in chunks.
	detachable bool
}

// NewWriter returns a writer for the response to a request.
func NewWriter(w http.ResponseWriter, r *http.Request) *Writer {
	return &Writer{
		w: w, control: http.NewResponseController(w),
		detachable: r.ProtoMajor == 1 && r.ProtoMinor == 1 && r.Method == http.MethodGet && r.ContentLength == 0,
	}
}

// Open sends the headers and the delay after which a client reconnects.
func (w *Writer) Open() error {
	w.Head()
	return w.Write(fmt.Sprintf("retry: %d\n\n", returnAfter))
}

// Head sends only the headers, which is the complete reply to HEAD.
func (w *Writer) Head() {
	h := w.w.Header()
	h.Set("Content-Type", ContentType)
	h.Set("X-Accel-Buffering", "no") // nginx would hold the events back
	if w.detachable {
		h.Set("Connection", "close") // a detached connection serves no further request
	}
	w.w.WriteHeader(http.StatusOK)
}

// detach takes the connection of an open stream from the HTTP server. A waiting stream then needs
// neither the server's buffers nor the deep stack of its handlers, which are about 20 KB together.
// detach calls gone when the client closes the connection or sends anything more, because nobody would
// answer it. The caller must call close at the end. detach returns false if the connection cannot be
// taken, such as with HTTP/2. The stream then writes to the response as before.
func (w *Writer) detach(gone context.CancelCauseFunc) bool {
	if !w.detachable {
		return false
	}
	conn, buffered, err := w.control.Hijack()
	if err != nil {
		return false
	}
	w.w, w.control, w.conn = nil, nil, conn
	if buffered.Reader.Buffered() > 0 {
		gone(ErrReaderGone)
		return true
	}
	go func() {
		var next [1]byte
		_, _ = conn.Read(next[:])
		gone(ErrReaderGone)
	}()
	return true
}

// close ends the response and the connection of a detached stream. It omits the last chunk if a chunk
// before it failed.
func (w *Writer) close() {
	if !w.failed {
		_ = w.conn.SetWriteDeadline(time.Now().Add(writeTime))
		_, _ = io.WriteString(w.conn, "0\r\n\r\n") // the client may have disconnected
	}
	_ = w.conn.Close()
}

// cut closes the connection of a detached stream at once, also while a write is waiting. The Close of a
// TLS connection would wait for the reader.
func (w *Writer) cut() {
	conn := w.conn
	if over, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = over.NetConn()
	}
	_ = conn.Close()
}

// writeChunk sends a text as a chunk of HTTP/1.1.
func (w *Writer) writeChunk(text string) error {
	err := w.conn.SetWriteDeadline(time.Now().Add(writeTime))
	if err == nil {
		_, err = fmt.Fprintf(w.conn, "%x\r\n%s\r\n", len(text), text)
	}
	if err != nil {
		w.failed = true
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
