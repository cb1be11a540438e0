package grade

import (
	"fmt"

	"github.com/grader/grader/runner/sandbox"
)

// place is the fresh directory in which a step runs. It consists of the working directory and a
// directory for temporary files, which is also the step's home.
type place struct {
	scratch   *sandbox.Scratch
	work, tmp string // absolute
}

// newPlace makes a fresh, empty place.
func (s *workspace) newPlace() (*place, error) {
	scratch, err := s.grader.Wall.NewScratch()
	if err != nil {
		return nil, fmt.Errorf("make place: %w", err)
	}
	return &place{scratch: scratch, work: scratch.Path(), tmp: scratch.Temp()}, nil
}

// placeShowing makes a place that shows a tree.
func (s *workspace) placeShowing(t *tree) (*place, error) {
	p, err := s.newPlace()
	if err != nil || t == nil {
		return p, err
	}
	if err := t.show(p.scratch); err != nil {
		p.remove()
		return nil, err
	}
	return p, nil
}

// remove removes the place in the background. The session waits for the removal before it ends.
func (p *place) remove() { p.scratch.Discard() }

// localise removes the runner's paths from a text that people read.
func (p *place) localise(text string, v variables) string { return p.localiser(v).rewrite(text) }
