package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/grader/grader/runner/sandbox"
)

// family is a package of many equal runs that `grader check` grades. The time of a run is the time of many, minus the
// time of one, divided by the number.
type family struct {
	dir       string // of the submission
	many, one string // tests repositories
	n         int    // of the runs in many
	hand      string // a shell command that does the same n runs in the directory many
	floor     string // its name
	what      string // a run's name
}

// measure measures every grader at every level, in turns with the shell command, and prints the rows.
func (f family) measure(ctx context.Context, b *bench) error {
	graders, err := binaries()
	if err != nil {
		return err
	}
	levels, err := b.levels(ctx)
	if err != nil {
		return err
	}
	floor, measured := &costs{}, map[string]*costs{}
	for round := range b.runs + 1 {
		hand, _, err := b.meter.costOf(ctx, f.many, "/bin/sh", "-c", f.hand)
		if err != nil {
			return err
		}
		if round > 0 { // the first round warms the caches
			floor.add(hand.each(f.n))
		}
		for _, level := range levels {
			for _, g := range graders {
				t, err := f.run(ctx, b, g, level)
				if err != nil {
					return fmt.Errorf("%s at level %s: %w", g.name, level, err)
				}
				key := g.name + level
				if measured[key] == nil {
					measured[key] = &costs{}
				}
				if round > 0 {
					measured[key].add(t)
				}
			}
		}
	}
	floor.print(f.floor, nil)
	for _, level := range levels {
		for _, g := range graders {
			measured[g.name+level].print(fmt.Sprintf("%s with %s, level %s", f.what, g.name, level), floor)
		}
		if len(graders) > 1 {
			measured[graders[0].name+level].against(measured[graders[1].name+level])
		}
	}
	return nil
}

// run returns the time of a run.
func (f family) run(ctx context.Context, b *bench, g binary, level string) (took, error) {
	submission := filepath.Join(b.dir, f.dir)
	all, _, err := g.check(ctx, b.meter, f.many, submission, f.many+".pins", level)
	if err != nil {
		return took{}, err
	}
	single, _, err := g.check(ctx, b.meter, f.one, submission, f.one+".pins", level)
	return all.minus(single).each(f.n - 1), err
}

// levels returns the levels of the sandbox that are possible here.
func (b *bench) levels(ctx context.Context) ([]string, error) {
	var possible []string
	var failure error
	for _, level := range []sandbox.Level{sandbox.LevelUID, sandbox.LevelNamespace} {
		w, err := sandbox.Open(ctx, sandbox.Options{Dir: filepath.Join(b.dir, "level-"+string(level)), Level: level})
		if err != nil {
			failure = errors.Join(failure, err)
			continue
		}
		possible = append(possible, string(level))
		if err := w.Close(); err != nil {
			return nil, err
		}
	}
	if len(possible) == 0 {
		return nil, failure
	}
	return possible, nil
}
