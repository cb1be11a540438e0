package sse_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/grader/grader/web/sse"
)

// TestTurns has ten streams for two turns. One of them ends while it waits, and one panics in its turn.
func TestTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		turns, done := sse.NewTurns(2), make(chan struct{})
		var all sync.WaitGroup
		var mu sync.Mutex
		running, called := 0, 0
		add := func(n int) {
			mu.Lock()
			defer mu.Unlock()
			if running += n; running > 2 {
				t.Errorf("%d at once", running)
			}
			called += max(n, 0)
		}
		for i := range 10 {
			all.Go(func() {
				defer func() {
					// The reason names the function that panicked, which ran on another goroutine.
					if reason := fmt.Sprint(recover()); i == 0 && (!strings.HasPrefix(reason, "in turn\n") || !strings.Contains(reason, "TestTurns")) {
						t.Errorf("it panics with %q", reason)
					}
				}()
				err := turns.Do(t.Context(), func() error {
					add(1)
					defer add(-1)
					<-done
					if i == 0 {
						panic("in turn")
					}
					return errors.New("its own")
				})
				if err == nil || err.Error() != "its own" {
					t.Errorf("stream %d: %v", i, err)
				}
			})
		}
		synctest.Wait()
		ctx, end := context.WithCancelCause(t.Context())
		end(sse.ErrReaderGone)
		if err := turns.Do(ctx, func() error { return nil }); !errors.Is(err, sse.ErrReaderGone) {
			t.Errorf("a stream that has ended: %v", err)
		}
		close(done)
		all.Wait()
		if called != 10 {
			t.Errorf("%d of 10 had a turn", called)
		}
	})
}
