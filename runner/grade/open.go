package grade

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/grader/grader/runner/sandbox"
)

// Open opens a grader on this machine's toolchain, with its wall and a directory for trusted files
// below dir. dir belongs to the caller (0700).
func Open(ctx context.Context, dir string, o sandbox.Options, clock func() time.Time, logger *slog.Logger) (*Grader, error) {
	trusted := filepath.Join(dir, "trusted")
	if err := os.Mkdir(trusted, 0o700); err != nil {
		return nil, fmt.Errorf("trusted files: %w", err)
	}
	image, err := DetectImage(ctx)
	if err != nil {
		return nil, fmt.Errorf("toolchain: %w", err)
	}
	o.Expect = append(o.Expect, image.shown()...)
	wall, err := sandbox.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	return &Grader{Wall: wall, Image: image, Dir: trusted, Clock: clock, Logger: logger}, nil
}

// Close closes the wall.
func (g *Grader) Close() error { return g.Wall.Close() }
