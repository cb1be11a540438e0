package runner

import (
	"context"
	"log/slog"
	"time"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// Engine grades one job. *grade.Grader implements it and documents the contract.
type Engine interface {
	Grade(ctx context.Context, j grade.Job, o grade.Observer) (schema.Result, error)
}

// Station holds what a runner opens before it asks for its job, so that the first step starts at
// once.
type Station struct {
	Engine Engine
	Wall   string       // the wall's level
	Image  string       // id of the toolchain
	Close  func() error // nil: nothing to close
}

// Opener opens a station; dir is the runner's own directory (0700).
type Opener func(ctx context.Context, dir string) (*Station, error)

// OpenWall opens the real station: the wall with the options, and the engine with this
// machine's toolchain.
func OpenWall(o sandbox.Options, clock func() time.Time, logger *slog.Logger) Opener {
	return func(ctx context.Context, dir string) (*Station, error) {
		grader, err := grade.Open(ctx, dir, o, clock, logger)
		if err != nil {
			return nil, err
		}
		return &Station{Engine: grader, Wall: string(grader.Wall.Level()), Image: grader.Image.ID, Close: grader.Close}, nil
	}
}

// Caps limits the trees that a runner unpacks.
type Caps struct {
	Submission, Tests, Prepared grade.Caps
}

// DefaultCaps returns generous limits, because an assignment's own limits are checked at the push.
func DefaultCaps() Caps {
	return Caps{
		Submission: grade.Caps{Files: 20_000, Bytes: 512 << 20, Depth: 64},
		Tests:      grade.Caps{Files: 100_000, Bytes: 2 << 30, Depth: 64},
		Prepared:   grade.Caps{Files: 100_000, Bytes: 1 << 30, Depth: 64},
	}
}
