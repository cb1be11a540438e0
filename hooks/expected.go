package hooks

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/grader/grader/hooks/protocol"
	"github.com/grader/grader/schema"
)

// NewToken returns a fresh token for Expect: 256 random bits.
func NewToken() string { return rand.Text() + rand.Text() }

// recordTime bounds PostReceive, whose ctx does not end with its hook.
const recordTime = 30 * time.Second

// stage is the progress of an expected push.
type stage int

const (
	stageFresh stage = iota
	stageJudging
	stageAccepted
	stageOver // refused, or recorded
)

// expected is one push about which hooks may ask.
type expected struct {
	handler Handler
	mu      sync.Mutex
	stage   stage
	updates []Update // the updates that PreReceive accepted
}

var errOutOfOrder = schema.Errorf(schema.CodeConflict, "a hook sent its request out of order")

func (e *expected) serve(ctx context.Context, r protocol.Request) (lines []string, ok bool, err error) {
	updates, err := ParseUpdates(r.Commands)
	if err != nil {
		return nil, false, err
	}
	if r.Phase == protocol.PreReceive {
		return e.judge(ctx, r.Quarantine, updates)
	}
	return e.record(ctx, updates)
}

func (e *expected) judge(ctx context.Context, quarantine string, updates []Update) ([]string, bool, error) {
	if !e.move(stageFresh, stageJudging, nil) {
		return nil, false, errOutOfOrder
	}
	next := stageOver
	defer func() { e.move(stageJudging, next, updates) }()
	lines, ok := e.handler.PreReceive(ctx, quarantine, updates)
	if ok && ctx.Err() == nil {
		next = stageAccepted
	}
	return lines, next == stageAccepted, nil
}

func (e *expected) record(ctx context.Context, updates []Update) ([]string, bool, error) {
	if !e.same(updates) || !e.move(stageAccepted, stageOver, nil) {
		return nil, false, errOutOfOrder
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTime)
	defer cancel()
	lines, err := e.handler.PostReceive(ctx, updates)
	if err != nil {
		return lines, false, fmt.Errorf("record push: %w", err)
	}
	return lines, true, nil
}

// move changes the stage from from to to. It reports whether the push was at from.
func (e *expected) move(from, to stage, updates []Update) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stage != from {
		return false
	}
	e.stage = to
	if updates != nil {
		e.updates = updates
	}
	return true
}

func (e *expected) same(updates []Update) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Equal(e.updates, updates)
}
