package repo

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Head returns the commit of refs/heads/main as a hex object name, 40 zeros if it does not exist.
func (s *Store) Head(id int64) (string, error) {
	commit, err := readRef(s.directory(id), mainRef)
	if err != nil {
		return "", fmt.Errorf("head of repository %d: %w", id, err)
	}
	return commit, nil
}

// readRef reads a ref as git does: from its own file, or else from packed-refs. It returns NoCommit
// if neither has the ref.
func readRef(dir, ref string) (string, error) {
	text, err := os.ReadFile(filepath.Join(dir, ref))
	if errors.Is(err, fs.ErrNotExist) {
		return packedRef(dir, ref)
	}
	if err != nil {
		return "", err
	}
	commit := strings.TrimSuffix(string(text), "\n")
	if err := checkObject(commit); err != nil {
		return "", fmt.Errorf("ref %s: %w", ref, err)
	}
	return commit, nil
}

func packedRef(dir, ref string) (string, error) {
	found := NoCommit
	err := eachPacked(dir, func(name, commit string) {
		if name == ref {
			found = commit
		}
	})
	return found, err
}

// eachPacked calls f for each ref in packed-refs.
func eachPacked(dir string, f func(name, commit string)) error {
	file, err := os.Open(filepath.Join(dir, "packed-refs"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		commit, name, ok := strings.Cut(lines.Text(), " ")
		if ok && checkObject(commit) == nil {
			f(name, commit)
		}
	}
	return lines.Err()
}
