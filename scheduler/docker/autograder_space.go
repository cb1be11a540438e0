package docker

import (
	"context"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/schema"
)

// lowSpace says that Docker's file system is nearly full, which ends every container.
const lowSpace = "space"

// errLowSpace is the error of a container that was ended because of lowSpace.
var errLowSpace = schema.Errorf(schema.CodeUnavailable, "Docker's file system is nearly full; make room, or remove images: grader admin images")

// leastBytes and leastInodes are what Docker's file system must have free.
const (
	leastBytes  = 512 << 20
	leastInodes = 10_000
)

// Space is what a file system has free.
type Space struct{ Bytes, Inodes uint64 }

func (s Space) low() bool { return s.Bytes < leastBytes || s.Inodes < leastInodes }

// lowOnSpace returns what Docker's file system has free, and whether it is nearly full. A container can use room that its
// size does not show, by files that were unlinked and are open. It is never nearly full if the daemon's files are not on
// this machine.
// Every shortage is counted, because a container may end before its own loop looks.
func (a *Autograders) lowOnSpace() (Space, bool) {
	free, known := a.space()
	low := known && free.low()
	if low {
		a.shortages.Add(1)
	}
	return free, low
}

// overlappedShortage reports whether Docker's file system was nearly full at some moment since before, which is the number
// of shortages when the container started. It looks once more, because a container may end between two looks.
func (a *Autograders) overlappedShortage(before int64) (shortage, bool) {
	free, low := a.lowOnSpace()
	return shortage{free: free, alone: low && a.running.Load() == 1}, a.shortages.Load() != before
}

func (a *Autograders) space() (Space, bool) {
	if a.Free != nil {
		return a.Free()
	}
	var is unix.Statfs_t
	if a.root == "" || unix.Statfs(a.root, &is) != nil {
		return Space{}, false
	}
	free := Space{Bytes: is.Bavail * uint64(is.Bsize), Inodes: is.Ffree}
	if is.Files == 0 { // it has no limit
		free.Inodes = leastInodes
	}
	return free, true
}

// shortage is a moment at which Docker's file system was nearly full.
type shortage struct {
	free  Space
	alone bool // no other container existed
}

// filledDisk reports whether a container that was ended because of lowSpace is the one that filled the disk: its files are
// larger than its limit, or it was the only one, and its end has freed more than its limit.
func (a *Autograders) filledDisk(ctx context.Context, name string, most schema.StepLimits, end *containerEnd, before shortage) bool {
	a.measureOnce(ctx, name, end)
	if overLimit(*end, most) == limitDisk {
		return true
	}
	after, known := a.space()
	return known && most.Disk > 0 && before.alone && after.Bytes > before.free.Bytes+uint64(most.Disk)
}
