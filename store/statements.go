package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
)

// statements is a database handle that prepares each SQL text once. The texts are constants
// of this package or built from names of tables and columns, so their number is bounded.
type statements struct {
	db *sql.DB

	mu       sync.RWMutex
	prepared map[string]*sql.Stmt
}

func newStatements(db *sql.DB) *statements {
	return &statements{db: db, prepared: make(map[string]*sql.Stmt)}
}

func (p *statements) cached(text string) *sql.Stmt {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.prepared[text]
}

// prepare returns the prepared statement of a text. It prepares the text on first use.
func (p *statements) prepare(ctx context.Context, text string) (*sql.Stmt, error) {
	if st := p.cached(text); st != nil {
		return st, nil
	}
	st, err := p.db.PrepareContext(ctx, text)
	if err != nil {
		return nil, translate(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if first := p.prepared[text]; first != nil {
		defer func() { _ = st.Close() }()
		return first, nil
	}
	p.prepared[text] = st
	return st, nil
}

// query runs a statement on any connection of the pool.
func (p *statements) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	st, err := p.prepare(ctx, text) //nolint:sqlclosecheck // cached
	if err != nil {
		return nil, err
	}
	rows, err := st.QueryContext(ctx, args...)
	return rows, translate(err)
}

// close closes the connections, and with them their statements.
func (p *statements) close() error { return p.db.Close() }

// tx is a transaction of the writer. The end of a caller's context does not cancel its
// statements, because SQLite would roll back the whole transaction, which other callers share.
type tx struct {
	*sql.Tx
	of     *statements
	missed []string             // texts to prepare for the next transaction
	own    map[string]*sql.Stmt // statements of the missed texts in this transaction

	outgoing bool // an entry was added to the outbox
}

func (t *tx) stmt(ctx context.Context, text string) (*sql.Stmt, error) {
	if st := t.of.cached(text); st != nil {
		return t.StmtContext(ctx, st), nil
	}
	if st := t.own[text]; st != nil {
		return st, nil
	}
	// The only connection is in use, so the cached statement is prepared later.
	st, err := t.PrepareContext(ctx, text)
	if err != nil {
		return nil, translate(err)
	}
	t.missed = append(t.missed, text)
	t.own[text] = st
	return st, nil
}

// query runs a statement that returns rows.
func (t *tx) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	ctx = context.WithoutCancel(ctx)
	st, err := t.stmt(ctx, text) //nolint:sqlclosecheck // cached, or closed with the transaction
	if err != nil {
		return nil, err
	}
	rows, err := st.QueryContext(ctx, args...)
	return rows, translate(err)
}

// exec runs a statement and returns how many rows it changed.
func (t *tx) exec(ctx context.Context, text string, args ...any) (int64, error) {
	ctx = context.WithoutCancel(ctx)
	st, err := t.stmt(ctx, text) //nolint:sqlclosecheck // cached, or closed with the transaction
	if err != nil {
		return 0, err
	}
	res, err := st.ExecContext(ctx, args...)
	if err != nil {
		return 0, translate(err)
	}
	return res.RowsAffected()
}

// write runs f in one transaction. If write returns nil, the transaction is on disk;
// otherwise it was rolled back. noun names the transaction in the error.
func (s *database) write(ctx context.Context, noun string, f func(*tx) error) error {
	if err := s.transact(ctx, f); err != nil {
		return fmt.Errorf("%s: %w", noun, err)
	}
	return nil
}

// querier is the pool of readers, or a transaction of the writer.
type querier interface {
	query(ctx context.Context, text string, args ...any) (*sql.Rows, error)
}

// row is one row of a result.
type row interface {
	Scan(dest ...any) error
}

// list runs a query and scans every row.
func list[T any](ctx context.Context, q querier, scan func(row) (T, error), text string, args ...any) (all []T, err error) {
	if _, within := q.(*tx); within {
		return rowsOf(ctx, q, scan, text, args...)
	}
	onFreshStack(func() { all, err = rowsOf(ctx, q, scan, text, args...) })
	return all, err
}

func rowsOf[T any](ctx context.Context, q querier, scan func(row) (T, error), text string, args ...any) ([]T, error) {
	rows, err := q.query(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, translate(err)
		}
		all = append(all, v)
	}
	return all, translate(rows.Err())
}

// one runs a query of at most one row. It returns sql.ErrNoRows if there is none.
func one[T any](ctx context.Context, q querier, scan func(row) (T, error), text string, args ...any) (T, error) {
	all, err := list(ctx, q, scan, text, args...)
	if err == nil && len(all) == 0 {
		err = sql.ErrNoRows
	}
	if err != nil {
		var none T
		return none, err
	}
	return all[0], nil
}

// value scans a row of one column.
func value[T any](r row) (v T, err error) {
	err = r.Scan(&v)
	return v, err
}
