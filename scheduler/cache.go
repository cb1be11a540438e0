package scheduler

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// cache is a directory of files by key. Each file is written once. If the files exceed size bytes
// together, the least recently used are removed.
type cache struct {
	dir  string
	size int64

	mu     sync.Mutex
	making map[string]*making
}

// making is a fill in progress that other callers wait for.
type making struct {
	done chan struct{}
	err  error
}

// openCache opens a directory as a cache and removes the partial files of an earlier process.
func openCache(dir string, size int64) (*cache, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	halves, err := filepath.Glob(filepath.Join(dir, "half-*"))
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	for _, half := range halves {
		_ = os.Remove(half)
	}
	return &cache{dir: dir, size: size, making: make(map[string]*making)}, nil
}

// open returns the file of the key, or os.ErrNotExist. An open file stays readable after it is
// removed.
func (c *cache) open(key string, now time.Time) (*os.File, error) {
	path := filepath.Join(c.dir, key)
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	_ = os.Chtimes(path, now, now) // affects only the order of removal
	return f, nil
}

// openOr returns the file of the key and fills it first if it is missing. Concurrent callers
// share one fill.
func (c *cache) openOr(ctx context.Context, key string, now time.Time, fill func(context.Context, io.Writer) error) (*os.File, error) {
	for {
		f, err := c.open(key, now)
		if err == nil || !errors.Is(err, os.ErrNotExist) {
			return f, err
		}
		c.mu.Lock()
		m, busy := c.making[key]
		if !busy {
			m = &making{done: make(chan struct{})}
			c.making[key] = m
		}
		c.mu.Unlock()
		if !busy {
			c.produce(ctx, key, m, fill)
		}
		select {
		case <-m.done:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		if m.err != nil {
			return nil, m.err
		}
	}
}

// produce fills the key and wakes the callers that wait for it, even if fill panics.
func (c *cache) produce(ctx context.Context, key string, m *making, fill func(context.Context, io.Writer) error) {
	defer func() {
		c.mu.Lock()
		delete(c.making, key)
		c.mu.Unlock()
		close(m.done)
	}()
	m.err = errors.New("cache: the fill broke off")
	m.err = c.fill(ctx, key, fill)
}

// fill calls put for several waiting callers, so it continues if the first of them leaves. It does
// nothing if another process has filled the key since the caller looked.
func (c *cache) fill(ctx context.Context, key string, fill func(context.Context, io.Writer) error) error {
	if _, err := os.Stat(filepath.Join(c.dir, key)); err == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), poolPatience)
	defer cancel()
	return c.put(key, func(into io.Writer) error { return fill(ctx, into) })
}

// put writes the key's file unless it exists: the first writer wins.
func (c *cache) put(key string, fill func(io.Writer) error) error {
	half, err := os.CreateTemp(c.dir, "half-")
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	defer os.Remove(half.Name())
	defer half.Close()
	if err := fill(half); err != nil {
		return err
	}
	// Without the sync, a power failure could leave the name on an empty file, which would then
	// be served forever.
	if err := errors.Join(half.Sync(), half.Close()); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	err = os.Link(half.Name(), filepath.Join(c.dir, key))
	if err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("cache: %w", err)
	}
	return c.trim(key)
}

// trim removes the least recently used files until the rest fits. It never removes the file that
// was just written.
func (c *cache) trim(keep string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	var files []os.FileInfo
	var total int64
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			files, total = append(files, info), total+info.Size()
		}
	}
	slices.SortFunc(files, func(a, b os.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for _, f := range files {
		if total <= c.size {
			break
		}
		if f.Name() != keep && os.Remove(filepath.Join(c.dir, f.Name())) == nil {
			total -= f.Size()
		}
	}
	return nil
}
