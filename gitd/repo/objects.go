package repo

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"github.com/grader/grader/schema"
)

// These are the largest commit and tree that are read. git's own limits are far higher than any
// course needs.
const (
	maxCommit = 1 << 20
	maxTree   = 16 << 20
)

// largeObject is the size from which a blob is streamed instead of held in memory.
const largeObject = 1 << 20

// objects reads the accepted objects of one repository in this process. It must be opened for each
// operation, so that new packs are seen, and closed after it. While it is open, Tidy removes no
// pack.
type objects struct {
	storage *filesystem.Storage
	reading *sync.RWMutex
}

func (s *Store) objects(id int64) (objects, error) {
	if !s.exists(id) {
		return objects{}, schema.Errorf(schema.CodeNotFound, "there is no repository %d", id)
	}
	// The file system is bound to the directory, so that no symlink in a repository leads out of
	// it.
	dir := osfs.New(s.directory(id), osfs.WithBoundOS())
	o := objects{reading: s.reading(id), storage: filesystem.NewStorageWithOptions(dir, cache.NewObjectLRU(8<<20), filesystem.Options{
		KeepDescriptors: true, LargeObjectThreshold: largeObject,
	})}
	o.reading.RLock()
	return o, nil
}

func (o objects) close() {
	_ = o.storage.Close() // opened for reading, so nothing is lost
	o.reading.RUnlock()
}

// reading returns the lock that readers of a repository hold. Several repositories share one lock.
func (s *Store) reading(id int64) *sync.RWMutex { return &s.readers[id%int64(len(s.readers))] }

// read returns an object of that type, of at most max bytes. It checks the size before it reads the
// content.
func (o objects) read(kind plumbing.ObjectType, name string, max int64) (plumbing.EncodedObject, error) {
	hash := plumbing.NewHash(name)
	size, err := o.storage.EncodedObjectSize(hash)
	if err != nil {
		return nil, o.missing(kind, name, err)
	}
	if size > max {
		return nil, schema.Errorf(schema.CodeLimit, "%s %s has %d bytes; at most %d are read", kind, name, size, max)
	}
	found, err := o.storage.EncodedObject(kind, hash)
	if err != nil {
		return nil, o.missing(kind, name, err)
	}
	return found, nil
}

func (o objects) missing(kind plumbing.ObjectType, name string, err error) error {
	if errors.Is(err, plumbing.ErrObjectNotFound) {
		return schema.Errorf(schema.CodeNotFound, "there is no %s %s", kind, name)
	}
	return fmt.Errorf("%s %s: %w", kind, name, err)
}

// treeOf returns the name of a commit's tree.
func (o objects) treeOf(commit string) (string, error) {
	encoded, err := o.read(plumbing.CommitObject, commit, maxCommit)
	if err != nil {
		return "", err
	}
	var c object.Commit
	if err := c.Decode(encoded); err != nil {
		return "", fmt.Errorf("commit %s: %w", commit, err)
	}
	return c.TreeHash.String(), nil
}

// tree returns the entries of one tree, in git's order.
func (o objects) tree(name string) ([]object.TreeEntry, error) {
	encoded, err := o.read(plumbing.TreeObject, name, maxTree)
	if err != nil {
		return nil, err
	}
	var t object.Tree
	if err := t.Decode(encoded); err != nil {
		return nil, fmt.Errorf("tree %s: %w", name, err)
	}
	return t.Entries, nil
}

// blob returns the content of a blob of at most max bytes.
func (o objects) blob(name string, max int64) ([]byte, error) {
	var content bytes.Buffer
	err := o.copyBlob(name, max, func(size int64) (io.Writer, error) {
		content.Grow(int(size))
		return &content, nil
	})
	return content.Bytes(), err
}

// copyBlob copies a blob of at most max bytes to the writer that open returns. It calls open when
// the size is known.
func (o objects) copyBlob(name string, max int64, open func(size int64) (io.Writer, error)) error {
	encoded, err := o.read(plumbing.BlobObject, name, max)
	if err != nil {
		return err
	}
	r, err := encoded.Reader()
	if err != nil {
		return fmt.Errorf("blob %s: %w", name, err)
	}
	defer r.Close()
	w, err := open(encoded.Size())
	if err != nil {
		return err
	}
	n, err := io.Copy(w, io.LimitReader(r, encoded.Size()))
	if err == nil && n != encoded.Size() {
		err = fmt.Errorf("%d bytes where %d were announced", n, encoded.Size())
	}
	if err != nil {
		return fmt.Errorf("blob %s: %w", name, err)
	}
	return nil
}

// TreeOf returns the tree of a commit, or CodeNotFound.
func (s *Store) TreeOf(id int64, commit string) (string, error) {
	if err := checkObject(commit); err != nil {
		return "", err
	}
	// A repack may remove a pack between listing and reading. In that case the whole storage is
	// searched.
	if tree, err := newestTree(s.directory(id), commit); err == nil && tree != "" {
		return tree, nil
	}
	o, err := s.objects(id)
	if err != nil {
		return "", err
	}
	defer o.close()
	return o.treeOf(commit)
}
