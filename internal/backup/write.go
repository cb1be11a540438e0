package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/schema"
)

// Source describes the server to copy.
type Source struct {
	Data    string // data directory
	Keys    []string
	Version string // of grader
	// Database is a consistent copy of the database as of MadeAt.
	Database string
	MadeAt   time.Time
	// Late returns the pushes that were recorded since shortly before MadeAt.
	Late func(ctx context.Context) ([]schema.RecordedPush, error)
	// Tell is called with the progress at intervals, if it is not nil.
	Tell func(Progress)
}

// Write writes a backup. The copy of the database must exist before the call. A push's pin is durable before its row, so
// the repositories, copied after the database, contain every commit that the database names.
func Write(ctx context.Context, w io.Writer, s Source) error {
	b := &writer{tar: tar.NewWriter(w), source: s, repos: repo.Archive{Dir: filepath.Join(s.Data, filepath.Clean(repositories))}}
	for _, step := range []func(context.Context) error{b.begin, b.keys, b.repositories, b.late, b.end} {
		if err := step(ctx); err != nil {
			return fmt.Errorf("backup: %w", err)
		}
	}
	return nil
}

// writer is the state of one backup.
type writer struct {
	tar      *tar.Writer
	source   Source
	repos    repo.Archive
	manifest manifest
	progress Progress
}

func (b *writer) begin(context.Context) error {
	err := b.json(headName, head{format, b.source.Version, b.source.MadeAt, "made by grader admin backup; grader restore FILE --data DIR reads it"})
	if err != nil {
		return err
	}
	return b.copy(databaseName, b.source.Database)
}

func (b *writer) keys(context.Context) error {
	for _, name := range b.source.Keys {
		err := b.copy(name, filepath.Join(b.source.Data, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // does not exist if the server never ran
			return err
		}
	}
	return nil
}

// repositories copies each repository while it holds the repository's lock.
func (b *writer) repositories(ctx context.Context) error {
	ids, err := b.repos.Repositories()
	if err != nil {
		return err
	}
	b.progress.Of = len(ids)
	for _, id := range ids {
		if err := b.repository(ctx, id); err != nil {
			return err
		}
		b.progress.Repositories++
		b.tell()
	}
	return nil
}

func (b *writer) repository(ctx context.Context, id int64) error {
	release, err := b.repos.Hold(ctx, id)
	if err != nil {
		return err
	}
	defer release()
	paths, err := b.repos.Files(id)
	if err != nil {
		return err
	}
	for _, path := range paths {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		if err := b.copy(repositories+path, filepath.Join(b.repos.Dir, filepath.FromSlash(path))); err != nil {
			return err
		}
	}
	return nil
}

// late lists the pushes that may be in the repositories but not in the database.
func (b *writer) late(ctx context.Context) error {
	pushes, err := b.source.Late(ctx)
	if err != nil {
		return err
	}
	return b.json(lateName, pushes)
}

func (b *writer) end(context.Context) error {
	if err := b.json(manifestName, b.manifest); err != nil {
		return err
	}
	return b.tar.Close()
}

func (b *writer) tell() {
	if b.source.Tell != nil {
		b.source.Tell(b.progress)
	}
}

func (b *writer) json(name string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return b.add(name, int64(len(text)), bytes.NewReader(text))
}

func (b *writer) copy(name, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return b.add(name, info.Size(), f)
}

// add writes one member and records its hash.
func (b *writer) add(name string, size int64, from io.Reader) error {
	header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: b.source.MadeAt.Truncate(time.Second), Format: tar.FormatPAX}
	if err := b.tar.WriteHeader(header); err != nil {
		return err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(b.tar, sum), io.LimitReader(from, size))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if n != size {
		return fmt.Errorf("%s: it became shorter while it was read", name)
	}
	b.progress.Bytes += size
	b.tell()
	b.manifest.Files = append(b.manifest.Files, file{name, size, hex.EncodeToString(sum.Sum(nil))})
	return nil
}
