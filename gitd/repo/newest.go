package repo

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/idxfile"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// newestPacks is how many packs newestTree searches.
const newestPacks = 2

// newestTree returns the tree of a commit that is in one of the newest packs, "" if it is in none.
// Each push adds a pack, and go-git's storage reads the indexes of all packs before it finds an
// object. With fifty packs that takes most of a push's time.
func newestTree(dir, commit string) (string, error) {
	packs, err := latest(filepath.Join(dir, "objects/pack"), newestPacks)
	if err != nil {
		return "", err
	}
	for _, pack := range packs {
		if tree, err := treeInPack(pack, plumbing.NewHash(commit)); tree != "" || err != nil {
			return tree, err
		}
	}
	return "", nil
}

// latest returns the paths of the newest packs without their extensions.
func latest(dir string, most int) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	type pack struct {
		path string
		at   time.Time
	}
	var packs []pack
	for _, entry := range entries {
		name, ok := strings.CutSuffix(entry.Name(), ".idx")
		if info, err := entry.Info(); ok && err == nil {
			packs = append(packs, pack{filepath.Join(dir, name), info.ModTime()})
		}
	}
	slices.SortFunc(packs, func(a, b pack) int { return cmp.Or(b.at.Compare(a.at), cmp.Compare(a.path, b.path)) })
	var paths []string
	for _, p := range packs[:min(most, len(packs))] {
		paths = append(paths, p.path)
	}
	return paths, nil
}

func treeInPack(path string, commit plumbing.Hash) (string, error) {
	file, err := os.Open(path + ".idx")
	if err != nil {
		return "", err
	}
	defer file.Close()
	index := idxfile.NewMemoryIndex()
	if err := idxfile.NewDecoder(file).Decode(index); err != nil {
		return "", fmt.Errorf("index of %s: %w", filepath.Base(path), err)
	}
	offset, err := index.FindOffset(commit)
	if err != nil {
		return "", nil // the commit is in another pack
	}
	fs := osfs.New(filepath.Dir(path), osfs.WithBoundOS())
	packed, err := fs.Open(filepath.Base(path) + ".pack")
	if err != nil {
		return "", err
	}
	p := packfile.NewPackfile(index, fs, packed, 0)
	defer p.Close() //nolint:errcheck // only read
	return decodeTree(p, offset)
}

// decodeTree returns "" if the object is not a commit or is too large.
func decodeTree(p *packfile.Packfile, offset int64) (string, error) {
	if size, err := p.GetSizeByOffset(offset); err != nil || size > maxCommit {
		return "", err
	}
	encoded, err := p.GetByOffset(offset)
	if err != nil || encoded.Type() != plumbing.CommitObject {
		return "", err
	}
	var c object.Commit
	if err := c.Decode(encoded); err != nil {
		return "", err
	}
	return c.TreeHash.String(), nil
}
