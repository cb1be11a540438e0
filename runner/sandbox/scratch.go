package sandbox

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/schema"
)

// The directories of a scratch: the step's own directory, and those that it sees as its temporary
// directory and its shared memory. These are in the scratch so that they count towards its disk use
// and are removed with it.
const (
	workDir   = "work"
	tempDir   = "tmp"
	sharedDir = "shm"
)

// directories returns the names of the three directories of every scratch.
func directories() []string { return []string{workDir, tempDir, sharedDir} }

// Scratch is a directory that students' programs write to. Root never follows a link in it. Root
// changes it only while no process of its owner lives, with one exception: Discard removes it while
// a later step of the owner may run. That step cannot reach it, because its three directories are
// closed.
//
// Names are relative and slash-separated and must stay beneath Path. A name that leaves it, or
// leads through a link, is CodeInvalid.
type Scratch struct {
	wall  *Wall
	top   *os.File // the directory that contains the three
	work  *os.File
	path  string
	blank blank // its three directories when they were made

	mu     sync.Mutex
	busy   bool // a step owns it
	sealed bool
	fresh  bool // the runner has written to it since a step owned it
	owner  int  // the uid that owns its content
}

// Caps limits what CopyOut copies; 0 is no limit.
type Caps struct {
	Files int   // regular files
	Bytes int64 // their bytes together
	Depth int   // directories above a file
}

// Skipped is a name that CopyOut did not copy, and the reason in words for people.
type Skipped struct {
	Name string // relative to the scratch directory, unchanged
	Why  string
}

// newScratch creates the directories below dir, to which only the runner may write.
func newScratch(w *Wall, dir string) (*Scratch, error) {
	top := filepath.Join(dir, randomName())
	s := &Scratch{wall: w, path: filepath.Join(top, workDir), owner: os.Getuid(), fresh: true}
	if err := os.Mkdir(top, 0o711); err != nil {
		return nil, fmt.Errorf("scratch: %w", err)
	}
	if err := os.Chmod(top, 0o711); err != nil {
		return nil, fmt.Errorf("scratch: %w", err)
	}
	for _, name := range directories() {
		if err := os.Mkdir(filepath.Join(top, name), 0o700); err != nil {
			return nil, fmt.Errorf("scratch: %w", err)
		}
	}
	return s, s.open(top)
}

func (s *Scratch) open(top string) error {
	var err error
	if s.top, err = os.Open(top); err != nil {
		return fmt.Errorf("scratch: %w", err)
	}
	if s.work, err = os.Open(s.path); err != nil {
		s.top.Close()
		return fmt.Errorf("scratch: %w", err)
	}
	var st unix.Stat_t
	if err := unix.Fstat(s.fd(), &st); err != nil {
		return errors.Join(fmt.Errorf("scratch: %w", err), s.work.Close(), s.top.Close())
	}
	s.blank = blankOf(&st)
	return nil
}

// randomName returns a name that cannot be guessed.
func randomName() string {
	b := make([]byte, 16)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// Path returns the absolute path of the step's own directory.
func (s *Scratch) Path() string { return s.path }

func (s *Scratch) fd() int { return int(s.work.Fd()) }

// beside returns the path of its temporary or shared directory.
func (s *Scratch) beside(name string) string { return filepath.Join(filepath.Dir(s.path), name) }

// idle locks the scratch for the runner; it fails while a step owns it.
func (s *Scratch) idle() error {
	s.mu.Lock()
	if s.busy {
		s.mu.Unlock()
		return schema.Errorf(schema.CodeConflict, "a step owns the scratch directory")
	}
	return nil
}

// Mkdir creates a directory and its parents.
func (s *Scratch) Mkdir(name string) error {
	return s.change(name, func(clean string) error { return makeDirs(s.fd(), clean) })
}

// WriteFile writes a regular file with StampMade and creates the directories above it. It replaces
// an existing file. It uses only the owner's execute bit of mode.
func (s *Scratch) WriteFile(name string, data []byte, mode os.FileMode) error {
	return s.change(name, func(clean string) error {
		return createBeneath(s.fd(), clean, attributes(mode, StampMade), func(f *os.File) error {
			_, err := f.Write(data)
			return err
		})
	})
}

// CopyIn copies the regular file src, which belongs to the runner, to name and gives it the stamp.
// It uses only the owner's execute bit of mode.
func (s *Scratch) CopyIn(name, src string, mode os.FileMode, at Stamp) error {
	return s.change(name, func(clean string) error {
		from, err := os.Open(src)
		if err != nil {
			return err
		}
		defer from.Close()
		return createBeneath(s.fd(), clean, attributes(mode, at), func(f *os.File) error {
			_, err := io.Copy(f, from)
			return err
		})
	})
}

// attributes returns the attributes of a file. It uses only the owner's execute bit of mode.
func attributes(mode os.FileMode, at Stamp) fileAttributes {
	return fileAttributes{execute: mode&0o100 != 0, stamp: at}
}

// Symlink makes name a symbolic link to target, which is not checked.
func (s *Scratch) Symlink(target, name string) error {
	return s.change(name, func(clean string) error {
		dir, err := parentBeneath(s.fd(), clean)
		if err != nil {
			return err
		}
		defer closeFD(dir)
		return unix.Symlinkat(target, dir, path.Base(clean))
	})
}

// change runs f on the cleaned name while no step owns the scratch.
func (s *Scratch) change(name string, f func(clean string) error) error {
	clean, err := cleanName(name)
	if err != nil {
		return err
	}
	if err := s.idle(); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if s.sealed {
		return schema.Errorf(schema.CodeConflict, "the scratch directory is sealed")
	}
	s.fresh = true
	return s.explain(name, f(clean))
}

// explain adds the code to an error of the file system.
func (s *Scratch) explain(name string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.ENOENT):
		return &schema.Error{Code: schema.CodeNotFound, Message: fmt.Sprintf("there is no file %q", name), Err: err}
	case errors.Is(err, unix.ELOOP), errors.Is(err, unix.ENOTDIR), errors.Is(err, unix.EXDEV), errors.Is(err, unix.ENAMETOOLONG):
		return &schema.Error{Code: schema.CodeInvalid, Message: fmt.Sprintf("%q is not a regular file beneath the directory", name), Err: err}
	}
	return fmt.Errorf("scratch %s: %w", strconv.Quote(name), err)
}

// Remove removes the directory and everything below it, with any names, modes and depth.
func (s *Scratch) Remove() error {
	if err := s.idle(); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if s.top == nil {
		return nil
	}
	name := s.top.Name()
	err := removeBeneath(int(s.top.Fd()))
	err = errors.Join(err, s.work.Close(), s.top.Close(), os.Remove(name))
	s.top = nil
	s.sealed = true
	s.wall.forget(s)
	if err != nil {
		return fmt.Errorf("remove scratch: %w", err)
	}
	return nil
}

// Discard removes the directory in the background, or empties it for a later scratch with another
// name. No step can own this one any more. AwaitRemovals and Close wait for the removal. If the
// directory is in memory, its files count towards the memory of the next step until they are
// removed; Discard then removes it before it returns.
func (s *Scratch) Discard() {
	w := s.wall
	if w.inMemory {
		s.removeOrLog()
		return
	}
	s.mu.Lock()
	s.sealed = true
	s.mu.Unlock()
	w.removing <- struct{}{}
	go func() {
		defer func() { <-w.removing }()
		if !w.recycle(s) {
			s.removeOrLog()
		}
	}()
}

func (s *Scratch) removeOrLog() {
	if err := s.Remove(); err != nil {
		s.wall.logger.Error("scratch directory not removed", "error", err)
	}
}
