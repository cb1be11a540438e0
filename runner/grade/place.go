package grade

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/grader/grader/runner/sandbox"
)

// place is the fresh directory in which a step runs: its working directory, and
// beside it one for temporary files, which is its home as well.
type place struct {
	scratch   *sandbox.Scratch
	work, tmp string // absolute
}

// newPlace makes a fresh, empty place.
func (s *session) newPlace() (*place, error) {
	scratch, err := s.grader.Wall.NewScratch()
	if err != nil {
		return nil, fmt.Errorf("make place: %w", err)
	}
	return &place{scratch: scratch, work: scratch.Path(), tmp: scratch.Temp()}, nil
}

// placeShowing makes a place that shows a tree.
func (s *session) placeShowing(t *tree) (*place, error) {
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

// remove removes the place. A failure is the wall's to report: it sweeps what is left.
func (p *place) remove() { _ = p.scratch.Remove() }

// localise takes the runner's paths out of a text that people read: what stands in the working
// directory or in the artefacts is named as the student named it. A tool may have named the others
// as seen from the working directory.
func (p *place) localise(text string, v variables) string {
	pairs := []string{p.work + "/", "", p.work, ".", p.tmp, "$TMPDIR"}
	for _, dir := range p.spellings(v["ARTEFACTS"]) {
		pairs = append(pairs, dir+"/", "", dir, "$ARTEFACTS")
	}
	for _, name := range []string{"NEEDS", "TEST_OUT", "REPORTS", "PREPARED", "FRAMEWORKS"} {
		for _, dir := range p.spellings(v[name]) {
			pairs = append(pairs, dir, "$"+name)
		}
	}
	for i := 0; i < len(pairs); i += 2 {
		if strings.Contains(text, pairs[i]) {
			return strings.NewReplacer(pairs...).Replace(text)
		}
	}
	return text
}

// spellings returns how a directory outside the working directory may be named: absolutely, and
// from the working directory. None where there is no such directory.
func (p *place) spellings(dir string) []string {
	if dir == "" {
		return nil
	}
	relative, err := filepath.Rel(p.work, dir)
	if err != nil || !strings.HasPrefix(relative, "../") {
		return []string{dir}
	}
	return []string{dir, relative}
}
