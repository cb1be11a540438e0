package grade

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"
	"golang.org/x/text/unicode/norm"

	"github.com/grader/grader/schema"
)

// maxPath is the maximum length in bytes of a path that Unpack accepts; the kernel's own limit is
// 4096.
const maxPath = 1024

// Unpack unpacks a tar of regular files below dir, which must be empty. It uses openat2 and accepts
// no links, no devices and no names outside dir. Names get the form of schema.NormalPath.
// CodeInvalid: the tar is malformed or has such an entry. CodeLimit: it exceeds the limits.
func Unpack(r io.Reader, dir string, c Caps) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("unpack: %w", err)
	}
	if len(entries) > 0 {
		return schema.Errorf(schema.CodeInvalid, "unpack: the directory is not empty")
	}
	root, err := unix.Open(dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("unpack: open directory: %w", err)
	}
	defer func() { _ = unix.Close(root) }()
	u := unpacker{root: root, caps: c, made: map[string]bool{".": true}, renamed: map[string]bool{}}
	return u.all(tar.NewReader(r))
}

// unpacker is one Unpack in progress.
type unpacker struct {
	root int // descriptor of the directory
	caps Caps
	made map[string]bool // directories

	renamed map[string]bool // files whose name had another form, by the normal form
	files   int
	bytes   int64
}

// all unpacks every entry.
func (u *unpacker) all(t *tar.Reader) error {
	for {
		header, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return schema.Wrapf(schema.CodeInvalid, err, "unpack: not a tar: %s", err)
		}
		if err := u.entry(header, t); err != nil {
			return err
		}
	}
}

// entry unpacks one entry.
func (u *unpacker) entry(h *tar.Header, content io.Reader) error {
	if h.Typeflag == tar.TypeXGlobalHeader {
		return nil
	}
	name, err := u.check(h.Name)
	if err != nil {
		return err
	}
	switch h.Typeflag {
	case tar.TypeDir:
		return u.directory(schema.NormalPath(name))
	case tar.TypeReg:
		if name == "." {
			return schema.Errorf(schema.CodeInvalid, "unpack: a file without a name")
		}
		return u.file(u.normal(name), h, content)
	}
	return schema.Errorf(schema.CodeInvalid, "unpack: %q is not a regular file", h.Name)
}

// normal returns the name in its normal form. If an old submission contains a name in both forms,
// the second one becomes decomposed.
func (u *unpacker) normal(name string) string {
	normal, decomposed := schema.NormalPath(name), norm.NFD.String(name)
	if normal == decomposed {
		return normal
	}
	if u.renamed[normal] {
		return decomposed
	}
	u.renamed[normal] = true
	return normal
}

// check returns the name in its clean form.
func (u *unpacker) check(name string) (string, error) {
	clean := path.Clean(strings.TrimSuffix(name, "/"))
	switch {
	case name == "" || path.IsAbs(name) || clean == ".." || strings.HasPrefix(clean, "../") || strings.ContainsRune(name, 0):
		return "", schema.Errorf(schema.CodeInvalid, "unpack: %q is not a name beneath the directory", name)
	case len(clean) > maxPath || u.caps.Depth > 0 && strings.Count(clean, "/") > u.caps.Depth:
		return "", schema.Errorf(schema.CodeLimit, "unpack: the name %q is too long or too deep", schema.Excerpt(clean, 100))
	}
	return clean, nil
}

// count counts one more file or directory.
func (u *unpacker) count() error {
	u.files++
	if u.caps.Files > 0 && u.files > u.caps.Files {
		return schema.Errorf(schema.CodeLimit, "unpack: more than %d files", u.caps.Files)
	}
	return nil
}

// directory creates a directory and its parents.
func (u *unpacker) directory(name string) error {
	if u.made[name] {
		return nil
	}
	if err := u.directory(path.Dir(name)); err != nil {
		return err
	}
	if err := u.count(); err != nil {
		return err
	}
	parent, err := u.open(path.Dir(name), unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(parent) }()
	if err := unix.Mkdirat(parent, path.Base(name), 0o755); err != nil {
		return unpackError(name, err)
	}
	u.made[name] = true
	return nil
}

// file creates a regular file and the directories above it.
func (u *unpacker) file(name string, h *tar.Header, content io.Reader) error {
	if err := u.directory(path.Dir(name)); err != nil {
		return err
	}
	if err := u.count(); err != nil {
		return err
	}
	if u.caps.Bytes > 0 && (h.Size > u.caps.Bytes-u.bytes) {
		return schema.Errorf(schema.CodeLimit, "unpack: more than %s", size(u.caps.Bytes))
	}
	u.bytes += h.Size
	mode := uint64(0o644)
	if h.Mode&0o100 != 0 {
		mode = 0o755
	}
	fd, err := u.open(name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW, mode)
	if err != nil {
		return err
	}
	f := os.NewFile(uintptr(fd), name)
	if err := f.Chmod(os.FileMode(mode)); err != nil { // independent of the umask
		_ = f.Close()
		return fmt.Errorf("unpack: %w", err)
	}
	if _, err := io.CopyN(f, content, h.Size); err != nil {
		_ = f.Close()
		return schema.Wrapf(schema.CodeInvalid, err, "unpack: %q breaks off: %s", name, err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("unpack: %w", err)
	}
	return nil
}

// open opens a name below the directory without following any link.
func (u *unpacker) open(name string, flags int, mode uint64) (int, error) {
	fd, err := unix.Openat2(u.root, name, &unix.OpenHow{
		Flags:   uint64(flags | unix.O_CLOEXEC),
		Mode:    mode,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS,
	})
	if err != nil {
		return -1, unpackError(name, err)
	}
	return fd, nil
}

// unpackError adds the code to the error of a failed call. A name that exists already or is
// impossible is the archive's fault.
func unpackError(name string, err error) error {
	switch {
	case errors.Is(err, unix.EEXIST), errors.Is(err, unix.ENOTDIR), errors.Is(err, unix.ENAMETOOLONG), errors.Is(err, unix.EILSEQ), errors.Is(err, unix.EINVAL):
		return schema.Wrapf(schema.CodeInvalid, err, "unpack: %q cannot be made: %s", name, err)
	}
	return fmt.Errorf("unpack: %w", err)
}
