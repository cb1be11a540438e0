package grade

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/grader/grader/runner/sandbox"
)

// launchers are the programs that start test frameworks, so that genuine reports can be
// distinguished from planted ones.
//
//go:embed frameworks/pytest_sealed/*.py
var launchers embed.FS

// pytestLauncher is the directory of the program that replaces "-m pytest", relative to
// $FRAMEWORKS.
const pytestLauncher = "pytest_sealed"

// launchersTree returns the launchers as a step sees them.
func (s *materials) launchersTree(ctx context.Context) (*tree, error) {
	if s.launchers != nil {
		return s.launchers, nil
	}
	scratch, err := s.grader.Wall.NewScratch()
	if err != nil {
		return nil, fmt.Errorf("make launchers: %w", err)
	}
	t, err := s.seal(scratch, func(to *sandbox.Scratch) error {
		if s.wantsJUnit() {
			if err := s.sealJUnit(ctx, to); err != nil {
				return err
			}
		}
		return writeLaunchers(to)
	})
	if err != nil {
		return nil, fmt.Errorf("make launchers: %w", err)
	}
	s.launchers = s.keep(t)
	return t, nil
}

// writeLaunchers copies the launchers.
func writeLaunchers(to *sandbox.Scratch) error {
	dir := "frameworks/" + pytestLauncher
	entries, err := launchers.ReadDir(dir)
	for _, entry := range entries {
		text, readErr := launchers.ReadFile(path.Join(dir, entry.Name()))
		err = errors.Join(err, readErr, to.WriteFile(path.Join(pytestLauncher, entry.Name()), text, 0o644))
	}
	return err
}

// launched returns the value of $PYTEST that uses the launcher, if the launchers are present.
func launched(command, frameworks string) string {
	if frameworks == "" {
		return command
	}
	return strings.Replace(command, "-m pytest", frameworks+"/"+pytestLauncher, 1)
}
