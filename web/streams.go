package web

import (
	"sync"

	"github.com/grader/grader/schema"
)

// maxStreams is how many live streams one person may have open.
const maxStreams = 24

// streams counts the live streams that each person has open.
type streams struct {
	mu     sync.Mutex
	byUser map[int64]int
}

func newStreams() *streams { return &streams{byUser: map[int64]int{}} }

// open counts one more; CodeLimit when there are too many. Each open one is closed once.
func (s *streams) open(user int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byUser[user] >= maxStreams {
		return schema.Errorf(schema.CodeLimit, "you have %d live pages open; close some", maxStreams)
	}
	s.byUser[user]++
	return nil
}

func (s *streams) close(user int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byUser[user]--; s.byUser[user] <= 0 {
		delete(s.byUser, user)
	}
}
