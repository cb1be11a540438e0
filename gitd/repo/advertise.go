package repo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// learnCapabilities asks git once which capabilities its receive-pack has, so that Advertise does
// not start a process.
func (s *Store) learnCapabilities() error {
	dir, err := os.MkdirTemp(s.o.Dir, ".ask-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := writeBare(dir); err != nil {
		return err
	}
	out, err := s.git(context.Background(), command{
		args: []string{"receive-pack", "--http-backend-info-refs", dir},
		env:  environment(s.receiveSettings(mainRef)), max: 4 << 10,
	})
	if err != nil {
		return fmt.Errorf("git's capabilities: %w", err)
	}
	before, after, found := bytes.Cut(out, []byte(" capabilities^{}\x00"))
	line, rest, ended := bytes.Cut(after, []byte("\n"))
	if !found || !ended || len(before) != 4+len(NoCommit) || string(rest) != "0000" {
		return errors.New("git's capabilities: unexpected advertisement")
	}
	s.capabilities = string(line)
	return nil
}

// Advertise writes the same as git receive-pack advertises for the repository, without running git:
// main, git's capabilities, and a flush. It creates the repository if it does not exist.
func (s *Store) Advertise(id int64, w io.Writer) error {
	if _, err := s.Path(id); err != nil {
		return err
	}
	commit, err := s.Head(id)
	if err != nil {
		return err
	}
	line := commit + " " + mainRef + "\x00" + s.capabilities + "\n"
	if commit == NoCommit {
		line = NoCommit + " capabilities^{}\x00" + s.capabilities + "\n"
	}
	_, err = fmt.Fprintf(w, "%04x%s0000", len(line)+4, line)
	return err
}
