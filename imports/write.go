package imports

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// NotesFile is the file in the tests repository that holds the notes of an import.
const NotesFile = "IMPORTED.md"

// WriteTo writes the tests repository into a directory that is empty or does not exist. comment, one line, becomes the
// first line of assignment.yaml. WriteTo then reads the result as a push would, and returns its errors.
func (b *Bundle) WriteTo(dir, comment string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("make %s: %w", dir, err)
		}
	case err != nil:
		return schema.Wrapf(schema.CodeInvalid, err, "%s", err)
	case len(entries) > 0:
		return schema.Errorf(schema.CodeConflict, "%s is not empty; name a new directory", dir)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("open %s: %w", dir, err)
	}
	defer func() { _ = root.Close() }()
	for _, name := range b.Names() {
		if err := b.writeFile(root, name); err != nil {
			return err
		}
	}
	if err := b.WriteAssignment(dir, comment); err != nil {
		return err
	}
	if _, err := assignment.Load(assignment.DirFiles(dir), assignment.Context{}); err != nil {
		return schema.Wrapf(schema.CodeInternal, err, "what was written is not read back: %s", err)
	}
	return nil
}

// WriteAssignment writes assignment.yaml and the notes, and replaces existing ones.
func (b *Bundle) WriteAssignment(dir, comment string) error {
	text, err := b.Assignment.YAML(comment)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, assignment.Filename), text, 0o644); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	if len(b.Notes) == 0 {
		return nil
	}
	var notes strings.Builder
	notes.WriteString("# What the import changed\n\n")
	for _, n := range b.Notes {
		fmt.Fprintf(&notes, "- %s\n", n)
	}
	if err := os.WriteFile(filepath.Join(dir, NotesFile), []byte(notes.String()), 0o644); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

func (b *Bundle) writeFile(root *os.Root, name string) error {
	if err := root.MkdirAll(filepath.Dir(filepath.FromSlash(name)), 0o755); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	in, err := b.Open(name)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer func() { _ = in.Close() }()
	mode := fs.FileMode(0o644)
	if b.Executable(name) {
		mode = 0o755
	}
	out, err := root.OpenFile(filepath.FromSlash(name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	copied, err := io.Copy(out, io.LimitReader(in, maxEntry+1))
	if err = errors.Join(err, out.Close()); err != nil {
		return schema.Wrapf(schema.CodeInvalid, err, "write %s: %s", name, err)
	}
	if copied > maxEntry {
		return schema.Errorf(schema.CodeInvalid, "%s has more than %d bytes", name, maxEntry)
	}
	return nil
}
