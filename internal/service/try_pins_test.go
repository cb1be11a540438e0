package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// TestOldTryPinsAreRemoved uses more tries than fit on one page, a try whose ref cannot be
// removed, and a try that is not old enough.
func TestOldTryPinsAreRemoved(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 9, 28, 12, 0, 0, 0, time.UTC)
	const old = tryPinsPage + 3
	began := now
	var dropped []string
	broken := true
	p := &tryPins{
		clock: func() time.Time { return now },
		list: func(_ context.Context, before time.Time, after int64, limit int) (page []schema.TryPin, _ error) {
			for id := int64(1); id <= old+1; id++ {
				received := began.Add(-course.TryLife - time.Minute)
				if id == old+1 {
					received = began.Add(-course.TryLife + time.Minute)
				}
				if id > after && received.Before(before) && len(page) < limit {
					page = append(page, schema.TryPin{ID: id, Repository: 7, IntentID: fmt.Sprint("try-", id)})
				}
			}
			return page, nil
		},
		drop: func(_ context.Context, repository int64, name string) error {
			if name == "try-2" && broken {
				return errors.New("read-only file system")
			}
			dropped = append(dropped, fmt.Sprint(repository, " ", name))
			return nil
		},
	}
	if err := p.remove(t.Context()); err == nil || err.Error() != "read-only file system" {
		t.Errorf("error %v, want that of the second try", err)
	}
	if len(dropped) != old-1 || slices.Contains(dropped, fmt.Sprint("7 try-", old+1)) {
		t.Errorf("%d refs were removed, want %d", len(dropped), old-1)
	}
	dropped = nil
	now = now.Add(2 * time.Minute) // the last one is old enough now
	if err := p.remove(t.Context()); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{fmt.Sprint("7 try-", old+1)}, dropped); diff != "" {
		t.Error(diff)
	}
}
