package store

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/grader/grader/schema/assignment"
)

// Options configure a Store.
type Options struct {
	// Clock returns the time for methods that are not given one; nil is time.Now.
	Clock func() time.Time
	// Readers is how many connections read at once; 0 is 4.
	Readers int
	// BusyTimeout is how long a write waits for another process that locks the database; 0 is 5
	// s.
	BusyTimeout time.Duration
	// ReceiptKey signs the receipts of pushes; nil: receipts are not signed.
	ReceiptKey ed25519.PrivateKey
}

// Store is the durable state. Its methods may be called from several goroutines.
type Store struct {
	path   string
	clock  func() time.Time
	writer *statements
	reader *statements

	signer  signer
	batches batches
	specs   assignment.Cache // of active versions

	outgoing atomic.Pointer[func()] // see WhenOutgoing
}

// Open opens the database at path, creates it with mode 0600 if it does not exist, and migrates
// it. CodeRefused: it was written by a newer grader.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if err := touch(path); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s := &Store{path: path, clock: o.Clock, signer: newSigner(o.ReceiptKey)}
	if s.clock == nil {
		s.clock = time.Now
	}
	if err := s.connect(ctx, o); err != nil {
		return nil, errors.Join(fmt.Errorf("open store: %w", err), s.Close())
	}
	return s, nil
}

func (s *Store) connect(ctx context.Context, o Options) error {
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
	if s.reader, err = connect(s.path, o, readers, "&_query_only=1"); err != nil {
		return err
	}
	return s.updateMissingGrades(ctx)
}

// touch creates the database file, readable only by its owner.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_RDONLY|os.O_CREATE, 0o600)
	if err != nil {
		return unavailable("the database cannot be opened", err)
	}
	return f.Close()
}

// connect opens at most n connections that stay open.
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
func (s *Store) Close() error {
	var errs []error
	for _, p := range []*statements{s.reader, s.writer} {
		if p != nil {
			errs = append(errs, p.close())
		}
	}
	return errors.Join(errs...)
}
