package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// database holds the connections that every family of tables uses: one writer and a pool of
// readers. Transactions of the writer share commits (see batches).
type database struct {
	path   string
	clock  func() time.Time
	logger *slog.Logger
	writer *statements
	reader *statements

	batches batches

	outgoing atomic.Pointer[func()] // see WhenOutgoing
}

// openDatabase opens the file at path, which it creates if necessary, and migrates it.
func openDatabase(ctx context.Context, path string, o Options) (*database, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := touch(path); err != nil {
		return nil, err
	}
	d := &database{path: path, clock: o.Clock, logger: cmp.Or(o.Logger, slog.New(slog.DiscardHandler))}
	if d.clock == nil {
		d.clock = time.Now
	}
	if err := d.connect(ctx, o); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (s *database) connect(ctx context.Context, o Options) error {
	writer, err := connect(s.path, o, 1, "&_txlock=immediate")
	if err != nil {
		return err
	}
	s.writer = writer
	if err := migrate(ctx, writer.db); err != nil {
		return err
	}
	readers := o.Readers
	if readers == 0 {
		readers = 4
	}
	s.reader, err = connect(s.path, o, readers, "&_query_only=1")
	return err
}

// touch creates the database file, readable only by its owner.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_RDONLY|os.O_CREATE, 0o600)
	if err != nil {
		return unavailable("the database cannot be opened", err)
	}
	return f.Close()
}

// connect opens a pool of at most n connections and keeps them open.
func connect(path string, o Options, n int, more string) (*statements, error) {
	timeout := o.BusyTimeout
	if timeout == 0 {
		timeout = 5 * time.Second
	}
	file := url.URL{Scheme: "file", Path: path}
	dsn := file.String() + fmt.Sprintf("?_busy_timeout=%d", timeout.Milliseconds()) +
		"&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1&_dqs=0" +
		"&_pragma=temp_store(MEMORY)&_pragma=cache_size(-16000)&_pragma=journal_size_limit(67108864)" + more
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return newStatements(db), nil
}

// Close closes every connection.
func (s *database) Close() error {
	var errs []error
	for _, p := range []*statements{s.reader, s.writer} {
		if p != nil {
			errs = append(errs, p.close())
		}
	}
	return errors.Join(errs...)
}
