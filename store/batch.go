package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
)

// maxBatch is the largest number of transactions that share a commit.
const maxBatch = 64

// batches runs write transactions one after the other. Transactions that arrive while another
// is being synced to disk share the next commit and its sync. Each is a savepoint that can fail
// alone. A commit is on disk completely or not at all.
type batches struct {
	mu      sync.Mutex
	waiting []*request
	busy    bool
}

// request is one transaction with its waiting caller.
type request struct {
	ctx  context.Context
	f    func(*tx) error
	err  error
	rose error // the panic, with its stack
	done chan struct{}
}

// transact runs f in a transaction and returns once it is durable, or has been rolled back.
// If the caller's context ends before its turn, nothing changes.
func (s *database) transact(ctx context.Context, f func(*tx) error) error {
	r := &request{ctx: ctx, f: f, done: make(chan struct{})}
	s.batches.mu.Lock()
	s.batches.waiting = append(s.batches.waiting, r)
	if !s.batches.busy {
		s.batches.busy = true
		go s.drain() //nolint:contextcheck // it also commits for other callers
	}
	s.batches.mu.Unlock()
	select {
	case <-r.done:
	case <-ctx.Done():
		if s.batches.leave(r) {
			return ctx.Err()
		}
		<-r.done // it has begun: wait for the outcome of the commit
	}
	if r.rose != nil {
		panic(r.rose)
	}
	return r.err
}

// leave removes a request that has not started and reports whether it did.
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

// next returns the next batch. If it is empty, the next request starts a new drain.
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

// drain commits batches until no request waits. Statements need a deep stack. It grows once
// here, not in each of thousands of waiting sessions.
func (s *database) drain() {
	for batch := s.batches.next(); batch != nil; batch = s.batches.next() {
		missed, err := s.commit(batch)
		for _, r := range batch {
			if r.err == nil {
				r.err = err
			}
			close(r.done)
		}
		for _, text := range missed {
			if _, err := s.writer.prepare(context.Background(), text); err != nil { //nolint:sqlclosecheck // cached
				break // the batch is committed; the next transaction prepares the text again
			}
		}
	}
}

// commit runs a batch in one transaction. The error applies to requests without an error of
// their own.
func (s *database) commit(batch []*request) (missed []string, err error) {
	ctx := context.Background()
	began, err := s.writer.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, translate(err)
	}
	defer began.Rollback()
	t := &tx{Tx: began, of: s.writer, own: make(map[string]*sql.Stmt)}
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
	err = translate(began.Commit())
	if f := s.outgoing.Load(); err == nil && t.outgoing && f != nil {
		(*f)()
	}
	return t.missed, err
}

// errBroken reports that the database rolled the whole transaction back.
var errBroken = errors.New("the transaction was rolled back")

// within runs one request as a savepoint. errBroken ends the whole batch.
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

// run calls a request's function. A panic is passed to its caller, which may recover from it.
func (t *tx) run(r *request) (err error) {
	defer func() {
		if p := recover(); p != nil {
			r.rose = fmt.Errorf("%v\n%s", p, debug.Stack())
			err = r.rose
		}
	}()
	return r.f(t)
}
