package sandbox

import (
	"context"
	"log/slog"
)

// Options configure a Wall.
type Options struct {
	// Dir is where scratch directories are made; it must be on a file system that
	// allows execution unless steps only read there. It is created 0711.
	Dir string
	// Min is the weakest level to accept; Open fails below it. "" is LevelUID.
	Min Level
	// Level forces a level (for tests); "" is the strongest that the self-test finds.
	Level Level
	// Slots is how many steps may run at once (a driver and its client are two);
	// 0 is 2. As root each slot has its own uid, from a block that no other
	// process on this machine holds.
	Slots int
	// Toolchain are more directories that every step may read and execute, besides
	// /usr, /bin, /lib and /opt.
	Toolchain []string
	// Block is the number of the block of uids that the scheduler leased to this
	// runner, from 1; 0 takes a free one of this machine.
	Block int
	// Logger is told of what a person should look at, such as quarantined slots.
	Logger *slog.Logger
}

// Wall runs steps. Its methods may be called from several goroutines.
type Wall struct {
	level Level
}

// Open chooses the level by a self-test, leases a block of uids (as root) and
// sweeps what an earlier owner of the block left.
func Open(ctx context.Context, o Options) (*Wall, error) { panic("unwritten") }

// Level returns the level in force.
func (w *Wall) Level() Level { return w.level }

// Run runs one step to its end and returns how it ended. An error means that the
// wall itself failed (CodeInternal) or that the program could not be found
// (CodeNotFound); nothing the student's program does is an error. When Run
// returns, no process of the step is left.
func (w *Wall) Run(ctx context.Context, s Step) (Result, error) { panic("unwritten") }

// Start starts a step; Wait must be called once.
func (w *Wall) Start(ctx context.Context, s Step) (*Process, error) { panic("unwritten") }

// Process is a started step.
type Process struct{}

// Kill ends the step and all its processes; Wait then reports Killed.
func (p *Process) Kill() {}

// Wait waits until the step and all its processes are gone.
func (p *Process) Wait() (Result, error) { panic("unwritten") }

// NewScratch makes an empty directory with an unguessable name that a step can
// own. Before a step owns it, the runner fills it through Scratch's methods.
func (w *Wall) NewScratch() (*Scratch, error) { panic("unwritten") }

// Probe reports what this machine can do, level by level.
func Probe(ctx context.Context) Report { panic("unwritten") }

// Report is what Probe found, strongest level first.
type Report struct {
	Best     Level    // "" when nothing but LevelWeak works
	Kernel   string   // release
	Landlock int      // ABI; 0 is none
	Cgroup   string   // "v1", "v2" or "": how memory and CPU are counted exactly
	Findings []string // one line each, for people
	Levels   []LevelReport
}

// LevelReport says whether a level works here.
type LevelReport struct {
	Level  Level
	Works  bool
	Failed string // the call that failed, and how
	Remedy string // what a person can do about it
}

// Close ends whatever still runs, removes all scratch directories and gives the
// block of uids back.
func (w *Wall) Close() error { return nil }
