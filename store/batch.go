package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
)

// maxBatch is how many transactions share one commit at most.
const maxBatch = 64

// batches runs write transactions one after the other. Those that come while another
// is being made durable share the next commit, and so the disk's sync: each is a
// savepoint of its own, which fails alone. All of a commit are on disk, or none is.
type batches struct {
	mu      sync.Mutex
	waiting []*request
	busy    bool
}

// request is one transaction that somebody waits for.
type request struct {
	ctx  context.Context
	f    func(*tx) error
	err  error
	rose error // that it panicked, and where
	done chan struct{}
}

// transact runs f in a transaction and returns once that is durable, or never
// happened. Whoever leaves before its turn has come has changed nothing.
func (s *Store) transact(ctx context.Context, f func(*tx) error) error {
	r := &request{ctx: ctx, f: f, done: make(chan struct{})}
	s.batches.mu.Lock()
	s.batches.waiting = append(s.batches.waiting, r)
	if !s.batches.busy {
		s.batches.busy = true
		go s.drain() //nolint:contextcheck // it commits for others too
	}
	s.batches.mu.Unlock()
	select {
	case <-r.done:
	case <-ctx.Done():
		if s.batches.leave(r) {
			return ctx.Err()
		}
		<-r.done // it has begun: it is not left unknown whether it was committed
	}
	if r.rose != nil {
		panic(r.rose)
	}
	return r.err
}

// leave takes a request back whose turn has not come.
func (b *batches) leave(r *request) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.Index(b.waiting, r)
	if i < 0 {
		return false
	}
	b.waiting = slices.Delete(b.waiting, i, i+1)
	return true
}

// next returns those whose turn it is; none: whoever comes next starts a new drain.
func (b *batches) next() []*request {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := min(len(b.waiting), maxBatch)
	if n == 0 {
		b.busy = false
		return nil
	}
	turn := slices.Clone(b.waiting[:n])
	b.waiting = slices.Delete(b.waiting, 0, n)
	return turn
}

// drain commits batch after batch until nobody waits. A statement needs a deep stack;
// here it is grown once, and not by each of thousands of waiting sessions.
func (s *Store) drain() {
	for batch := s.batches.next(); batch != nil; batch = s.batches.next() {
		missed, err := s.commit(batch)
		for _, r := range batch {
			if r.err == nil {
				r.err = err
			}
			close(r.done)
		}
		for _, text := range missed {
			if _, err := s.writer.prepare(context.Background(), text); err != nil { //nolint:sqlclosecheck // it is kept for the next time
				break // what was committed is committed; the next transaction parses again
			}
		}
	}
}

// commit runs a batch in one transaction. Its error is of those that have none of
// their own.
func (s *Store) commit(batch []*request) (missed []string, err error) {
	ctx := context.Background()
	began, err := s.writer.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, translate(err)
	}
	defer began.Rollback()
	t := &tx{Tx: began, of: s.writer}
	kept := 0
	for _, r := range batch {
		if r.err = t.within(ctx, r); r.err == nil {
			kept++
		} else if errors.Is(r.err, errBroken) {
			return nil, r.err
		}
	}
	if kept == 0 {
		return nil, nil
	}
	return t.missed, translate(began.Commit())
}

// errBroken says that the database gave the whole transaction up.
var errBroken = errors.New("the transaction was rolled back")

// within runs one request as a savepoint. An error that is errBroken ends them all.
func (t *tx) within(ctx context.Context, r *request) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	if _, err := t.exec(ctx, `SAVEPOINT request`); err != nil {
		return errors.Join(err, errBroken)
	}
	err := t.run(r)
	if err == nil {
		err = r.ctx.Err()
	}
	if err == nil {
		if _, err = t.exec(ctx, `RELEASE request`); err != nil {
			err = errors.Join(err, errBroken)
		}
		return err
	}
	if _, back := t.exec(ctx, `ROLLBACK TO request`); back != nil {
		return errors.Join(err, errBroken)
	}
	if _, back := t.exec(ctx, `RELEASE request`); back != nil {
		return errors.Join(err, errBroken)
	}
	return err
}

// run calls a request's function; a panic becomes its caller's, who may be able to
// bear it.
func (t *tx) run(r *request) (err error) {
	defer func() {
		if p := recover(); p != nil {
			r.rose = fmt.Errorf("%v\n%s", p, debug.Stack())
			err = r.rose
		}
	}()
	return r.f(t)
}
