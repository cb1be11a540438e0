package sandbox

import (
	"context"
)

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
