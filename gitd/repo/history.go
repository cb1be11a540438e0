package repo

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

const (
	maxObjectList = 16 << 20 // bytes of the list of a push's objects
	maxLargeFiles = 3        // the most that LargeFiles returns
)

// LargeFile is a file that takes much space in a pushed pack.
type LargeFile struct {
	Hash   string // of the blob
	Size   int64  // bytes in the pack
	Path   string
	Commit string // the first one that has it
}

// MaxPack returns how many bytes a push may send.
func (s *Store) MaxPack() int64 { return s.o.MaxPack }

// MaxRead returns how many bytes of a push git reads. It is more than MaxPack, so that a refusal
// can name the large files.
func (s *Store) MaxRead() int64 { return 4 * s.o.MaxPack }

// LargeFiles returns the largest files of a quarantined push, at most three. It returns as few
// files as possible, so that without them the push has at most below bytes. It returns none if the
// push has too many objects to look at, or no file is large on its own.
func (s *Store) LargeFiles(ctx context.Context, id int64, q Quarantine, commit string, below int64) ([]LargeFile, error) {
	blobs, err := s.largestBlobs(ctx, id, q)
	if err != nil {
		return nil, err
	}
	var total int64
	for _, b := range blobs {
		total += b.Size
	}
	var large []LargeFile
	for _, b := range blobs {
		if total <= below || len(large) == maxLargeFiles || b.Size < below/16 {
			break
		}
		total -= b.Size
		if err := s.nameBlob(ctx, id, q, commit, &b); err != nil {
			return nil, err
		}
		if b.Path != "" {
			large = append(large, b)
		}
	}
	return large, nil
}

// largestBlobs lists the quarantined blobs, the largest first.
func (s *Store) largestBlobs(ctx context.Context, id int64, q Quarantine) ([]LargeFile, error) {
	out, err := s.read(ctx, id, q, command{
		args: []string{"cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objecttype) %(objectsize:disk) %(objectname)"}, max: maxObjectList,
	})
	if err != nil {
		return nil, fmt.Errorf("list objects: %w", err)
	}
	var blobs []LargeFile
	for line := range bytes.Lines(out) {
		fields := strings.Fields(string(line))
		if len(fields) != 3 || fields[0] != "blob" {
			continue
		}
		size, err := strconv.ParseInt(fields[1], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("list objects: size in %q: %w", line, err)
		}
		blobs = append(blobs, LargeFile{Hash: fields[2], Size: size})
	}
	slices.SortFunc(blobs, func(a, b LargeFile) int { return cmp.Compare(b.Size, a.Size) })
	return blobs, nil
}

// nameBlob sets the path of a blob and the first commit that contains it.
func (s *Store) nameBlob(ctx context.Context, id int64, q Quarantine, commit string, b *LargeFile) error {
	out, err := s.read(ctx, id, q, command{
		args: []string{"log", "-z", "--format=%H", "--name-only", "--no-renames", "--diff-filter=AM", "--reverse", "--find-object=" + b.Hash, commit}, max: maxObjectList,
	})
	if err != nil {
		return fmt.Errorf("find %s: %w", b.Hash, err)
	}
	fields := strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 || r == '\n' })
	if len(fields) >= 2 && objectPattern.MatchString(fields[0]) {
		b.Commit, b.Path = fields[0], fields[1]
	}
	return nil
}

// Ancestor reports whether one commit is an ancestor of another or the same commit. A missing
// commit is not an ancestor.
func (s *Store) Ancestor(ctx context.Context, id int64, q Quarantine, commit, of string) (bool, error) {
	if err := errors.Join(checkObject(commit), checkObject(of)); err != nil {
		return false, err
	}
	_, err := s.read(ctx, id, q, command{args: []string{"merge-base", "--is-ancestor", commit, of}, max: 1 << 10})
	if exitedWith(err, 1) || exitedWith(err, 128) {
		return false, nil
	}
	return err == nil, err
}

// exitedWith reports whether git exited with that status.
func exitedWith(err error, status int) bool {
	var exit *exec.ExitError
	return errors.As(err, &exit) && exit.ExitCode() == status
}

// TopLevel returns the names at the top of a commit's tree.
func (s *Store) TopLevel(ctx context.Context, id int64, q Quarantine, commit string) ([]string, error) {
	if err := checkObject(commit); err != nil {
		return nil, err
	}
	out, err := s.read(ctx, id, q, command{args: []string{"ls-tree", "-z", "--name-only", "--full-tree", commit}, max: maxObjectList})
	if err != nil {
		return nil, fmt.Errorf("list commit %s: %w", commit, err)
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 }), nil
}
