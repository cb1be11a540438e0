package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/schema"
)

// longestName bounds the length in bytes of a copied path below a scratch. The kernel's own limit
// of 4096 applies to whole paths, including the directories above.
const longestName = 1024

var errIrregular = errors.New("not a regular file with one link")

// ReadFile reads a regular file with one link. CodeNotFound: it does not exist. CodeInvalid: it is
// not a regular file with one link. CodeLimit: it is longer than max bytes; the first max bytes are
// returned.
func (s *Scratch) ReadFile(name string, max int64) ([]byte, error) {
	clean, err := cleanName(name)
	if err != nil {
		return nil, err
	}
	if err := s.idle(); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	f, err := openRegular(s.fd(), clean)
	if errors.Is(err, errIrregular) {
		return nil, &schema.Error{Code: schema.CodeInvalid, Message: fmt.Sprintf("%q is not a regular file", name), Err: err}
	}
	if err != nil {
		return nil, s.explain(name, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, max+1))
	if err == nil && int64(len(data)) > max {
		return data[:max], schema.Errorf(schema.CodeLimit, "%q is longer than %d bytes", name, max)
	}
	return data, s.explain(name, err)
}

// openRegular opens a regular file with one link. It does not block on a FIFO, and never opens a
// device.
func openRegular(dir int, name string) (*os.File, error) {
	handle, err := openBeneath(dir, name, unix.O_PATH, 0)
	if err != nil {
		return nil, err
	}
	defer closeFD(handle)
	if err := regular(handle); err != nil {
		return nil, err
	}
	fd, err := openBeneath(dir, name, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if errors.Is(err, unix.EACCES) {
		// An ordinary user's runner cannot open its own file if the mode forbids reading. The
		// handle refers to the file that was checked.
		link := "/proc/self/fd/" + strconv.Itoa(handle)
		if err := unix.Chmod(link, 0o600); err != nil {
			return nil, err
		}
		fd, err = unix.Open(link, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	}
	if err != nil {
		return nil, err
	}
	if err := regular(fd); err != nil {
		closeFD(fd)
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}

func regular(fd int) error {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG || st.Nlink != 1 {
		return errIrregular
	}
	return nil
}

// CopyOut copies the regular files of the scratch into dir, a directory of the runner (or another
// scratch's Path), with their execute bits and stamps. It returns the names that it did not copy:
// links, devices, and names that are too deep, too long or not UTF-8. CodeLimit: a limit on files
// or bytes was reached; the files copied before remain.
func (s *Scratch) CopyOut(dir string, c Caps) ([]Skipped, error) {
	if err := s.idle(); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	to, err := os.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("copy out: %w", err)
	}
	defer to.Close()
	o := copier{caps: c, to: int(to.Fd())}
	if err := walkBeneath(s.fd(), o.visit); err != nil {
		return o.skipped, fmt.Errorf("copy out: %w", err)
	}
	return o.skipped, nil
}

// copier copies the entries that it visits into the directory to.
type copier struct {
	caps    Caps
	to      int
	files   int
	bytes   int64
	skipped []Skipped
}

func (o *copier) visit(e *entry) error {
	if why := o.unfit(e); why != "" {
		o.skipped = append(o.skipped, Skipped{Name: e.rel, Why: why})
		return o.count(0)
	}
	if e.isDir() {
		return nil // created once a file in it is copied
	}
	if err := o.count(e.stat.Size); err != nil {
		return err
	}
	return o.copy(e)
}

// unfit returns why an entry is not copied, or "" if it is.
func (o *copier) unfit(e *entry) string {
	switch {
	case !utf8.ValidString(e.base) || bytes.ContainsAny([]byte(e.base), "\n\r\x00\x1b"):
		return "its name is not ordinary text"
	case e.isDir():
		return ""
	case o.caps.Depth > 0 && e.depth > o.caps.Depth:
		return "it lies too deep"
	case len(e.rel) > longestName:
		return "its path is too long"
	case e.stat.Mode&unix.S_IFMT == unix.S_IFLNK:
		return "it is a symbolic link"
	case !e.isFile():
		return "it is not a regular file"
	case e.stat.Nlink != 1:
		return "it has several names (hard links)"
	}
	return ""
}

func (o *copier) count(bytes int64) error {
	o.files++
	o.bytes += bytes
	if o.caps.Files > 0 && o.files > o.caps.Files {
		return schema.Errorf(schema.CodeLimit, "more than %d files", o.caps.Files)
	}
	if o.caps.Bytes > 0 && o.bytes > o.caps.Bytes {
		return schema.Errorf(schema.CodeLimit, "more than %d bytes of files", o.caps.Bytes)
	}
	return nil
}

func (o *copier) copy(e *entry) error {
	from, err := openRegular(e.parent, e.base)
	if err != nil {
		return err
	}
	defer from.Close()
	at := StampOf(time.Unix(e.stat.Mtim.Unix()))
	return createBeneath(o.to, e.rel, fileAttributes{e.stat.Mode&0o111 != 0, at}, func(f *os.File) error {
		_, err := io.Copy(f, io.LimitReader(from, e.stat.Size))
		return err
	})
}
