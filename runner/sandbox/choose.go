package sandbox

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/grader/grader/schema"
)

// levels returns the levels at which steps can run, strongest first.
func levels() []Level { return []Level{LevelNamespace, LevelUID} }

// choose tries the levels, strongest first, and chooses the first whose self-test passes.
func (w *Wall) choose(ctx context.Context, o Options) error {
	least := o.Min
	if least == "" {
		least = LevelUID
	}
	var failures string
	for _, l := range levels() {
		if o.Level != "" && l != o.Level || slices.Index(levels(), l) > slices.Index(levels(), least) {
			continue
		}
		err := w.selfTest(ctx, l)
		if err == nil {
			w.level, w.mounts = l, w.forkers[0].mounts
			return nil
		}
		failures += fmt.Sprintf("; level %s: %v", l, err)
	}
	return schema.Errorf(schema.CodeUnavailable, "this machine offers no wall of level %s or stronger%s", least, failures)
}

// selfTest runs /bin/true as a step at the level.
func (w *Wall) selfTest(ctx context.Context, l Level) error {
	if l == LevelUID && os.Getuid() != 0 {
		return schema.Errorf(schema.CodeUnavailable, "setresuid needs root")
	}
	if l != LevelNamespace && w.abi == 0 {
		return schema.Errorf(schema.CodeUnavailable, "landlock_create_ruleset: this kernel has no Landlock")
	}
	w.level = l
	s, err := w.NewScratch()
	if err != nil {
		return err
	}
	r, err := w.Run(ctx, Step{Argv: []string{"/bin/true"}, Dir: s.Path(), Write: []*Scratch{s}})
	if removed := s.Remove(); err == nil {
		err = removed
	}
	if err == nil && (r.Exit != 0 || r.Signal != 0) {
		err = fmt.Errorf("/bin/true ended with status %d, signal %d", r.Exit, r.Signal)
	}
	return err
}
