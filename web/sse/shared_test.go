package sse_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grader/grader/web/sse"
)

// TestSharedIsMadeOnce has many streams that need the same value at the same moment.
func TestSharedIsMadeOnce(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	s := sse.NewShared[int](func() time.Time { return now })
	var made atomic.Int64
	build := func() (int, error) { return int(made.Add(1)), nil }
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if v, err := s.Get("a", build); v != 1 || err != nil {
				t.Errorf("%d, %v", v, err)
			}
		})
	}
	all.Wait()
	if v, _ := s.Get("b", build); v != 2 {
		t.Errorf("of another key: %d", v)
	}
	now = now.Add(2 * time.Second)
	if v, _ := s.Get("a", build); v != 3 {
		t.Errorf("after two seconds: %d", v)
	}
}

// TestSharedFailure has a stream whose build fails, for example because its reader has
// disconnected. The other streams must not be affected.
func TestSharedFailure(t *testing.T) {
	t.Parallel()
	s := sse.NewShared[string](func() time.Time { return time.Unix(0, 0) })
	if _, err := s.Get("a", func() (string, error) { return "", errors.New("gone") }); err == nil {
		t.Error("no error")
	}
	if v, err := s.Get("a", func() (string, error) { return "made", nil }); v != "made" || err != nil {
		t.Errorf("%q, %v", v, err)
	}
}
