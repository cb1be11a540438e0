package docker

import (
	"bytes"
	"context"
	"errors"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

// lowSpace says that Docker's file system is nearly full, which ends every container.
const lowSpace = "space"

// errHarmed is the scheduler.ErrLowSpace of a container that has run: it was ended, or may have lacked space.
var errHarmed = schema.Wrapf(schema.CodeUnavailable, scheduler.ErrLowSpace, "%s", schema.MessageOf(scheduler.ErrLowSpace))

// leastBytes and leastInodes are what Docker's file system must have free. With less than fullBytes or fullInodes, it
// counts as full: a write may have failed between two looks.
const (
	leastBytes  = 512 << 20
	leastInodes = 10_000
	fullBytes   = 64 << 20
	fullInodes  = 1000
)

// Space is what a file system has free.
type Space struct{ Bytes, Inodes uint64 }

func (s Space) low() bool  { return s.Bytes < leastBytes || s.Inodes < leastInodes }
func (s Space) full() bool { return s.Bytes < fullBytes || s.Inodes < fullInodes }

// shortages counts the times that Docker's file system was found nearly full, and full.
type shortages struct{ low, full int64 }

func (a *Autograders) countShortages() shortages {
	return shortages{low: a.shortages.Load(), full: a.exhaustions.Load()}
}

// lowOnSpace returns what Docker's file system has free, and whether it is nearly full. A container can use room that its
// size does not show, by files that were unlinked and are open. It is never nearly full if the daemon's files are not on
// this machine.
// Every shortage is counted, because a container may end before its own loop looks.
func (a *Autograders) lowOnSpace() (Space, bool) {
	free, known := a.space()
	low := known && free.low()
	if low {
		a.shortages.Add(1)
		if free.full() {
			a.exhaustions.Add(1)
		}
	}
	return free, low
}

// needSpace returns scheduler.ErrLowSpace if Docker's file system is nearly full. No container is started then.
func (a *Autograders) needSpace() error {
	free, low := a.lowOnSpace()
	if !low {
		return nil
	}
	a.logShortage(free)
	return scheduler.ErrLowSpace
}

func (a *Autograders) logShortage(free Space) {
	a.Logger.Error("Docker's file system is nearly full, which ends autograders; make room, or remove images: grader admin images", "directory", a.root, "bytes", free.Bytes, "inodes", free.Inodes)
}

// overlappedShortage reports whether Docker's file system was nearly full at some moment since before, which are the
// shortages when the container started. It looks once more, because a container may end between two looks.
func (a *Autograders) overlappedShortage(before shortages) (shortage, bool) {
	free, low := a.lowOnSpace()
	return shortage{free: free, alone: low && a.running.Load() == 1}, a.shortages.Load() != before.low
}

// repeatAlone calls run, and once more if a shortage may have harmed the container. The second one runs alone: nobody
// else's container can harm it, and if it fills the disk, filledDisk can tell.
func repeatAlone(t *turn, run func() error) error {
	err := run()
	if errors.Is(err, errHarmed) {
		t.again()
		err = run()
	}
	return err
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
	full  bool // at some moment it was full, so that writes may have failed
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

// causedShortage reports whether a container that ran alone and stayed within its limits filled the disk nevertheless:
// without its files there was room, or it was the only one, and its end has made room.
func (a *Autograders) causedShortage(end *containerEnd, before shortage) bool {
	if before.free.Bytes < leastBytes && before.free.Bytes+uint64(max(end.disk, 0)) >= leastBytes {
		return true
	}
	after, known := a.space()
	return known && before.alone && !after.low()
}

// lacksSpace reports whether a text says that a write failed on a full disk.
func lacksSpace(text []byte) bool {
	text = bytes.ToLower(text)
	return bytes.Contains(text, []byte("no space left on device")) || bytes.Contains(text, []byte("enospc"))
}
