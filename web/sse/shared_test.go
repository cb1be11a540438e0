package sse_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/sse"
)

// TestSharedIsMadeOnce has many streams that need the same value while it is being built.
func TestSharedIsMadeOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := sse.NewShared[int](time.Now)
		var made atomic.Int64
		built := make(chan struct{})
		build := func() (int, error) {
			<-built
			return int(made.Add(1)), nil
		}
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				if v, err := s.Get(t.Context(), "a", build); v != 1 || err != nil {
					t.Errorf("%d, %v", v, err)
				}
			})
		}
		synctest.Wait() // until all are waiting
		close(built)
		all.Wait()
		if v, _ := s.Get(t.Context(), "b", build); v != 2 {
			t.Errorf("of another key: %d", v)
		}
		time.Sleep(2 * time.Second)
		if v, _ := s.Get(t.Context(), "a", build); v != 3 {
			t.Errorf("after two seconds: %d", v)
		}
	})
}

// TestSharedFailure has a build that fails while other streams wait for it. They must get its error, unless the
// error concerns only the stream that built: then one of the others must build the value for all of them.
func TestSharedFailure(t *testing.T) {
	t.Parallel()
	slow := errors.New("the disk does not answer")
	for name, c := range map[string]struct {
		fail  func() (string, error)
		gone  bool // the reader of the stream that builds has disconnected
		want  string
		built int64 // by the streams that wait
	}{
		"store":             {fail: func() (string, error) { return "", slow }, want: slow.Error()},
		"internal":          {fail: func() (string, error) { return "", schema.Wrapf(schema.CodeInternal, slow, "no result") }, want: "no result"},
		"panic":             {fail: func() (string, error) { panic("gone") }, want: "it was not built"},
		"reader gone":       {fail: func() (string, error) { return "", context.Canceled }, gone: true, built: 1},
		"panic, and gone":   {fail: func() (string, error) { panic("gone") }, gone: true, built: 1},
		"may not see":       {fail: func() (string, error) { return "", schema.Errorf(schema.CodeNotFound, "there is none") }, built: 1},
		"forbidden":         {fail: func() (string, error) { return "", schema.Errorf(schema.CodeForbidden, "you may not") }, built: 1},
		"may not, wrapped":  {fail: func() (string, error) { return "", fmt.Errorf("read: %w", schema.Errorf(schema.CodeForbidden, "no")) }, built: 1},
		"succeeds and gone": {fail: func() (string, error) { return "made", nil }, gone: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := sse.NewShared[string](time.Now)
				failing := make(chan struct{})
				reader, leave := context.WithCancel(t.Context())
				defer leave()
				var all sync.WaitGroup
				all.Go(func() {
					defer func() { _ = recover() }()
					_, _ = s.Get(reader, "a", func() (string, error) {
						<-failing
						return c.fail()
					})
				})
				synctest.Wait()
				var built atomic.Int64
				for range 10 {
					all.Go(func() {
						v, err := s.Get(t.Context(), "a", func() (string, error) {
							built.Add(1)
							return "made", nil
						})
						switch {
						case c.want == "" && (v != "made" || err != nil):
							t.Errorf("%q, %v", v, err)
						case c.want != "" && (v != "" || err == nil || err.Error() != c.want):
							t.Errorf("%q, %v, want %s", v, err, c.want)
						}
					})
				}
				synctest.Wait()
				if c.gone {
					leave()
				}
				close(failing)
				all.Wait()
				if built.Load() != c.built {
					t.Errorf("built %d times, want %d", built.Load(), c.built)
				}
				if v, err := s.Get(t.Context(), "a", func() (string, error) { return "made", nil }); v != "made" || err != nil {
					t.Errorf("afterwards: %q, %v", v, err)
				}
			})
		})
	}
}

// TestSharedWaitEnds has a stream that ends while it waits for another stream's build.
func TestSharedWaitEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := sse.NewShared[string](time.Now)
		built := make(chan struct{})
		var all sync.WaitGroup
		all.Go(func() {
			_, _ = s.Get(t.Context(), "a", func() (string, error) {
				<-built
				return "made", nil
			})
		})
		synctest.Wait()
		ctx, end := context.WithCancelCause(t.Context())
		var waited sync.WaitGroup
		waited.Go(func() {
			v, err := s.Get(ctx, "a", func() (string, error) { return "made by another", nil })
			if v != "" || !errors.Is(err, sse.ErrReaderGone) {
				t.Errorf("%q, %v", v, err)
			}
		})
		synctest.Wait()
		end(sse.ErrReaderGone)
		waited.Wait()
		close(built)
		all.Wait()
	})
}
