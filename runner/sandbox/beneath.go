package sandbox

import (
	"errors"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/schema"
)

// deepest is the greatest depth to which a tree of students' files is followed; each level holds a
// descriptor open.
const deepest = 512

var errTooDeep = errors.New("more than " + strconv.Itoa(deepest) + " directories deep")

// openBeneath opens name below the directory without following any link.
func openBeneath(dir int, name string, flags int, mode uint64) (int, error) {
	how := unix.OpenHow{
		Flags: uint64(flags) | unix.O_CLOEXEC | unix.O_NOFOLLOW, Mode: mode,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_XDEV,
	}
	for {
		fd, err := unix.Openat2(dir, name, &how)
		if err != unix.EINTR && err != unix.EAGAIN {
			return fd, err
		}
	}
}

// cleanName checks a name from the runner: it must be relative and stay below the directory.
func cleanName(name string) (string, error) {
	clean := path.Clean(name)
	if name == "" || clean == "." || path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../") || strings.ContainsRune(clean, 0) {
		return "", schema.Errorf(schema.CodeInvalid, "%q is not a name beneath a scratch directory", name)
	}
	return clean, nil
}

// makeDirs makes the directory and those above it.
func makeDirs(dir int, name string) error {
	if name == "." {
		return nil
	}
	for i := 0; i <= len(name); i++ {
		if i < len(name) && name[i] != '/' {
			continue
		}
		if err := makeDir(dir, name[:i]); err != nil {
			return err
		}
	}
	return nil
}

func makeDir(dir int, name string) error {
	parent, base := path.Split(name)
	fd := dir
	if parent != "" {
		opened, err := openBeneath(dir, path.Clean(parent), unix.O_PATH|unix.O_DIRECTORY, 0)
		if err != nil {
			return err
		}
		defer closeFD(opened)
		fd = opened
	}
	err := unix.Mkdirat(fd, base, 0o700)
	switch {
	case errors.Is(err, unix.EEXIST):
		return nil
	case err != nil:
		return err
	}
	return unix.Fchmodat(fd, base, 0o700, 0) // independent of the runner's umask
}

// parentBeneath creates and opens the directory of name.
func parentBeneath(dir int, name string) (int, error) {
	above := path.Dir(name)
	if err := makeDirs(dir, above); err != nil {
		return -1, err
	}
	return openBeneath(dir, above, unix.O_PATH|unix.O_DIRECTORY, 0)
}

// fileAttributes holds the attributes of a regular file besides its content.
type fileAttributes struct {
	execute bool
	stamp   Stamp
}

// createBeneath creates a regular file, replacing any existing file of that name, and writes its
// content.
func createBeneath(dir int, name string, a fileAttributes, fill func(*os.File) error) error {
	parent, err := parentBeneath(dir, name)
	if err != nil {
		return err
	}
	defer closeFD(parent)
	base := path.Base(name)
	if err := ignoreMissing(unix.Unlinkat(parent, base, 0)); err != nil {
		return err
	}
	fd, err := openBeneath(parent, base, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	f := os.NewFile(uintptr(fd), name)
	mode := os.FileMode(0o600)
	if a.execute {
		mode = 0o700
	}
	err = errors.Join(f.Chmod(mode), fill(f)) // independent of the umask
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return a.stamp.put(parent, base)
}

// entry is one name in a tree, as lstat sees it. Parent is open while visit runs.
type entry struct {
	parent int
	base   string
	rel    string
	depth  int // number of directories above it
	stat   unix.Stat_t
}

func (e *entry) isDir() bool { return e.stat.Mode&unix.S_IFMT == unix.S_IFDIR }

func (e *entry) isFile() bool { return e.stat.Mode&unix.S_IFMT == unix.S_IFREG }

// walkBeneath visits everything below the directory, sorted by name, directories before their
// content. It never follows a link, and skips names that vanish during the walk.
func walkBeneath(dir int, visit func(*entry) error) error { return walkLevel(dir, "", 0, visit) }

func walkLevel(dir int, rel string, depth int, visit func(*entry) error) error {
	if depth > deepest {
		return errTooDeep
	}
	names, err := namesIn(dir)
	if err != nil {
		return err
	}
	slices.Sort(names) // directory order depends on the file system
	for _, name := range names {
		e := entry{parent: dir, base: name, rel: path.Join(rel, name), depth: depth}
		if err := unix.Fstatat(dir, name, &e.stat, unix.AT_SYMLINK_NOFOLLOW); err != nil {
			continue
		}
		if err := visit(&e); err != nil {
			return err
		}
		if e.isDir() {
			if err := walkBelow(&e, visit); err != nil {
				return err
			}
		}
	}
	return nil
}

func walkBelow(e *entry, visit func(*entry) error) error {
	fd, err := openDir(e.parent, e.base)
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP) {
		return nil // another file has replaced it
	}
	if err != nil {
		return err
	}
	defer closeFD(fd)
	return walkLevel(fd, e.rel, e.depth+1, visit)
}

// openDir opens a directory for reading. If its mode forbids that even to its owner, openDir
// changes the mode first (only an ordinary user needs that).
func openDir(parent int, base string) (int, error) {
	const flags = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC | unix.O_NONBLOCK
	fd, err := unix.Openat(parent, base, flags, 0)
	if !errors.Is(err, unix.EACCES) {
		return fd, err
	}
	handle, err := unix.Openat(parent, base, unix.O_PATH|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	defer closeFD(handle)
	link := "/proc/self/fd/" + strconv.Itoa(handle)
	if err := unix.Chmod(link, 0o700); err != nil {
		return -1, err
	}
	return unix.Open(link, flags&^unix.O_NOFOLLOW, 0)
}

// namesIn lists a directory.
func namesIn(dir int) ([]string, error) {
	fd, err := unix.Openat(dir, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), "directory")
	defer f.Close()
	return f.Readdirnames(-1)
}

// removeBeneath removes everything below the directory. It moves trees that are too deep up first,
// so that a few descriptors suffice for any depth.
func removeBeneath(top int) error {
	for {
		moved, err := removeLevel(top, top, 0)
		if err != nil || !moved {
			return err
		}
	}
}

func removeLevel(top, dir, depth int) (moved bool, err error) {
	names, err := namesIn(dir)
	if err != nil {
		return false, err
	}
	for i, name := range names {
		m, err := removeName(top, dir, name, depth, i)
		moved = moved || m
		if err != nil {
			return moved, err
		}
	}
	return moved, nil
}

func removeName(top, dir int, name string, depth, number int) (moved bool, err error) {
	err = unix.Unlinkat(dir, name, 0)
	if !errors.Is(err, unix.EISDIR) && !errors.Is(err, unix.EPERM) && !errors.Is(err, unix.EACCES) {
		return false, ignoreMissing(err)
	}
	fd, err := openDir(dir, name)
	if err != nil {
		return false, ignoreMissing(err)
	}
	defer closeFD(fd)
	if depth == deepest/2 {
		return true, unix.Renameat(dir, name, top, ".up-"+strconv.Itoa(number)+"-"+randomName())
	}
	// An ordinary user may lack write permission on its own directory.
	_ = unix.Fchmod(fd, 0o700)
	moved, err = removeLevel(top, fd, depth+1)
	if err != nil {
		return moved, err
	}
	return moved, ignoreMissing(unix.Unlinkat(dir, name, unix.AT_REMOVEDIR))
}

func ignoreMissing(err error) error {
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	return err
}
