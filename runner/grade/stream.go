package grade

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/grader/grader/schema/assignment"
)

// stream returns data as a file to read standard input from. It has no name any more
// and cannot be written to.
func (g *Grader) stream(data []byte) (*os.File, error) {
	return g.streamFrom(bytes.NewReader(data))
}

// streamFrom is stream for what is read from a file.
func (g *Grader) streamFrom(source io.Reader) (*os.File, error) {
	w, err := os.CreateTemp(g.Dir, "stream-")
	if err != nil {
		return nil, fmt.Errorf("temporary file: %w", err)
	}
	defer os.Remove(w.Name())
	_, err = io.Copy(w, source)
	if e := w.Close(); err == nil {
		err = e
	}
	if err != nil {
		return nil, fmt.Errorf("temporary file: %w", err)
	}
	r, err := os.Open(w.Name())
	if err != nil {
		return nil, fmt.Errorf("temporary file: %w", err)
	}
	return r, nil
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
	return s.grader.streamFrom(f)
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
