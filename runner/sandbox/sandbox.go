// Package sandbox implements the wall around one step of student code. A Wall is opened once per
// runner process. Each Step runs behind it under its own uid (as root) or in its own user and PID
// namespaces, with limits, and leaves nothing behind.
//
// Paths are the same inside and outside: a path in Step.Read or Step.Dir is visible under the same
// name at every level.
package sandbox

import (
	"os"
	"syscall"
	"time"
)

// Level is the strength of the wall on this machine.
type Level string

// The levels, strongest first; see docs/security.md.
const (
	LevelNamespace Level = "namespace"
	LevelUID       Level = "uid"
)

// Step is one program to run behind the wall.
type Step struct {
	// Argv is the program and its arguments. A name without a slash is looked up
	// on the PATH of Env, never in the current directory.
	Argv []string
	// Dir is the working directory: a Scratch's Path or below it.
	Dir string
	// Env is the whole environment; nothing is inherited.
	Env []string
	// Read lists further paths (files or directories) that the step may read and execute, in
	// addition to the toolchain.
	Read []string
	// Write lists scratch directories, each from NewScratch, that the step owns while it runs.
	// Limits.Disk limits their growth.
	Write []*Scratch
	// Stdin is the standard input; nil means /dev/null.
	Stdin *os.File
	// Stdout, if set, is passed to the step unchanged, and Result.Stdout stays empty (for a
	// driver's crossed pipes); nil captures the output.
	Stdout *os.File
	// Alone states that no other step of this wall runs until this one has ended. The caller must
	// ensure that. In a container of its own such a step sees all of /proc at level uid; otherwise
	// only its first process sees itself there.
	Alone bool
	// LeaveTemp leaves /tmp and /dev/shm to a step that runs at the same time, where only one step
	// can use them, which is at level uid. Every step has its own TMPDIR.
	LeaveTemp bool
	// Background makes the step run only while nothing else on the machine needs the processor, if
	// a cgroup can do that. It may then wait longer for a processor than other steps. A program
	// that measures time itself should not run in the background.
	Background bool
	// MergeStderr sends standard error into the captured standard output.
	MergeStderr bool
	// OnOutput, if set, is called with each captured chunk as it arrives, by one goroutine at a
	// time. It must not block for long.
	OnOutput func(chunk []byte)
	Limits   Limits
}

// Limits limit a step; 0 means only the wall's own limit, if there is one.
type Limits struct {
	CPU       time.Duration // summed over all its processes
	Wall      time.Duration
	Memory    int64 // bytes resident, summed
	Processes int   // processes and threads
	Output    int64 // bytes of stdout, and of stderr
	Disk      int64 // bytes in its scratch directories
}

// Limit names the limit that ended a step; "" if none did.
type Limit string

// The limits.
const (
	LimitCPU    Limit = "cpu"
	LimitWall   Limit = "wall"
	LimitMemory Limit = "memory"
	LimitOutput Limit = "output"
	LimitDisk   Limit = "disk"
)

// Result describes how a step ended.
type Result struct {
	Exit   int            // exit status; valid if Signal is 0
	Signal syscall.Signal // of the step's first process
	Limit  Limit          // the limit that ended it, if any
	CPU    time.Duration  // summed
	Wall   time.Duration
	Memory int64  // the largest resident memory of all its processes together, in bytes (see memory.go)
	Disk   int64  // the largest measured size of its scratch directories, in bytes, including at its end
	Stdout []byte // at most Limits.Output bytes
	Stderr []byte
	Killed bool          // ended by Process.Kill or its context
	Ended  time.Duration // when its first process ended, on the monotonic clock: shows which of two steps ended first
}
