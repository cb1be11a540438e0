package repo

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// viewPrefix is the prefix of the directories that hold a view while it is served.
const viewPrefix = ".view-"

// View is a set of refs that a fetch sees in place of a repository's own. It contains chosen refs
// and the objects of several repositories. The zero View is the repository itself with only main.
type View struct {
	Refs    map[string]string // names to commits
	Objects []int64           // repositories in addition to the fetched one
}

// place makes a directory that git serves as the view, and returns a function that removes it. If
// the server crashes, the next start removes the directory.
func (s *Store) place(id int64, v View) (dir string, remove func(), err error) {
	dir, err = os.MkdirTemp(s.o.Dir, viewPrefix)
	if err != nil {
		return "", nil, err
	}
	if err := s.writeView(dir, id, v); err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	return dir, func() { _ = os.RemoveAll(dir) }, nil
}

func (s *Store) writeView(dir string, id int64, v View) error {
	if err := writeBare(dir); err != nil {
		return err
	}
	var refs, objects strings.Builder
	refs.WriteString("# pack-refs with: peeled fully-peeled sorted \n")
	for _, name := range sortedNames(v.Refs) {
		if err := errors.Join(checkRef(name), checkObject(v.Refs[name])); err != nil {
			return err
		}
		refs.WriteString(v.Refs[name] + " " + name + "\n")
	}
	for _, other := range append([]int64{id}, v.Objects...) {
		objects.WriteString(filepath.Join(s.directory(other), "objects") + "\n")
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "packed-refs"), []byte(refs.String()), 0o600),
		os.WriteFile(filepath.Join(dir, "objects/info/alternates"), []byte(objects.String()), 0o600),
	)
}

func sortedNames(refs map[string]string) []string {
	names := make([]string, 0, len(refs))
	for name := range refs {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// checkRef refuses a name that cannot be written on one line of packed-refs.
func checkRef(name string) error {
	if !strings.HasPrefix(name, "refs/") || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return fmt.Errorf("%q is not the name of a ref", name)
	}
	return nil
}

// clearViews removes the views that a crash left behind.
func (s *Store) clearViews() error {
	left, err := filepath.Glob(filepath.Join(s.o.Dir, viewPrefix+"*"))
	if err != nil {
		return err
	}
	for _, dir := range left {
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("clear views: %w", err)
		}
	}
	return nil
}
