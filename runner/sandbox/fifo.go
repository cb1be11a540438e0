package sandbox

import (
	"os"
	"path"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Pipe creates a named pipe and opens both ends for the runner. The next step owns the pipe like
// the files. A Read waits for the step's output, and returns the end of file once w is closed and
// all processes of the step have ended. The caller must close both ends.
func (s *Scratch) Pipe(name string) (r, w *os.File, err error) {
	err = s.change(name, func(clean string) error {
		dir, err := parentBeneath(s.fd(), clean)
		if err != nil {
			return err
		}
		defer closeFD(dir)
		return unix.Mkfifoat(dir, path.Base(clean), 0o600)
	})
	if err != nil {
		return nil, nil, err
	}
	file := filepath.Join(s.path, name)
	if r, err = os.OpenFile(file, os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOFOLLOW, 0); err != nil {
		return nil, nil, s.explain(name, err)
	}
	if w, err = os.OpenFile(file, os.O_WRONLY|unix.O_NONBLOCK|unix.O_NOFOLLOW, 0); err != nil {
		r.Close()
		return nil, nil, s.explain(name, err)
	}
	return r, w, nil
}
