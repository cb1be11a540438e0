package docker

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/grader/grader/schema"
)

// kind is what a container runs. Each kind has places of its own, so that a hanging setup.sh stops no grading.
type kind int

const (
	kindGrading kind = iota
	kindSetup
	kinds
)

// places gives containers their turns: by the lane of their job, and in the order of arrival within a lane. Regrades
// leave one place of each kind to others if it has several.
type places struct {
	most [kinds]int // containers of a kind at one time; 0: no limit

	mu      sync.Mutex
	running []*turn
	waiting []*turn // by lane, then arrival
}

// turn is one container's use of a place.
type turn struct {
	kind kind
	lane schema.Lane
	// alone: no other container of its kind runs, and no setup.sh starts while a grading is alone. A setup.sh that
	// already runs is not waited for, because it may take an hour.
	alone bool
	begun chan struct{} // closed when the container may run
}

// again makes the turn, which has ended, one for a repetition that runs alone. Its lane may still be raised.
func (t *turn) again() { t.alone, t.begun = true, make(chan struct{}) }

func newTurn(k kind, lane schema.Lane, alone bool) *turn {
	return &turn{kind: k, lane: lane, alone: alone, begun: make(chan struct{})}
}

// enter waits for a turn. If it returns no error, leave must be called.
func (p *places) enter(ctx context.Context, t *turn) error {
	p.mu.Lock()
	p.waiting = append(p.waiting, t)
	p.grant()
	p.mu.Unlock()
	select {
	case <-t.begun:
		return nil
	case <-ctx.Done():
		p.leave(t)
		return context.Cause(ctx)
	}
}

// leave ends a turn, also one that has not begun.
func (p *places) leave(t *turn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	is := func(other *turn) bool { return other == t }
	p.running, p.waiting = slices.DeleteFunc(p.running, is), slices.DeleteFunc(p.waiting, is)
	p.grant()
}

// raise moves a turn that waits to the end of a better lane: a push now waits for it too.
func (p *places) raise(t *turn, lane schema.Lane) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if lane < t.lane {
		t.lane = lane
		p.grant()
	}
}

// grant begins every turn that may begin. A turn that is to run alone keeps later ones from overtaking it. mu is held.
func (p *places) grant() {
	slices.SortStableFunc(p.waiting, func(x, y *turn) int { return cmp.Compare(x.lane, y.lane) })
	var first *turn // that waits to run alone
	p.waiting = slices.DeleteFunc(p.waiting, func(t *turn) bool {
		if first != nil && first.excludes(t) || !p.fits(t) {
			if t.alone && (first == nil || t.kind == kindGrading) {
				first = t
			}
			return false
		}
		p.running = append(p.running, t)
		close(t.begun)
		return true
	})
}

// excludes reports whether another turn may not begin before this one, which is alone, has ended.
func (t *turn) excludes(other *turn) bool { return t.kind == kindGrading || t.kind == other.kind }

// fits reports whether a turn may begin beside those that run. mu is held.
func (p *places) fits(t *turn) bool {
	all, regrades := 0, 0
	for _, r := range p.running {
		if r.alone && r.excludes(t) {
			return false
		}
		if r.kind != t.kind {
			continue
		}
		all++
		if r.lane == schema.LaneRegrade {
			regrades++
		}
	}
	most := p.most[t.kind]
	switch {
	case t.alone:
		return all == 0
	case most <= 0:
		return true
	case t.lane == schema.LaneRegrade && regrades >= max(1, most-1):
		return false
	}
	return all < most
}
