package repo

import (
	"context"
	"sync"
)

// queues admits one caller per repository at a time. It keeps no entry for a repository that nobody
// uses.
type queues struct {
	mu  *sync.Mutex
	all map[int64]*queue
}

type queue struct {
	turn  slots
	users int
}

func newQueues() queues { return queues{mu: new(sync.Mutex), all: make(map[int64]*queue)} }

// wait waits for the caller's turn. The returned function ends the turn.
func (q queues) wait(ctx context.Context, id int64) (func(), error) {
	one := q.enter(id)
	if err := one.turn.acquire(ctx); err != nil {
		q.leave(id, one)
		return nil, err
	}
	return func() { one.turn.release(); q.leave(id, one) }, nil
}

func (q queues) enter(id int64) *queue {
	q.mu.Lock()
	defer q.mu.Unlock()
	one := q.all[id]
	if one == nil {
		one = &queue{turn: newSlots(1)}
		q.all[id] = one
	}
	one.users++
	return one
}

func (q queues) leave(id int64, one *queue) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if one.users--; one.users == 0 {
		delete(q.all, id)
	}
}
