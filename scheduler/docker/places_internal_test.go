package docker

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/grader/grader/schema"
)

// line is a test's places, with named turns.
type line struct {
	t     *testing.T
	p     *places
	turns map[string]*turn
	order []string // names, as they came
}

// come has a turn wait, and leave when ctx ends.
func (l *line) come(ctx context.Context, name string, t *turn) {
	l.turns[name] = t
	l.order = append(l.order, name)
	go func() { _ = l.p.enter(ctx, t) }()
	synctest.Wait()
}

// runs checks whose turns have begun and not ended.
func (l *line) runs(want string) {
	l.t.Helper()
	var names []string
	for _, name := range l.order {
		l.p.mu.Lock()
		if slices.Contains(l.p.running, l.turns[name]) {
			names = append(names, name)
		}
		l.p.mu.Unlock()
	}
	if got := strings.Join(names, " "); got != want {
		l.t.Errorf("%q run, want %q", got, want)
	}
}

func (l *line) end(name string) {
	l.p.leave(l.turns[name])
	synctest.Wait()
}

// inLine runs a test of places with most gradings and setups.
func inLine(t *testing.T, gradings, setups int, test func(ctx context.Context, l *line)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		test(ctx, &line{t: t, p: &places{most: [kinds]int{gradings, setups}}, turns: map[string]*turn{}})
	})
}

func grading(lane schema.Lane) *turn { return newTurn(kindGrading, lane, false) }

// TestRegradesLeaveAPlace fills the places with regrades, of gradings and of setups.
func TestRegradesLeaveAPlace(t *testing.T) {
	t.Parallel()
	for _, k := range []kind{kindGrading, kindSetup} {
		for most, want := range map[int]string{1: "a", 2: "a push", 3: "a b push"} {
			inLine(t, most, most, func(ctx context.Context, l *line) {
				for _, name := range []string{"a", "b", "c"} {
					l.come(ctx, name, newTurn(k, schema.LaneRegrade, false))
				}
				l.come(ctx, "push", newTurn(k, schema.LaneInteractive, false))
				l.runs(want)
				l.end("a")
				if most == 1 {
					l.runs("push")
				}
			})
		}
	}
}

// TestLanesOrderTurns ends one grading after another in a room of one place.
func TestLanesOrderTurns(t *testing.T) {
	t.Parallel()
	inLine(t, 1, 1, func(ctx context.Context, l *line) {
		l.come(ctx, "running", grading(schema.LaneRegrade))
		l.come(ctx, "regrade", grading(schema.LaneRegrade))
		l.come(ctx, "overtaken", grading(schema.LaneOvertaken))
		l.come(ctx, "gate", grading(schema.LaneGate))
		l.come(ctx, "push1", grading(schema.LaneInteractive))
		l.come(ctx, "push2", grading(schema.LaneInteractive))
		for before, next := range pairs("running", "push1", "push2", "gate", "overtaken", "regrade") {
			l.end(before)
			l.runs(next)
		}
	})
}

// pairs yields each name with the next one.
func pairs(names ...string) func(yield func(x, y string) bool) {
	return func(yield func(x, y string) bool) {
		for i := range len(names) - 1 {
			if !yield(names[i], names[i+1]) {
				return
			}
		}
	}
}

// TestSharedSetupIsRaised has a push wait for the setup.sh that a regrade asked for.
func TestSharedSetupIsRaised(t *testing.T) {
	t.Parallel()
	inLine(t, 1, 1, func(ctx context.Context, l *line) {
		l.come(ctx, "running", newTurn(kindSetup, schema.LaneGate, false))
		l.come(ctx, "shared", newTurn(kindSetup, schema.LaneRegrade, false))
		l.come(ctx, "gate", newTurn(kindSetup, schema.LaneGate, false))
		l.p.raise(l.turns["shared"], schema.LaneInteractive)
		l.p.raise(l.turns["shared"], schema.LaneRegrade) // a later regrade does not lower it
		l.end("running")
		l.runs("shared")
	})
}

// TestAloneTakesEveryPlace repeats a grading and a setup.sh alone.
func TestAloneTakesEveryPlace(t *testing.T) {
	t.Parallel()
	inLine(t, 2, 2, func(ctx context.Context, l *line) {
		l.come(ctx, "before", grading(schema.LaneInteractive))
		l.come(ctx, "hanging", newTurn(kindSetup, schema.LaneGate, false))
		l.come(ctx, "alone", newTurn(kindGrading, schema.LaneInteractive, true))
		l.come(ctx, "after", grading(schema.LaneInteractive))
		l.come(ctx, "setup", newTurn(kindSetup, schema.LaneGate, false))
		l.runs("before hanging") // nobody overtakes it
		l.end("before")
		l.runs("hanging alone") // a setup.sh may hang
		l.end("alone")
		l.runs("hanging after setup")
		l.come(ctx, "alone setup", newTurn(kindSetup, schema.LaneGate, true))
		l.come(ctx, "later setup", newTurn(kindSetup, schema.LaneGate, false))
		l.come(ctx, "push", grading(schema.LaneInteractive))
		l.runs("hanging after setup push") // gradings do not wait for setup.sh
		l.end("hanging")
		l.end("setup")
		l.runs("after alone setup push")
		l.end("alone setup")
		l.runs("after later setup push")
	})
}

// TestAloneWithoutALimit repeats a grading where any number may run.
func TestAloneWithoutALimit(t *testing.T) {
	t.Parallel()
	inLine(t, 0, 0, func(ctx context.Context, l *line) {
		l.come(ctx, "a", grading(schema.LaneRegrade))
		l.come(ctx, "b", grading(schema.LaneRegrade))
		l.come(ctx, "alone", newTurn(kindGrading, schema.LaneRegrade, true))
		l.come(ctx, "push", grading(schema.LaneInteractive)) // its lane is better
		l.runs("a b push")
		for _, name := range []string{"a", "b", "push"} {
			l.end(name)
		}
		l.runs("alone")
	})
}

// TestLeavingWhileWaitingFreesTheLine cancels a turn that keeps others from overtaking it.
func TestLeavingWhileWaitingFreesTheLine(t *testing.T) {
	t.Parallel()
	inLine(t, 2, 2, func(ctx context.Context, l *line) {
		l.come(ctx, "a", grading(schema.LaneInteractive))
		leaves, cancel := context.WithCancelCause(ctx)
		left, gone := make(chan error, 1), errors.New("the runner is gone")
		waits := newTurn(kindGrading, schema.LaneInteractive, true)
		go func() { left <- l.p.enter(leaves, waits) }()
		synctest.Wait()
		l.come(ctx, "b", grading(schema.LaneInteractive))
		l.runs("a")
		cancel(gone)
		if err := <-left; !errors.Is(err, gone) {
			t.Errorf("it left with %v", err)
		}
		l.runs("a b")
		l.end("a")
		l.end("b")
		if len(l.p.running)+len(l.p.waiting) > 0 {
			t.Errorf("%d run and %d wait at the end", len(l.p.running), len(l.p.waiting))
		}
	})
}
