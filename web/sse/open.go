package sse

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// maxOpen is the maximum number of open streams of one kind per person.
const maxOpen = 24

// Causes that end streams.
var (
	// ErrStopping ends the streams when the site stops. Their readers reconnect.
	ErrStopping = errors.New("the site is stopping")
	// ErrReaderGone ends a stream whose request or connection has ended.
	ErrReaderGone = errors.New("the reader has gone")
	// errRevoked ends the streams of a person whose session, token, key, account or enrolment has
	// ended.
	errRevoked = errors.New("the viewer may not watch any more")
)

// Reader identifies the person who reads a stream and their session or token.
type Reader struct {
	User    int64
	Key     string // fingerprint of the key that created the session or the token, "" for none
	Session string // id of the browser session, "" for a token
	Token   int64  // id of the token, 0 for a session
}

// Stream is one open stream.
type Stream struct {
	reader Reader
	course int64  // that it shows, 0 until it is known
	work   string // COURSE/ASSIGNMENT/OWNER that it shows, "" until it is known
	end    context.CancelCauseFunc
}

// Streams holds the open streams of each person. It is safe for concurrent use.
type Streams struct {
	what   string // in messages
	logger *slog.Logger

	mu       sync.Mutex
	byUser   map[int64]map[*Stream]struct{}
	detached map[*Writer]struct{} // of the streams that have outlived their requests
	waiting  bool                 // Wait was called
	running  sync.WaitGroup       // the detached streams; no stream is added once waiting is set
}

// NewStreams returns an empty set. what is the plural noun for the streams in messages.
func NewStreams(what string, logger *slog.Logger) *Streams {
	return &Streams{what: what, logger: logger, byUser: map[int64]map[*Stream]struct{}{}, detached: map[*Writer]struct{}{}}
}

// Open adds a stream. end ends the stream. CodeLimit: the person has too many. Close the stream
// once.
func (s *Streams) Open(reader Reader, end context.CancelCauseFunc) (*Stream, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.byUser[reader.User]) >= maxOpen {
		return nil, schema.Errorf(schema.CodeLimit, "you have %d %s open; close some", maxOpen, s.what)
	}
	if s.byUser[reader.User] == nil {
		s.byUser[reader.User] = map[*Stream]struct{}{}
	}
	o := &Stream{reader: reader, end: end}
	s.byUser[reader.User][o] = struct{}{}
	return o, nil
}

// Show records the course and the work (COURSE/ASSIGNMENT/OWNER) that a stream shows.
func (s *Streams) Show(o *Stream, course int64, work string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o.course, o.work = course, work
}

// Close removes a stream.
func (s *Streams) Close(o *Stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byUser[o.reader.User], o)
	if len(s.byUser[o.reader.User]) == 0 {
		delete(s.byUser, o.reader.User)
	}
}

// Run calls run for an open stream. If the connection can be detached from the HTTP server, it
// calls outlived, starts run in a goroutine and returns. Otherwise it returns after run. end ends
// the stream. After Wait was called, Run ends the stream before it calls run.
func (s *Streams) Run(w *Writer, end context.CancelCauseFunc, outlived func(), run func()) {
	if !s.detach(w, end) {
		run()
		return
	}
	outlived()
	go s.runDetached(w, run)
}

// detach detaches the writer and adds it to those that Wait waits for. It returns false if run must
// be called within the request.
func (s *Streams) detach(w *Writer, end context.CancelCauseFunc) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting {
		end(ErrStopping)
		return false
	}
	if !w.detach(end) {
		return false
	}
	s.detached[w] = struct{}{}
	s.running.Add(1)
	return true
}

// runDetached calls run and closes the connection. The HTTP server does not recover a panic outside of a
// request, so runDetached logs it. Without the last chunk the reader knows that the stream is incomplete.
func (s *Streams) runDetached(w *Writer, run func()) {
	defer s.leave(w)
	defer w.close()
	defer func() {
		if reason := recover(); reason != nil {
			w.failed = true
			s.logger.Error("a live stream failed", "panic", reason, "stack", string(debug.Stack()))
		}
	}()
	run()
}

// leave removes a detached stream.
func (s *Streams) leave(w *Writer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.detached, w)
	s.running.Done()
}

// Wait waits for the detached streams, which must already be ending. When ctx ends, it closes the
// connections of the rest, such as of readers that have stopped reading.
func (s *Streams) Wait(ctx context.Context) {
	s.mu.Lock()
	s.waiting = true
	s.mu.Unlock()
	stop := context.AfterFunc(ctx, s.cut)
	defer stop()
	s.running.Wait()
}

// cut closes the connections of the detached streams.
func (s *Streams) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for w := range s.detached {
		w.cut()
	}
}

// Revoke ends the streams whose readers have lost the right to them.
func (s *Streams) Revoke(r classroom.Revocation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for o := range s.byUser[r.User] {
		if o.isMeant(r) {
			o.end(errRevoked)
		}
	}
}

// isMeant reports whether a revocation for the reader ends the stream. While it is not known what the stream shows, it
// ends with a revocation for any course or work.
func (o *Stream) isMeant(r classroom.Revocation) bool {
	switch {
	case r.Session != "" && r.Session != o.reader.Session, r.Token != 0 && r.Token != o.reader.Token, r.Key != "" && r.Key != o.reader.Key:
		return false
	case o.course == 0:
		return true
	}
	return (r.Course == 0 || r.Course == o.course) && (r.Work == "" || r.Work == o.work)
}
