package repo

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/grader/grader/schema"
)

// ExportTar writes a commit's tree as a tar of regular files (mode 0644 or 0755, fixed times, in
// git's order of paths). It does not use git archive, which obeys the tree's own .gitattributes.
// CodeLimit: the files, bytes or depth exceed the caps. CodeRefused: the tree has a symlink, a
// submodule or a name that cannot be a file. The output of a failed export has no end mark.
func (s *Store) ExportTar(ctx context.Context, id int64, commit string, w io.Writer) error {
	if err := checkObject(commit); err != nil {
		return err
	}
	o, err := s.objects(id)
	if err != nil {
		return err
	}
	defer o.close()
	tree, err := o.treeOf(commit)
	if err != nil {
		return err
	}
	e := &export{objects: o, left: s.o.Export, w: tar.NewWriter(w)}
	if err := e.directory(ctx, "", tree, 0); err != nil {
		return fmt.Errorf("export commit %s: %w", commit, err)
	}
	return e.w.Close()
}

// export writes one tree to a tar.
type export struct {
	objects objects
	left    Caps
	w       *tar.Writer
}

func (e *export) directory(ctx context.Context, at, tree string, depth int) error {
	if depth > e.left.Depth {
		return schema.Errorf(schema.CodeLimit, "directories are nested more than %d deep", e.left.Depth)
	}
	entries, err := e.objects.tree(tree)
	if err != nil {
		return err
	}
	seen := make(map[string]bool, len(entries))
	for _, entry := range entries {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		if err := checkName(entry.Name); err != nil || seen[entry.Name] {
			return errors.Join(err, schema.Errorf(schema.CodeRefused, "%q appears twice or is not a file name", schema.Sanitize(entry.Name)))
		}
		seen[entry.Name] = true
		if err := e.entry(ctx, path.Join(at, entry.Name), entry, depth); err != nil {
			return err
		}
	}
	return nil
}

func (e *export) entry(ctx context.Context, at string, entry object.TreeEntry, depth int) error {
	switch entry.Mode {
	case filemode.Dir:
		return e.directory(ctx, at, entry.Hash.String(), depth+1)
	case filemode.Regular, filemode.Deprecated:
		return e.file(at, entry.Hash.String(), 0o644)
	case filemode.Executable:
		return e.file(at, entry.Hash.String(), 0o755)
	default:
		return schema.Errorf(schema.CodeRefused, "%q is not a regular file", schema.Sanitize(at))
	}
}

func (e *export) file(at, blob string, mode int64) error {
	if e.left.Files--; e.left.Files < 0 {
		return schema.Errorf(schema.CodeLimit, "too many files to export")
	}
	return e.objects.copyBlob(blob, e.left.Bytes, func(size int64) (io.Writer, error) {
		e.left.Bytes -= size
		return e.w, e.w.WriteHeader(&tar.Header{
			Typeflag: tar.TypeReg, Name: at, Size: size, Mode: mode,
			ModTime: time.Unix(0, 0).UTC(), Format: tar.FormatPAX,
		})
	})
}

// checkName refuses a name that would leave the directory into which a tar is unpacked, or make
// that directory a repository. git's own check (receive.fsckObjects) runs earlier; this one does
// not rely on it.
func checkName(name string) error {
	if name == "" || name == "." || name == ".." || strings.EqualFold(name, ".git") || strings.ContainsAny(name, "/\x00") {
		return schema.Errorf(schema.CodeRefused, "%q cannot be the name of a file", schema.Sanitize(name))
	}
	return nil
}
