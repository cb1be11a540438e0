package api

import (
	"context"
	"errors"
	"sync"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// maxStreams is how many event streams one person may have open.
const maxStreams = 24

// errRevoked ends the streams of somebody whose token, key, account or enrolment has ended.
var errRevoked = errors.New("the viewer may not watch any more")

// streams are the event streams that each person has open.
type streams struct {
	mu     sync.Mutex
	byUser map[int64]map[*openStream]struct{}
}

// openStream is one event stream.
type openStream struct {
	user, token int64
	key         string // fingerprint of the key that made the token, "" for none
	course      int64  // that it shows something of, 0 until that is known
	work        string // COURSE/ASSIGNMENT/OWNER that it shows, "" until that is known
	end         context.CancelCauseFunc
}

func newStreams() *streams { return &streams{byUser: map[int64]map[*openStream]struct{}{}} }

// open counts one more; CodeLimit when there are too many. Each open one is closed once.
func (s *streams) open(o *openStream) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.byUser[o.user]) >= maxStreams {
		return schema.Errorf(schema.CodeLimit, "you have %d event streams open; close some", maxStreams)
	}
	if s.byUser[o.user] == nil {
		s.byUser[o.user] = map[*openStream]struct{}{}
	}
	s.byUser[o.user][o] = struct{}{}
	return nil
}

// shows says of which course and whose work a stream shows something.
func (s *streams) shows(o *openStream, course int64, work string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o.course, o.work = course, work
}

func (s *streams) close(o *openStream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byUser[o.user], o)
	if len(s.byUser[o.user]) == 0 {
		delete(s.byUser, o.user)
	}
}

// concerns reports whether a revocation of its person's means the stream.
func (o *openStream) concerns(r classroom.Revocation) bool {
	switch {
	case r.Session != "", r.Key != "" && r.Key != o.key, r.Token != 0 && r.Token != o.token:
		return false
	case o.course == 0:
		return true
	}
	return (r.Course == 0 || r.Course == o.course) && (r.Work == "" || r.Work == o.work)
}

// revoke ends the streams of which a revocation tells.
func (s *streams) revoke(r classroom.Revocation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for o := range s.byUser[r.User] {
		if o.concerns(r) {
			o.end(errRevoked)
		}
	}
}
