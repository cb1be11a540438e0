package repo

import (
	"context"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/grader/grader/schema"
)

// ReadFile returns a regular file of a commit. CodeLimit: it has more than max bytes. CodeNotFound:
// it does not exist.
func (s *Store) ReadFile(_ context.Context, id int64, commit, path string, max int64) ([]byte, error) {
	if err := checkObject(commit); err != nil {
		return nil, err
	}
	o, err := s.objects(id)
	if err != nil {
		return nil, err
	}
	defer o.close()
	name, mode, err := o.find(commit, path)
	if err != nil {
		return nil, err
	}
	if mode != filemode.Regular && mode != filemode.Executable && mode != filemode.Deprecated {
		return nil, noFile(path)
	}
	return o.blob(name, max)
}

// find returns the object that a path of a commit names. The empty path is the whole tree.
func (o objects) find(commit, path string) (name string, mode filemode.FileMode, err error) {
	name, err = o.treeOf(commit)
	if err != nil || path == "" {
		return name, filemode.Dir, err
	}
	mode = filemode.Dir
	for part := range strings.SplitSeq(path, "/") {
		if mode != filemode.Dir {
			return "", 0, noFile(path)
		}
		if name, mode, err = o.child(name, part); err != nil {
			return "", 0, err
		}
		if name == "" {
			return "", 0, noFile(path)
		}
	}
	return name, mode, nil
}

// child returns an entry of a tree, "" if there is none of that name. If no name is equal, it accepts
// one that differs only in Unicode normalisation.
func (o objects) child(tree, name string) (string, filemode.FileMode, error) {
	entries, err := o.tree(tree)
	if err != nil {
		return "", 0, err
	}
	var alike *object.TreeEntry
	for i, entry := range entries {
		if entry.Name == name {
			return entry.Hash.String(), entry.Mode, nil
		}
		if schema.NormalPath(entry.Name) == schema.NormalPath(name) {
			alike = &entries[i]
		}
	}
	if alike != nil {
		return alike.Hash.String(), alike.Mode, nil
	}
	return "", 0, nil
}

func noFile(path string) error {
	return schema.Errorf(schema.CodeNotFound, "there is no file %q", schema.Sanitize(path))
}
