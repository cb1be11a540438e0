package repo

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/grader/grader/schema"
)

// Entry is one path of a tree as `git ls-tree -rlz` prints it.
type Entry struct {
	Mode string // "100644", "100755", "120000" (symlink), "160000" (submodule)
	Hash string
	Size int64 // of a blob
	Path string
}

// maxPath is an upper bound for the length of an accepted path, and bounds the size of a listing.
const maxPath = 4096

// Entries returns the whole tree of a commit. CodeLimit: it has more than max entries.
func (s *Store) Entries(ctx context.Context, id int64, q Quarantine, commit string, max int) ([]Entry, error) {
	if err := checkObject(commit); err != nil {
		return nil, err
	}
	out, err := s.read(ctx, id, q, command{args: []string{"ls-tree", "-rlz", "--full-tree", commit}, max: listingSize(max)})
	if err != nil {
		return nil, fmt.Errorf("list commit %s: %w", commit, err)
	}
	return parseEntries(out, max)
}

// listingSize returns the size of a listing of max entries at an average of 256 bytes, with room
// for a few long paths.
func listingSize(max int) int { return 256*max + 64*maxPath }

// read runs a git command that reads objects of a repository, including quarantined ones.
func (s *Store) read(ctx context.Context, id int64, q Quarantine, c command) ([]byte, error) {
	if !s.exists(id) {
		return nil, schema.Errorf(schema.CodeNotFound, "there is no repository %d", id)
	}
	dir := s.directory(id)
	extra, err := q.environment(dir)
	if err != nil {
		return nil, err
	}
	c.env = environment(common(), append(extra, "GIT_DIR="+dir)...)
	return s.git(ctx, c)
}

func parseEntries(out []byte, max int) ([]Entry, error) {
	count := bytes.Count(out, []byte{0})
	if count > max {
		return nil, schema.Errorf(schema.CodeLimit, "%d files; at most %d", count, max)
	}
	entries := make([]Entry, 0, count)
	for line := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if line == "" {
			continue
		}
		entry, err := parseEntry(line)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// parseEntry parses "100644 blob <name>      12\tpath". The size is "-" if the entry is not a blob.
func parseEntry(line string) (Entry, error) {
	meta, path, ok := strings.Cut(line, "\t")
	fields := strings.Fields(meta)
	if !ok || len(fields) != 4 || checkObject(fields[2]) != nil {
		return Entry{}, fmt.Errorf("listing: unexpected line %q", line)
	}
	entry := Entry{Mode: fields[0], Hash: fields[2], Path: path}
	if fields[3] == "-" {
		return entry, nil
	}
	size, err := strconv.ParseInt(fields[3], 10, 64)
	if err != nil {
		return Entry{}, fmt.Errorf("listing: size in %q: %w", line, err)
	}
	entry.Size = size
	return entry, nil
}
