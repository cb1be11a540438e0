package sandbox

import (
	"syscall"
	"testing"
	"time"
)

// counted is a group whose counters a test sets.
type counted struct {
	killed int
	limit  int64
}

func (c *counted) version() string              { return "v1" }
func (c *counted) yield(bool) error             { return nil }
func (c *counted) begin(memory int64) error     { c.limit = memory; return nil }
func (c *counted) attach(*syscall.SysProcAttr)  {}
func (c *counted) used() (time.Duration, error) { return 0, nil }
func (c *counted) kills() (int, error)          { return c.killed, nil }
func (c *counted) leave() error                 { return nil }

func (c *counted) processes(list []int) ([]int, error) { return list, nil }

// TestKillBeforeCountingIsCharged checks that a kill at the memory limit counts for the step even if its watcher has not run yet,
// and that kills of earlier steps do not.
func TestKillBeforeCountingIsCharged(t *testing.T) {
	t.Parallel()
	g := &counted{killed: 3}
	tally, err := newTally(g, 1<<20)
	if err != nil || g.limit != 1<<20 {
		t.Fatalf("limit %d, %v", g.limit, err)
	}
	if tally.full() {
		t.Error("an earlier step's kills count")
	}
	g.killed++
	if err := tally.begin(); err != nil {
		t.Fatal(err)
	}
	if !tally.full() {
		t.Error("the kill was lost")
	}
}
