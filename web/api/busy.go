package api

import (
	"sync"

	"github.com/grader/grader/schema"
)

// maxOperations is how many operations of grader admin one person may run at once. Some of them wait.
const maxOperations = 32

// busy counts the operations that each person runs.
type busy struct {
	mu     sync.Mutex
	byUser map[int64]int
}

// enter adds an operation of a person. CodeLimit: the person runs too many.
func (b *busy) enter(user int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.byUser[user] >= maxOperations {
		return schema.Errorf(schema.CodeLimit, "you have %d operations running; wait until one has ended", maxOperations)
	}
	if b.byUser == nil {
		b.byUser = make(map[int64]int)
	}
	b.byUser[user]++
	return nil
}

func (b *busy) leave(user int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.byUser[user]--; b.byUser[user] == 0 {
		delete(b.byUser, user)
	}
}
