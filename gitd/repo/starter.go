package repo

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing/filemode"

	"github.com/grader/grader/schema"
)

// starterHistory bounds how many starters of one assignment are listed.
const starterHistory = 50

// AdvanceStarter copies a directory (a path inside the tree) of another repository's commit to the
// head of a starter repository, and returns the starters, newest first. If the directory has
// changed, it becomes a commit on top of the last one, so that earlier clones can merge it. The
// starter repository then has all objects that it needs. The commit depends only on the arguments
// and the last commit, and main moves last, so AdvanceStarter is idempotent, even after a crash.
// CodeNotFound: the directory does not exist.
func (s *Store) AdvanceStarter(ctx context.Context, id, from int64, commit, dir string, at time.Time) ([]string, error) {
	if err := checkObject(commit); err != nil {
		return nil, err
	}
	tree, err := s.directoryTree(from, commit, strings.Trim(dir, "/"))
	if err != nil {
		return nil, err
	}
	lock, err := s.Lock(ctx, id)
	if err != nil {
		return nil, err
	}
	defer lock.Unlock() //nolint:errcheck // of a file that is only locked
	head, err := s.Head(id)
	if err != nil {
		return nil, err
	}
	if head != NoCommit {
		has, err := s.TreeOf(id, head)
		if err != nil {
			return nil, fmt.Errorf("starter in repository %d: %w", id, err)
		}
		if has == tree {
			return s.starters(ctx, id)
		}
	}
	if err := s.addStarter(ctx, id, from, starter{tree: tree, parent: head, message: "Starter of tests " + commit[:12], at: at}); err != nil {
		return nil, fmt.Errorf("starter in repository %d: %w", id, err)
	}
	return s.starters(ctx, id)
}

// starters returns the commits of a starter repository, newest first.
func (s *Store) starters(ctx context.Context, id int64) ([]string, error) {
	out, err := s.read(ctx, id, Quarantine{}, command{args: []string{"rev-list", fmt.Sprintf("--max-count=%d", starterHistory), mainRef}, max: 64 * starterHistory})
	if err != nil {
		return nil, fmt.Errorf("starters of repository %d: %w", id, err)
	}
	return strings.Fields(string(out)), nil
}

func (s *Store) directoryTree(id int64, commit, dir string) (string, error) {
	o, err := s.objects(id)
	if err != nil {
		return "", err
	}
	defer o.close()
	tree, mode, err := o.find(commit, dir)
	if err == nil && mode != filemode.Dir {
		err = schema.Errorf(schema.CodeNotFound, "%q is not a directory", schema.Sanitize(dir))
	}
	return tree, err
}

// starter is one commit of a starter repository.
type starter struct {
	tree, parent, message string // parent: NoCommit for the first one
	at                    time.Time
}

// addStarter creates the commit and moves main to it. The caller holds the lock.
func (s *Store) addStarter(ctx context.Context, id, from int64, add starter) error {
	dir := s.directory(id)
	env := environment(s.receiveSettings(mainRef), "GIT_DIR="+dir,
		"GIT_ALTERNATE_OBJECT_DIRECTORIES="+filepath.Join(s.directory(from), "objects"),
		"GIT_AUTHOR_NAME=grader", "GIT_AUTHOR_EMAIL=grader@localhost", "GIT_AUTHOR_DATE="+gitDate(add.at),
		"GIT_COMMITTER_NAME=grader", "GIT_COMMITTER_EMAIL=grader@localhost", "GIT_COMMITTER_DATE="+gitDate(add.at))
	args := []string{"commit-tree", "-m", add.message, add.tree}
	if add.parent != NoCommit {
		args = append(args, "-p", add.parent)
	}
	out, err := s.git(ctx, command{args: args, env: env, max: 1 << 10})
	if err != nil {
		return err
	}
	commit := strings.TrimSpace(string(out))
	if err := checkObject(commit); err != nil {
		return err
	}
	revisions := commit + "\n"
	if add.parent != NoCommit {
		revisions += "^" + add.parent + "\n"
	}
	// One pack contains everything, including objects of the other repository.
	pack := command{args: []string{"pack-objects", "--quiet", "--revs", filepath.Join(dir, "objects/pack/pack")}, env: env, stdin: []byte(revisions), max: 1 << 10}
	if _, err := s.git(ctx, pack); err != nil {
		return err
	}
	_, err = s.git(ctx, command{args: []string{"update-ref", mainRef, commit, add.parent}, env: env, max: 1 << 10})
	return err
}

func gitDate(at time.Time) string { return fmt.Sprintf("@%d +0000", at.Unix()) }

// BehindStarter reports whether a repository's main builds on a starter that is not the newest.
// starters is the starter repository, and newest its newest commit.
func (s *Store) BehindStarter(ctx context.Context, id, starters int64, newest string) (bool, error) {
	main, err := s.Head(id)
	if err != nil || main == NoCommit {
		return false, err
	}
	env := environment(common(), "GIT_DIR="+s.directory(id), "GIT_ALTERNATE_OBJECT_DIRECTORIES="+filepath.Join(s.directory(starters), "objects"))
	out, err := s.git(ctx, command{args: []string{"merge-base", main, newest}, env: env, max: 1 << 10})
	if exitedWith(err, 1) {
		return false, nil // no common commit
	}
	return err == nil && strings.TrimSpace(string(out)) != newest, err
}
