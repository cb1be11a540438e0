package imports

import (
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/grader/grader/schema"
)

// Bundle is a tests repository that has not been written yet.
type Bundle struct {
	Assignment Assignment
	Notes      []Note
	files      map[string]File
}

// File is one file of a bundle: a copy of a file of the package, or text.
type File struct {
	From       fs.FS
	Name       string // name in From
	Text       []byte // if From is nil
	Executable bool
}

// NoteKind says what an import did with a property of the package.
type NoteKind string

// These are the kinds of notes.
const (
	Lost    NoteKind = "not carried over" // the tests repository lacks it
	Changed NoteKind = "changed"          // the tests repository does it in another way
	Hint    NoteKind = "note"             // useful to know
)

// Note is one sentence about a file or key of a package.
type Note struct {
	Kind  NoteKind
	Where string // a file or key of the package, "" for the whole package
	Text  string
}

// String returns the note as one line.
func (n Note) String() string {
	if n.Where == "" {
		return fmt.Sprintf("%s: %s", n.Kind, n.Text)
	}
	return fmt.Sprintf("%s: %s: %s", n.Kind, n.Where, n.Text)
}

// Note adds a note unless the bundle already has it.
func (b *Bundle) Note(kind NoteKind, where, format string, args ...any) {
	n := Note{Kind: kind, Where: where, Text: fmt.Sprintf(format, args...)}
	if !slices.Contains(b.Notes, n) {
		b.Notes = append(b.Notes, n)
	}
}

// Copy adds a file of a package.
func (b *Bundle) Copy(name string, from fs.FS, source string, executable bool) {
	b.add(name, File{From: from, Name: source, Executable: executable})
}

// Write adds a file with that content.
func (b *Bundle) Write(name string, content []byte, executable bool) {
	b.add(name, File{Text: content, Executable: executable})
}

func (b *Bundle) add(name string, f File) {
	if b.files == nil {
		b.files = map[string]File{}
	}
	b.files[path.Clean(name)] = f
}

// Has reports whether the bundle has a file of that name.
func (b *Bundle) Has(name string) bool {
	_, ok := b.files[path.Clean(name)]
	return ok
}

// Names returns the names of the files, sorted, without assignment.yaml.
func (b *Bundle) Names() []string {
	var names []string
	for name := range b.files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Open opens a file.
func (b *Bundle) Open(name string) (io.ReadCloser, error) {
	f, ok := b.files[name]
	switch {
	case !ok:
		return nil, schema.Errorf(schema.CodeNotFound, "there is no file %s", name)
	case f.From == nil:
		return io.NopCloser(strings.NewReader(string(f.Text))), nil
	}
	return f.From.Open(f.Name)
}

// Executable reports whether a file has its execute bit set.
func (b *Bundle) Executable(name string) bool { return b.files[name].Executable }

// Below returns the names of the files below a directory, which ends with a slash.
func (b *Bundle) Below(dir string) []string {
	return slices.DeleteFunc(b.Names(), func(name string) bool { return !strings.HasPrefix(name, dir) })
}
