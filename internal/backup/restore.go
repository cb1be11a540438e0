package backup

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

// staging is the directory inside the data directory in which a backup is unpacked and checked.
const staging = "restore.tmp"

// maxJSON is the maximum size of a list in the backup, in bytes.
const maxJSON = 1 << 30

// Restore restores a backup into a data directory that is empty or does not exist. It checks all files before it moves
// them into place. If the backup is damaged, Restore leaves the directory empty. CodeConflict: the directory is not
// empty. CodeInvalid: the file is not a complete backup. CodeRefused: the backup was changed. Restore logs long work and
// damaged rows to logger, which may be nil.
func Restore(ctx context.Context, r io.Reader, dir string, keys []string, tell func(Progress), logger *slog.Logger) (report Report, err error) {
	if err := emptyDirectory(dir); err != nil {
		return report, err
	}
	temporary := filepath.Join(dir, staging)
	if err := os.Mkdir(temporary, 0o700); err != nil {
		return report, fmt.Errorf("restore: %w", err)
	}
	defer os.RemoveAll(temporary)
	u := &unpacking{dir: temporary, keys: keys, repos: repo.Archive{Dir: filepath.Join(temporary, filepath.Clean(repositories))}, tell: tell, logger: logger, seen: make(map[string]file)}
	if err := u.unpack(ctx, tar.NewReader(r)); err != nil {
		return report, err
	}
	if report, err = u.inspect(ctx); err != nil {
		return report, err
	}
	return report, moveUp(temporary, dir)
}

// emptyDirectory creates a private directory. If the directory exists, it must be empty.
func emptyDirectory(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return schema.Wrapf(schema.CodeUnavailable, err, "restore: %s", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return schema.Wrapf(schema.CodeUnavailable, err, "restore: %s", err)
	}
	for _, entry := range entries {
		switch entry.Name() {
		case "lost+found": // exists at the root of a separate file system
			continue
		case staging:
			return schema.Errorf(schema.CodeConflict, "%s holds an interrupted restore; remove %s, and restore again", dir, filepath.Join(dir, staging))
		}
		return schema.Errorf(schema.CodeConflict, "%s is not empty: it holds %s; name a new directory, or move what is there away", dir, entry.Name())
	}
	return os.Chmod(dir, 0o700)
}

// moveUp moves the unpacked files into place. The database comes last, so that a directory without it is not mistaken for a
// restored one.
func moveUp(from, to string) error {
	d, err := os.Open(to)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer d.Close()
	if err := unix.Syncfs(int(d.Fd())); err != nil { // one sync for all of the files
		return fmt.Errorf("restore: %w", err)
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int {
		return boolOrder(a.Name() == databaseName) - boolOrder(b.Name() == databaseName)
	})
	for _, entry := range entries {
		if err := os.Rename(filepath.Join(from, entry.Name()), filepath.Join(to, entry.Name())); err != nil {
			return fmt.Errorf("restore: %w", err)
		}
	}
	return d.Sync()
}

func boolOrder(b bool) int {
	if b {
		return 1
	}
	return 0
}

// unpacking is the state of one restore.
type unpacking struct {
	dir      string
	keys     []string
	repos    repo.Archive
	tell     func(Progress)
	seen     map[string]file
	head     head
	late     []schema.RecordedPush
	progress Progress
	logger   *slog.Logger
}

// errIncomplete returns the error for a truncated backup.
func errIncomplete(members int) error {
	return schema.Errorf(schema.CodeInvalid, "the backup is incomplete: the file ends after %d of its members; copy it again from where it was made", members)
}

func (u *unpacking) unpack(ctx context.Context, r *tar.Reader) error {
	for {
		header, err := r.Next()
		switch {
		case errors.Is(err, io.EOF) && u.head.Format == 0, errors.Is(err, tar.ErrHeader) && len(u.seen) == 0:
			return errNoBackup()
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return errIncomplete(len(u.seen))
		case err != nil:
			return schema.Wrapf(schema.CodeRefused, err, "the backup is damaged after %d of its members: %s", len(u.seen), err)
		case ctx.Err() != nil:
			return context.Cause(ctx)
		}
		last, err := u.member(header, r)
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return errIncomplete(len(u.seen))
		}
		if err != nil {
			return err
		}
		if last {
			return u.after(r)
		}
	}
}

func errNoBackup() error {
	return schema.Errorf(schema.CodeInvalid, "the file is not a backup that grader admin backup made")
}

// after returns an error if anything follows the manifest.
func (u *unpacking) after(r *tar.Reader) error {
	header, err := r.Next()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		return schema.Errorf(schema.CodeRefused, "%q follows the end of the backup", schema.Sanitize(header.Name))
	}
	return errIncomplete(len(u.seen))
}

// member unpacks one member. last reports whether it was the manifest; member has then checked that
// all members match it.
func (u *unpacking) member(header *tar.Header, r io.Reader) (last bool, err error) {
	name := header.Name
	if header.Typeflag != tar.TypeReg {
		return false, schema.Errorf(schema.CodeRefused, "%q is not a regular file", schema.Sanitize(name))
	}
	if _, twice := u.seen[name]; twice {
		return false, schema.Errorf(schema.CodeRefused, "%q is in the backup twice", schema.Sanitize(name))
	}
	if (name == headName) != (len(u.seen) == 0) {
		return false, errNoBackup()
	}
	switch name {
	case manifestName:
		var m manifest
		if err := readJSON(r, &m); err != nil {
			return false, err
		}
		return true, u.compare(m)
	case headName:
		return false, u.list(header, r, &u.head)
	case lateName:
		return false, u.list(header, r, &u.late)
	}
	place, err := u.place(name)
	if err != nil {
		return false, err
	}
	return false, u.write(header, r, place)
}

// place returns the path to which a member is unpacked.
func (u *unpacking) place(name string) (string, error) {
	if inside, ok := strings.CutPrefix(name, repositories); ok {
		return u.repos.Place(inside)
	}
	if name == databaseName || slices.Contains(u.keys, name) {
		return filepath.Join(u.dir, name), nil
	}
	return "", schema.Errorf(schema.CodeRefused, "%q does not belong to a backup", schema.Sanitize(name))
}

// list decodes a member that contains JSON.
func (u *unpacking) list(header *tar.Header, r io.Reader, to any) error {
	sum := sha256.New()
	if err := readJSON(io.TeeReader(r, sum), to); err != nil {
		return err
	}
	u.seen[header.Name] = file{header.Name, header.Size, hex.EncodeToString(sum.Sum(nil))}
	if u.head.Format != format {
		return schema.Errorf(schema.CodeRefused, "the backup has format %d, and this grader reads %d; use the grader that made it (%s)", u.head.Format, format, schema.Sanitize(u.head.Grader))
	}
	return nil
}

func readJSON(r io.Reader, to any) error {
	text, err := io.ReadAll(io.LimitReader(r, maxJSON))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, to); err != nil {
		return schema.Wrapf(schema.CodeRefused, err, "the backup is damaged: %s", err)
	}
	return nil
}

func (u *unpacking) write(header *tar.Header, r io.Reader, place string) error {
	// The HEAD and config of the backup replace those of the new repository.
	f, err := os.OpenFile(place, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(f, sum), r)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("restore %s: %w", header.Name, err)
	}
	u.seen[header.Name] = file{header.Name, header.Size, hex.EncodeToString(sum.Sum(nil))}
	u.progress.Bytes += header.Size
	if u.tell != nil {
		u.tell(u.progress)
	}
	return nil
}

// compare compares the unpacked members with the manifest.
func (u *unpacking) compare(m manifest) error {
	for _, want := range m.Files {
		got, there := u.seen[want.Path]
		switch {
		case !there:
			return schema.Errorf(schema.CodeRefused, "%q is missing in the backup", schema.Sanitize(want.Path))
		case got != want:
			return schema.Errorf(schema.CodeRefused, "%q was damaged or changed after the backup was made", schema.Sanitize(want.Path))
		}
	}
	if len(m.Files) != len(u.seen) {
		return schema.Errorf(schema.CodeRefused, "the backup has %d members, and its manifest names %d", len(u.seen), len(m.Files))
	}
	if _, there := u.seen[databaseName]; !there {
		return errNoBackup()
	}
	return nil
}

// inspect opens the database, which migrates it, and compares it with the repositories.
func (u *unpacking) inspect(ctx context.Context) (report Report, err error) {
	st, err := store.Open(ctx, filepath.Join(u.dir, databaseName), store.Options{Logger: u.logger})
	if err != nil {
		return report, fmt.Errorf("restore: %w", err)
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if err := st.BreakChains(ctx); err != nil {
		return report, fmt.Errorf("restore: %w", err)
	}
	c := comparison{store: st, repos: u.repos, report: Report{MadeAt: u.head.MadeAt}}
	err = c.run(ctx, u.late)
	return c.report, err
}
