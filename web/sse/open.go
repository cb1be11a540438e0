package sse

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// maxOpen is how many streams of one kind a person may have open.
const maxOpen = 24

// errRevoked ends the streams of somebody whose session, token, key, account or enrolment has ended.
var errRevoked = errors.New("the viewer may not watch any more")

// Reader is who reads a stream, and by what right.
type Reader struct {
	User    int64
	Key     string // fingerprint of the key that made the session or the token, "" for none
	Session string // id of the browser session, "" for a token
	Token   int64  // id of the token, 0 for a session
}

// Stream is one open stream.
type Stream struct {
	reader Reader
	course int64  // that it shows something of, 0 until that is known
	work   string // COURSE/ASSIGNMENT/OWNER that it shows, "" until that is known
	end    context.CancelCauseFunc
}

// Streams are the streams that each person has open. It is safe for concurrent use.
type Streams struct {
	what   string // in messages
	mu     sync.Mutex
	byUser map[int64]map[*Stream]struct{}

	detached sync.WaitGroup // streams that have outlived their requests
}

// NewStreams returns an empty set. what is the plural by which people know the streams.
func NewStreams(what string) *Streams {
	return &Streams{what: what, byUser: map[int64]map[*Stream]struct{}{}}
}

// Open adds a stream, which end ends. CodeLimit: the person has too many. Close it once.
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

// Run runs an open stream: after its request where the connection can be taken from the HTTP
// server, otherwise before Run returns. end ends the stream. outlived is called before the request
// ends without it.
func (s *Streams) Run(w *Writer, r *http.Request, end context.CancelCauseFunc, outlived func(), run func()) {
	if !w.detach(r, end) {
		run()
		return
	}
	outlived()
	s.detached.Go(func() {
		defer w.close()
		run()
	})
}

// Wait waits for the streams that have outlived their requests, once they have been told to end.
// One whose reader is slow takes at most as long as a message may.
func (s *Streams) Wait() { s.detached.Wait() }

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

// isMeant reports whether a revocation of the reader ends the stream. Until it is known what a stream shows, a revocation
// for any course or any work ends it.
func (o *Stream) isMeant(r classroom.Revocation) bool {
	switch {
	case r.Session != "" && r.Session != o.reader.Session, r.Token != 0 && r.Token != o.reader.Token, r.Key != "" && r.Key != o.reader.Key:
		return false
	case o.course == 0:
		return true
	}
	return (r.Course == 0 || r.Course == o.course) && (r.Work == "" || r.Work == o.work)
}
