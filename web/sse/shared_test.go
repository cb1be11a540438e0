package sse_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

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
				if v, err := s.Get("a", build); v != 1 || err != nil {
					t.Errorf("%d, %v", v, err)
				}
			})
		}
		synctest.Wait() // until all are waiting
		close(built)
		all.Wait()
		if v, _ := s.Get("b", build); v != 2 {
			t.Errorf("of another key: %d", v)
		}
		time.Sleep(2 * time.Second)
		if v, _ := s.Get("a", build); v != 3 {
			t.Errorf("after two seconds: %d", v)
		}
	})
}

// TestSharedFailure has a stream whose build fails while others wait, for example because its reader has
// disconnected. One of the others must build the value for all of them.
func TestSharedFailure(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func() (string, error){
		"error": func() (string, error) { return "", errors.New("gone") },
		"panic": func() (string, error) { panic("gone") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := sse.NewShared[string](time.Now)
				failing := make(chan struct{})
				var all sync.WaitGroup
				all.Go(func() {
					defer func() { _ = recover() }()
					_, err := s.Get("a", func() (string, error) {
						<-failing
						return fail()
					})
					if err == nil || err.Error() != "gone" {
						t.Errorf("the first: %v", err)
					}
				})
				synctest.Wait()
				var made atomic.Int64
				get := func() {
					v, err := s.Get("a", func() (string, error) {
						made.Add(1)
						return "made", nil
					})
					if v != "made" || err != nil {
						t.Errorf("%q, %v", v, err)
					}
				}
				for range 10 {
					all.Go(get)
				}
				synctest.Wait()
				close(failing)
				all.Wait()
				get()
				if made.Load() != 1 {
					t.Errorf("made %d times", made.Load())
				}
			})
		})
	}
}
