package scheduler_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/grader/grader/schema"
)

func TestPlaceFollowsTheQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		first, second := b.push("alice"), b.push("bob")
		if p := b.Place(first.ID); p != (schema.Place{}) {
			t.Errorf("first: %+v", p)
		}
		if p := b.Place(second.ID); p != (schema.Place{Ahead: 1}) {
			t.Errorf("second: %+v, nothing being measured", p)
		}
		d := b.newDevice()
		o := d.claim()
		d.events(o, 0, started()).want(t, 204)
		time.Sleep(8 * time.Second)
		d.result(o, graded()).want(t, 204)
		if p := b.Place(second.ID); p.Ahead != 0 || p.Estimate <= 0 || p.Estimate > 8*time.Second {
			t.Errorf("second, after a job of 8 s: %+v", p)
		}
	})
}

func TestPlaceOfAJobQueuedJustNow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		first := b.push("alice")
		b.Place(first.ID)
		second := b.push("bob")
		if p := b.Place(second.ID); p.Ahead != 1 {
			t.Errorf("within the same moment: %+v", p)
		}
		third := b.push("carol")
		time.Sleep(200 * time.Millisecond)
		if p := b.Place(third.ID); p.Ahead != 2 {
			t.Errorf("a moment later: %+v", p)
		}
	})
}
