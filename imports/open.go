package imports

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// These limits on a package are larger than every known package, but small enough to protect the machine.
const (
	maxEntries   = 50_000
	maxBytes     = 4 << 30
	maxEntry     = 1 << 30
	maxDepth     = 40
	maxNameBytes = 255
)

// Package is an opened package of another system.
type Package struct {
	FS    fs.FS
	Name  string // name of the directory, or of the archive without its extension
	close func() error
}

// Close releases the opened file or directory.
func (p *Package) Close() error { return p.close() }

// Open opens a directory, or a zip file after checking all of its entries. It follows links only inside the directory.
// CodeInvalid: an entry is refused; the error names it.
func Open(name string) (*Package, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, schema.Wrapf(schema.CodeNotFound, err, "%s", err)
	}
	if info.IsDir() {
		return openDir(name)
	}
	return openZip(name)
}

func openDir(name string) (*Package, error) {
	absolute, err := filepath.Abs(name)
	if err != nil {
		return nil, fmt.Errorf("open package: %w", err)
	}
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, fmt.Errorf("open package: %w", err)
	}
	return &Package{FS: root.FS(), Name: filepath.Base(absolute), close: root.Close}, nil
}

func openZip(name string) (*Package, error) {
	r, err := zip.OpenReader(name)
	if err != nil {
		return nil, schema.Wrapf(schema.CodeInvalid, err, "%s is neither a directory nor a zip file: %s", name, err)
	}
	if err := judgeZip(r.File); err != nil {
		_ = r.Close()
		return nil, err
	}
	p := &Package{FS: &r.Reader, Name: strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)), close: r.Close}
	return p, nil
}

// judgeZip refuses an archive that is too large, or that has entries other than files and directories.
func judgeZip(entries []*zip.File) error {
	if len(entries) > maxEntries {
		return schema.Errorf(schema.CodeInvalid, "the archive has %d entries; %d is the most", len(entries), maxEntries)
	}
	seen := map[string]string{}
	var sum uint64
	for _, e := range entries {
		if why := refusedEntry(e); why != "" {
			return schema.Errorf(schema.CodeInvalid, "archive entry %q %s", truncateName(e.Name), why)
		}
		sum += e.UncompressedSize64
		if sum > maxBytes {
			return schema.Errorf(schema.CodeInvalid, "archive entry %q: up to it the files have %d bytes; %d is the most", truncateName(e.Name), sum, int64(maxBytes))
		}
		key := strings.TrimSuffix(schema.NormalPath(e.Name), "/")
		if first, twice := seen[key]; twice && !strings.HasSuffix(e.Name, "/") {
			return schema.Errorf(schema.CodeInvalid, "archive entry %q has the name of an earlier entry, %q", truncateName(e.Name), truncateName(first))
		}
		seen[key] = e.Name
		for dir := path.Dir(key); dir != "."; dir = path.Dir(dir) {
			if file, ok := seen[dir]; ok && !strings.HasSuffix(file, "/") {
				return schema.Errorf(schema.CodeInvalid, "archive entry %q lies below %q, which is a file", truncateName(e.Name), truncateName(file))
			}
		}
	}
	return nil
}

// refusedEntry returns why an entry is refused, "" if it is allowed.
func refusedEntry(e *zip.File) string {
	mode := e.Mode()
	switch {
	case !utf8.ValidString(e.Name):
		return "has a name that is not UTF-8; pack the archive again with UTF-8 names"
	case mode&fs.ModeSymlink != 0:
		return "is a symbolic link; put the file in its place"
	case !mode.IsDir() && !mode.IsRegular():
		return "is not a regular file"
	case e.Flags&1 != 0:
		return "is encrypted; pack the archive again without a password"
	case e.Method != zip.Store && e.Method != zip.Deflate:
		return fmt.Sprintf("is compressed by method %d; use store or deflate", e.Method)
	case e.UncompressedSize64 > maxEntry:
		return fmt.Sprintf("has %d bytes; %d is the most", e.UncompressedSize64, maxEntry)
	}
	return refusedName(strings.TrimSuffix(e.Name, "/"))
}

// refusedName returns why an archive may not contain a path, "" if the path is allowed.
func refusedName(name string) string {
	switch {
	case strings.Contains(name, `\`):
		return "has a backslash in its name; pack the archive again with / between directories"
	case strings.HasPrefix(name, "/") || len(name) > 1 && name[1] == ':':
		return "has an absolute path; pack the archive again with paths below its top"
	case !fs.ValidPath(name) || name == ".":
		return "has a path that leads out of the archive or is not plain"
	case strings.Count(name, "/") > maxDepth:
		return fmt.Sprintf("lies more than %d directories deep", maxDepth)
	case strings.IndexFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\ufffd' }) >= 0:
		return "has a control character or a byte that is not UTF-8 in its name"
	}
	for part := range strings.SplitSeq(name, "/") {
		if len(part) > maxNameBytes {
			return fmt.Sprintf("has a name longer than %d bytes", maxNameBytes)
		}
	}
	return ""
}

func truncateName(s string) string {
	if len(s) > 120 {
		return s[:120] + "…"
	}
	return s
}

// Entry is a regular file of a package.
type Entry struct {
	Name       string
	Executable bool
	Size       int64
}

// List returns the regular files of a package below dir, sorted by name. It includes the targets of links inside the
// package. broken holds the other links. It skips files that file managers create.
func List(fsys fs.FS, dir string) (files []Entry, broken []string, err error) {
	w := walker{fsys: fsys}
	if err := w.walk(dir, 0); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	slices.SortFunc(w.files, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	return w.files, w.broken, nil
}

type walker struct {
	fsys   fs.FS
	files  []Entry
	broken []string
	bytes  int64
}

func (w *walker) walk(dir string, depth int) error {
	if depth > maxDepth {
		return schema.Errorf(schema.CodeInvalid, "%s lies more than %d directories deep; does a link lead back?", truncateName(dir), maxDepth)
	}
	entries, err := fs.ReadDir(w.fsys, dir)
	if err != nil {
		return fmt.Errorf("list %s: %w", dir, err)
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if e.Name() == ".git" || assignment.TraceOf(name) != "" || assignment.TraceOf(name+"/x") != "" {
			continue
		}
		info, err := fs.Stat(w.fsys, name)
		switch {
		case err != nil:
			w.broken = append(w.broken, name)
		case info.IsDir():
			err = w.walk(name, depth+1)
			if err != nil {
				return err
			}
		case info.Mode().IsRegular():
			if err := w.add(name, info); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *walker) add(name string, info fs.FileInfo) error {
	w.files = append(w.files, Entry{Name: name, Executable: info.Mode()&0o111 != 0, Size: info.Size()})
	w.bytes += info.Size()
	switch {
	case len(w.files) > maxEntries:
		return schema.Errorf(schema.CodeInvalid, "%s: the package has more than %d files", truncateName(name), maxEntries)
	case w.bytes > maxBytes:
		return schema.Errorf(schema.CodeInvalid, "%s: up to it the files have %d bytes; %d is the most", truncateName(name), w.bytes, int64(maxBytes))
	}
	return nil
}

// ReadText reads a file. The error is CodeInvalid if it has more than most bytes.
func ReadText(fsys fs.FS, name string, most int64) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, schema.Wrapf(schema.CodeNotFound, err, "%s cannot be read: %s", name, errors.Unwrap(err))
	}
	defer func() { _ = f.Close() }()
	content, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, schema.Wrapf(schema.CodeInvalid, err, "read %s: %s", name, err)
	}
	if int64(len(content)) > most {
		return nil, schema.Errorf(schema.CodeInvalid, "%s is longer than %d bytes", name, most)
	}
	return content, nil
}
