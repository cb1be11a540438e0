package sandbox

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"
)

// emptiesKept is the number of emptied scratch directories that a wall keeps: one for the case that
// is prepared next, and a spare one.
const emptiesKept = 2

// recycle empties a discarded scratch directory and keeps it for NewScratch, because making four
// new directories takes a large part of a small case's time. It returns false, and leaves the
// directory to be removed, if the directories show any trace of their use.
func (w *Wall) recycle(s *Scratch) bool {
	next := s.emptied()
	if next == nil {
		return false
	}
	if !w.keep(next) {
		next.removeOrLog()
	}
	return true
}

// keep keeps an emptied directory, which Close removes. It returns false if the wall no longer
// wants one.
func (w *Wall) keep(s *Scratch) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed || len(w.empties) >= emptiesKept {
		return false
	}
	w.scratches[s] = struct{}{}
	w.empties = append(w.empties, s)
	return true
}

// reused returns an emptied scratch directory, or nil.
func (w *Wall) reused() *Scratch {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := len(w.empties)
	if n == 0 || w.closed {
		return nil
	}
	s := w.empties[n-1]
	w.empties = w.empties[:n-1]
	return s
}

// emptied moves the emptied directories to a new Scratch with another name; s has none afterwards.
// It returns nil if they cannot be used again.
func (s *Scratch) emptied() *Scratch {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy || s.top == nil {
		return nil
	}
	names, err := namesIn(int(s.top.Fd()))
	if err != nil || len(names) != len(directories()) {
		return nil
	}
	for _, name := range directories() {
		if !s.blankAgain(name) {
			return nil
		}
	}
	top := filepath.Join(s.wall.dir, randomName())
	if os.Rename(s.top.Name(), top) != nil {
		return nil
	}
	next := &Scratch{wall: s.wall, path: filepath.Join(top, workDir), owner: os.Getuid(), fresh: true}
	if err := next.open(top); err != nil {
		s.wall.logger.Error("scratch directory not used again", "error", err)
		_ = os.Rename(top, s.top.Name()) // it is removed under its old name
		return nil
	}
	_, _ = s.work.Close(), s.top.Close() // used only for reading
	s.top, s.sealed = nil, true
	s.wall.forget(s)
	return next
}

// blankAgain empties one of the three directories and reports whether its mode, owner, size and
// attributes are those of a new one. Its times are set when a step gets it.
func (s *Scratch) blankAgain(name string) bool {
	fd, err := openDir(int(s.top.Fd()), name)
	if err != nil {
		return false
	}
	defer closeFD(fd)
	var st unix.Stat_t
	if removeBeneath(fd) != nil || unix.Fstat(fd, &st) != nil || blankOf(&st) != s.blank {
		return false
	}
	attributes := make([]byte, 1024)
	n, err := unix.Flistxattr(fd, attributes)
	return errors.Is(err, unix.ENOTSUP) || err == nil && !slices.ContainsFunc(bytes.Split(attributes[:n], []byte{0}), given)
}

// given reports whether a step may have set the file attribute of that name.
func given(name []byte) bool { return len(name) > 0 && !bytes.HasPrefix(name, []byte("security.")) }

// blank holds the properties of an empty directory that a step can change and stat shows, except
// its times, which are set anew.
type blank struct {
	mode, uid, gid uint32
	links          uint64
	size, blocks   int64
}

func blankOf(st *unix.Stat_t) blank {
	return blank{st.Mode, st.Uid, st.Gid, uint64(st.Nlink), st.Size, st.Blocks}
}
