package grade

import (
	"context"
	"embed"
	"fmt"
	"strings"

	"github.com/grader/grader/runner/sandbox"
)

// launchers are what test frameworks are started by, so that their reports can be told from
// planted ones.
//
//go:embed frameworks/pytest_sealed.py
var launchers embed.FS

// pytestLauncher stands for "-m pytest" wherever a step sees $FRAMEWORKS.
const pytestLauncher = "pytest_sealed.py"

// launchersTree returns the launchers as a step sees them.
func (s *session) launchersTree(ctx context.Context) (*tree, error) {
	if s.launchers != nil {
		return s.launchers, nil
	}
	scratch, err := s.grader.Wall.NewScratch()
	if err != nil {
		return nil, fmt.Errorf("make launchers: %w", err)
	}
	t, err := s.seal(scratch, func(to *sandbox.Scratch) error {
		text, err := launchers.ReadFile("frameworks/" + pytestLauncher)
		if err != nil {
			return err
		}
		if s.wantsJUnit() {
			if err := s.sealJUnit(ctx, to); err != nil {
				return err
			}
		}
		return to.WriteFile(pytestLauncher, text, 0o644)
	})
	if err != nil {
		return nil, fmt.Errorf("make launchers: %w", err)
	}
	s.launchers = s.keep(t)
	return t, nil
}

// launched returns $PYTEST as it starts where the launchers are.
func launched(command, frameworks string) string {
	if frameworks == "" {
		return command
	}
	return strings.Replace(command, "-m pytest", frameworks+"/"+pytestLauncher, 1)
}
