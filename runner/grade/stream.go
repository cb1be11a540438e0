package grade

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/schema/assignment"
)

// maxInMemory bounds the size of an input that is kept in memory, in bytes.
const maxInMemory = 16 << 20

// stream returns data as an unnamed file for standard input. A program that has it may open it
// again, as /dev/stdin, and read from the beginning.
func (g *Grader) stream(data []byte) (*os.File, error) {
	return g.streamFrom(bytes.NewReader(data), int64(len(data)))
}

// streamFrom is like stream, for the content of a file. Landlock lets a program reopen a file only
// if it is in memory; for a large file that would use too much memory.
func (g *Grader) streamFrom(source io.Reader, length int64) (*os.File, error) {
	w, err := g.nameless(length)
	if err != nil {
		return nil, fmt.Errorf("temporary file: %w", err)
	}
	defer closeFile(w)
	if _, err := io.Copy(w, source); err != nil {
		return nil, fmt.Errorf("temporary file: %w", err)
	}
	if err := w.Chmod(0o444); err != nil {
		return nil, fmt.Errorf("temporary file: %w", err)
	}
	r, err := os.Open(fmt.Sprintf("/proc/self/fd/%d", w.Fd()))
	if err != nil {
		return nil, fmt.Errorf("temporary file: %w", err)
	}
	return r, nil
}

// nameless creates an empty file without a name.
func (g *Grader) nameless(length int64) (*os.File, error) {
	if length <= maxInMemory {
		fd, err := unix.MemfdCreate("input", unix.MFD_CLOEXEC)
		if err == nil {
			return os.NewFile(uintptr(fd), "input"), nil
		}
	}
	f, err := os.CreateTemp(g.Dir, "stream-")
	if err != nil {
		return nil, err
	}
	return f, os.Remove(f.Name())
}

// input opens an Input of the assignment. It returns nil if the input is absent.
func (s *workspace) input(in assignment.Input) (*os.File, error) {
	switch {
	case !in.Set:
		return nil, nil
	case in.File != "":
		return s.open(in.File)
	}
	return s.grader.stream([]byte(in.Text))
}

// open opens a copy of a file of the tests repository, because a program can reopen its files
// through /proc. It would otherwise always learn the file's path, and, if steps run under the
// runner's own uid, could write to the input that later tests and the checker read.
func (s *workspace) open(name string) (*os.File, error) {
	f, err := os.Open(filepath.Join(s.job.Tests, filepath.FromSlash(name)))
	if err != nil {
		return nil, fmt.Errorf("tests repository: %w", err)
	}
	defer closeFile(f)
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("tests repository: %w", err)
	}
	return s.grader.streamFrom(f, info.Size())
}

// read reads a file of the tests repository.
func (s *workspace) read(name string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(s.job.Tests, filepath.FromSlash(name)))
	if err != nil {
		return nil, fmt.Errorf("tests repository: %w", err)
	}
	return data, nil
}

// content returns the content of an Input.
func (s *workspace) content(in assignment.Input) ([]byte, error) {
	if in.File != "" {
		return s.read(in.File)
	}
	return []byte(in.Text), nil
}
