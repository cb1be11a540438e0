package grade

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"

	"github.com/grader/grader/runner/sandbox"
)

// Limits of the files that a build and prepare may leave.
const (
	maxArtefacts     = 20_000
	maxArtefactDepth = 40
	maxFrozenBytes   = 4 << 30
)

// frozenCaps also applies the step's own disk limit to the files that are frozen from the step. The
// disk limit counts blocks; a sparse file uses none, but is copied in full.
func frozenCaps(disk int64) sandbox.Caps {
	return sandbox.Caps{Files: maxArtefacts, Bytes: atMost(maxFrozenBytes, disk), Depth: maxArtefactDepth}
}

// tree is a read-only directory that steps may see.
type tree struct {
	scratch *sandbox.Scratch
	files   []treeFile
}

// treeFile is a regular file of a tree. Its path is slash-separated.
type treeFile struct {
	path    string
	mode    fs.FileMode
	stamp   sandbox.Stamp
	binary  *binaryFile // the kind of a compiler's output; only set for files of a commit
	program bool        // whether it is a program or a shared library; only set in a sealed tree
}

// path returns the tree's directory, or "" for a nil tree.
func (t *tree) path() string {
	if t == nil {
		return ""
	}
	return t.scratch.Path()
}

// remove removes the tree from disk.
func (t *tree) remove() {
	if t != nil {
		_ = t.scratch.Remove()
	}
}

// listFiles lists the regular files below a directory that only the runner writes, sorted by name.
// Their modification times become their stamps.
func listFiles(dir string) ([]treeFile, error) {
	var files []treeFile
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		files = append(files, treeFile{path: filepath.ToSlash(relative), mode: info.Mode(), stamp: sandbox.StampOf(info.ModTime())})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	return files, nil
}

// listCommitted lists the regular files of a commit that is unpacked below a directory. It makes
// compilers' output older than all other files.
func listCommitted(dir string) ([]treeFile, error) {
	files, err := listFiles(dir)
	if err != nil {
		return nil, err
	}
	for i := range files {
		f := &files[i]
		start, err := startOf(filepath.Join(dir, f.path), binaryStart)
		if err != nil {
			return nil, err
		}
		f.stamp = sandbox.StampSource
		if b, made := binaryOf(f.path, start); made {
			f.stamp, f.binary = sandbox.StampObject, &b
		}
	}
	return files, nil
}

// expose makes a tree of the files in a directory of the runner for which keep returns true. A nil
// keep selects all.
func (s *workspace) expose(dir string, files []treeFile, keep func(path string) bool) (*tree, error) {
	scratch, err := s.grader.Wall.NewScratch()
	if err != nil {
		return nil, fmt.Errorf("make tree: %w", err)
	}
	for _, f := range files {
		if keep != nil && !keep(f.path) {
			continue
		}
		if err := scratch.CopyIn(f.path, filepath.Join(dir, f.path), f.mode, f.stamp); err != nil {
			_ = scratch.Remove()
			return nil, fmt.Errorf("fill tree: %w", err)
		}
	}
	return s.seal(scratch, nil)
}

// freeze makes a tree of the files that a step left in its scratch directory.
func (s *workspace) freeze(src *sandbox.Scratch, caps sandbox.Caps, finish func(*sandbox.Scratch) error) (*tree, error) {
	scratch, err := s.grader.Wall.NewScratch()
	if err != nil {
		return nil, fmt.Errorf("make tree: %w", err)
	}
	if _, err := src.CopyOut(scratch.Path(), caps); err != nil {
		_ = scratch.Remove()
		return nil, err
	}
	return s.seal(scratch, finish)
}

// seal completes a tree.
func (s *workspace) seal(scratch *sandbox.Scratch, finish func(*sandbox.Scratch) error) (*tree, error) {
	if finish != nil {
		if err := finish(scratch); err != nil {
			_ = scratch.Remove()
			return nil, err
		}
	}
	files, err := listFiles(scratch.Path())
	if err == nil {
		err = markPrograms(scratch.Path(), files)
	}
	if err == nil {
		err = scratch.Seal()
	}
	if err != nil {
		_ = scratch.Remove()
		return nil, fmt.Errorf("seal tree: %w", err)
	}
	return &tree{scratch: scratch, files: files}, nil
}

// show adds a tree's files to a scratch. Executables and libraries become links, because a scratch
// may forbid execution. All others become copies that the step may change.
func (t *tree) show(scratch *sandbox.Scratch) error {
	for _, f := range t.files {
		source := filepath.Join(t.path(), f.path)
		var err error
		if f.program {
			err = linkIn(scratch, source, f.path)
		} else {
			err = scratch.CopyIn(f.path, source, f.mode, f.stamp)
		}
		if err != nil {
			return fmt.Errorf("show artefacts: %w", err)
		}
	}
	return nil
}

// linkIn creates a link and the directories above it.
func linkIn(scratch *sandbox.Scratch, target, name string) error {
	if dir := path.Dir(name); dir != "." {
		if err := scratch.Mkdir(dir); err != nil {
			return err
		}
	}
	return scratch.Symlink(target, name)
}
