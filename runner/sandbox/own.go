package sandbox

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/schema"
)

// take gives the scratch to a step's uid, which has no process yet; -1 keeps the owner.
func (s *Scratch) take(uid int) error {
	if err := s.idle(); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if s.sealed {
		return schema.Errorf(schema.CodeConflict, "a sealed scratch directory cannot be written to")
	}
	if err := s.hand(uid); err != nil {
		return fmt.Errorf("hand over scratch: %w", err)
	}
	s.busy = true
	return nil
}

// hand changes the owner of everything in the scratch, unless uid is -1. Its three directories come
// last, so that no process of that uid can look into them before. Directories that the runner has
// written to get their stamp.
func (s *Scratch) hand(uid int) error {
	for _, name := range directories() {
		h := hander{from: s.owner, to: uid, stamps: s.fresh}
		if err := h.all(int(s.top.Fd()), name, s.fresh && name == workDir || uid >= 0 && s.owner != uid); err != nil {
			return err
		}
	}
	if uid >= 0 {
		s.owner = uid
	}
	s.fresh = false
	return nil
}

// release takes the scratch back. Its owner must have no process left. Its three directories become
// root's, so that the owner's next step cannot reach into it.
func (s *Scratch) release() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy = false
	if os.Getuid() != 0 || s.top == nil {
		return nil
	}
	for _, name := range directories() {
		fd, err := openDir(int(s.top.Fd()), name)
		if err != nil {
			return fmt.Errorf("take scratch back: %w", err)
		}
		err = errors.Join(unix.Fchown(fd, 0, 0), unix.Fchmod(fd, 0o700))
		closeFD(fd)
		if err != nil {
			return fmt.Errorf("take scratch back: %w", err)
		}
	}
	return nil
}

// hander changes the owner of files that belong to one uid, or that the runner has just written, to
// another uid; -1 keeps the owner.
type hander struct {
	from, to int
	stamps   bool // directories get their stamp
}

// all changes the owner of one directory and, if below is set, of everything in it.
func (h hander) all(top int, name string, below bool) error {
	fd, err := openDir(top, name)
	if err != nil {
		return err
	}
	defer closeFD(fd)
	if below {
		if err := walkBeneath(fd, h.visit); err != nil {
			return err
		}
	}
	if h.stamps {
		if err := StampSource.put(top, name); err != nil {
			return err
		}
	}
	if h.to < 0 {
		return nil
	}
	return unix.Fchown(fd, h.to, h.to)
}

func (h hander) visit(e *entry) error {
	if h.stamps && e.isDir() {
		if err := StampSource.put(e.parent, e.base); err != nil {
			return err
		}
	}
	uid := int(e.stat.Uid)
	if uid == h.to || h.to < 0 {
		return nil
	}
	// A file that also has another name must be the step's own. A hard link to another person's
	// file would otherwise become the student's.
	own := uid == h.from && uid != 0
	written := uid == os.Getuid() && (e.isDir() || e.stat.Nlink == 1)
	if !own && !written {
		return nil
	}
	return ignoreMissing(unix.Fchownat(e.parent, e.base, h.to, h.to, unix.AT_SYMLINK_NOFOLLOW))
}

// Seal makes everything in the scratch read-only, and readable for steps that name it (or something
// below it) in Step.Read. After that no step can own it.
func (s *Scratch) Seal() error {
	if err := s.idle(); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if s.sealed {
		return nil
	}
	if err := walkBeneath(s.fd(), sealEntry); err != nil {
		return fmt.Errorf("seal scratch: %w", err)
	}
	if err := sealOpen(s.fd(), 0o755); err != nil {
		return fmt.Errorf("seal scratch: %w", err)
	}
	if err := StampSource.put(int(s.top.Fd()), workDir); err != nil {
		return fmt.Errorf("seal scratch: %w", err)
	}
	s.sealed = true
	return nil
}

// sealEntry makes one file or directory the runner's and read-only for others. It does not change
// files with several names, because they may have been another person's.
func sealEntry(e *entry) error {
	switch {
	case e.isDir():
		fd, err := openDir(e.parent, e.base)
		if err != nil {
			return err
		}
		defer closeFD(fd)
		if err := sealOpen(fd, 0o755); err != nil {
			return err
		}
		return StampSource.put(e.parent, e.base)
	case e.isFile() && e.stat.Nlink == 1:
		f, err := openRegular(e.parent, e.base)
		if err != nil {
			return err
		}
		defer f.Close()
		return sealOpen(int(f.Fd()), 0o444|e.stat.Mode&0o100/0o100*0o111)
	}
	return nil
}

func sealOpen(fd int, mode uint32) error {
	if os.Getuid() == 0 {
		if err := unix.Fchown(fd, 0, 0); err != nil {
			return err
		}
	}
	return unix.Fchmod(fd, mode)
}
