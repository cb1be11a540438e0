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

// maxInMemory is how large an input is kept in memory, in bytes.
const maxInMemory = 16 << 20

// stream returns data as a file to read standard input from. It has no name, and whoever has it
// may open it once more, as /dev/stdin, to read from its begin.
func (g *Grader) stream(data []byte) (*os.File, error) {
	return g.streamFrom(bytes.NewReader(data), int64(len(data)))
}

// streamFrom is stream for what is read from a file. Landlock lets a file be opened once more
// that is in memory alone; a large one is not worth that.
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

// nameless makes an empty file without a name.
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

// input opens an Input of the assignment; nil is an absent one.
func (s *session) input(in assignment.Input) (*os.File, error) {
	switch {
	case !in.Set:
		return nil, nil
	case in.File != "":
		return s.open(in.File)
	}
	return s.grader.stream([]byte(in.Text))
}

// open opens a copy of a file of the tests repository. Whoever is handed a file can open
// it once more through /proc: where steps run under the runner's own uid, a program would
// write to the input that later tests and the checker read, and everywhere it would learn
// the file's path.
func (s *session) open(name string) (*os.File, error) {
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
func (s *session) read(name string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(s.job.Tests, filepath.FromSlash(name)))
	if err != nil {
		return nil, fmt.Errorf("tests repository: %w", err)
	}
	return data, nil
}

// content returns what an Input holds.
func (s *session) content(in assignment.Input) ([]byte, error) {
	if in.File != "" {
		return s.read(in.File)
	}
	return []byte(in.Text), nil
}
